package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/operands"
)

// completeContender completes variants, a variant's own keys after its comma, and their values.
func completeContender(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
	name, _, own := strings.Cut(prefix, ",")
	if !own {
		return variantWords(), cobra.ShellCompDirectiveDefault
	}
	v, ok := layer.VariantNamed(name)
	if !ok {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	head, last := prefix[:strings.LastIndexByte(prefix, ',')+1], prefix[strings.LastIndexByte(prefix, ',')+1:]
	var out []string
	if key, _, valued := strings.Cut(last, "="); valued {
		k, _ := layer.KeyNamed(key)
		for _, word := range k.Words {
			out = append(out, head+key+"="+word)
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
	for _, k := range layer.Keys() {
		if v.Has(k.Name) && k.Name != "input" {
			out = append(out, head+k.Name+"=")
		}
	}
	if operands.TakesFilter(name) {
		out = append(out, head+"filter=")
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

// completeVariants completes a variant as the first argument.
func completeVariants(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return variantWords(), cobra.ShellCompDirectiveNoFileComp
}

func variantWords() []string {
	var out []string
	for _, v := range layer.Variants() {
		out = append(out, v.Name+"\t"+lang.Text(v.Summary))
	}
	return out
}

// completeKey completes the values of the layer keys that have a list of them.
func completeKey(cmd *cobra.Command, key string, words ...string) {
	if cmd.Flags().Lookup(key) == nil {
		return
	}
	if err := cmd.RegisterFlagCompletionFunc(key, cobra.FixedCompletions(slices.Clone(words), cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // a flag registered twice: a mistake in the program
	}
}
