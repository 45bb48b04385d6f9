package cli

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/settings"
)

// usage prints a command's usage with the flags in three groups: the layer's, the command's own, and everyone's. With a
// variant on the line (convx shape depthwise --help) the layer's are those that it reads.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "%s\n  %s\n", lang.Text("Usage:"), strings.Replace(cmd.UseLine(), "[flags]", lang.Text("[flags]"), 1))
	if cmd.HasExample() {
		fmt.Fprintf(w, "\n%s\n%s\n", lang.Text("Examples:"), cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", lang.Text("Commands:"))
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() || c.Name() == "help" {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	of, layers, own := flagGroups(cmd)
	for _, g := range []struct {
		title string
		flags *pflag.FlagSet
	}{{of, layers}, {lang.Text("Flags:"), own}, {lang.Text("Global flags:"), cmd.InheritedFlags()}} {
		if g.flags.HasAvailableFlags() {
			fmt.Fprintf(w, "\n%s\n%s", g.title, flagUsages(g.flags))
		}
	}
	if cmd.HasHelpSubCommands() {
		fmt.Fprintf(w, "\n%s\n", lang.Text("Topics:"))
		for _, c := range cmd.Commands() {
			if c.IsAdditionalHelpTopicCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\n%s\n", lang.Text("convx COMMAND --help says more of a command, convx variants NAME of a variant, convx help TOPIC of a topic."))
	}
	return nil
}

func flagGroups(cmd *cobra.Command) (of string, layers, own *pflag.FlagSet) {
	layers, own = pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	layers.SortFlags = false
	var variant *layer.Variant
	of = lang.Text("Layer flags:")
	if v, ok := layer.VariantNamed(cmd.Flags().Arg(0)); ok {
		variant, of = &v, lang.Sprintf("Layer flags of %s:", v.Name)
	}
	for _, k := range layer.Keys() {
		f := cmd.LocalFlags().Lookup(k.Name)
		if f != nil && isLayerFlag(f) && (variant == nil || variant.Has(k.Name)) {
			layers.AddFlag(f)
		}
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		if !isLayerFlag(f) {
			own.AddFlag(f)
		}
	})
	return of, layers, own
}

// preset is what pflag writes behind a flag's usage.
var preset = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`(?m) \(default (.*)\)$`) }}

func flagUsages(f *pflag.FlagSet) string {
	return preset.Get().ReplaceAllString(f.FlagUsages(), lang.Text(" (default $1)"))
}

// translate says what a built command shows in help and completions in the language of now. What a text was put together from
// was said when it was put together.
func translate(cmd *cobra.Command) {
	if lang.Used() == lang.English {
		return
	}
	cmd.Long = lang.Text(cmd.Long)
	cmd.InitDefaultHelpFlag()
	say := func(f *pflag.Flag) { f.Usage = lang.Text(f.Usage) }
	cmd.Flags().VisitAll(say)
	cmd.PersistentFlags().VisitAll(say)
	cmd.Flags().Lookup("help").Usage = lang.Sprintf("help for %s", cmd.Name())
	for _, sub := range cmd.Commands() {
		sub.Short = lang.Text(sub.Short)
		translate(sub)
	}
}

// respeak gives commands the texts of others that were built in the language of now.
func respeak(cmd, as *cobra.Command) {
	cmd.Short, cmd.Long = as.Short, as.Long
	say := func(f *pflag.Flag) {
		if g := as.Flag(f.Name); g != nil {
			f.Usage = g.Usage
		}
	}
	cmd.Flags().VisitAll(say)
	cmd.PersistentFlags().VisitAll(say)
	for _, sub := range cmd.Commands() {
		for _, other := range as.Commands() {
			if other.Name() == sub.Name() {
				respeak(sub, other)
			}
		}
	}
}

func isLayerFlag(f *pflag.Flag) bool {
	_, ok := f.Value.(*keyFlag)
	return ok
}

func flagOf(v settings.Value) string { return strings.ReplaceAll(v.Key, "_", "-") }
