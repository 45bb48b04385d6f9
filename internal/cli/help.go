package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/layer"
	"convx/internal/settings"
)

// usage prints a command's usage with the flags in three groups: the layer's, the command's own, and everyone's. With a
// variant on the line (convx shape depthwise --help) the layer's are those that it reads.
func usage(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nCommands:\n")
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
	}{{"Layer flags" + of, layers}, {"Flags", own}, {"Global flags", cmd.InheritedFlags()}} {
		if g.flags.HasAvailableFlags() {
			fmt.Fprintf(w, "\n%s:\n%s", g.title, g.flags.FlagUsages())
		}
	}
	if cmd.HasHelpSubCommands() {
		fmt.Fprintf(w, "\nTopics:\n")
		for _, c := range cmd.Commands() {
			if c.IsAdditionalHelpTopicCommand() {
				fmt.Fprintf(w, "  %-*s  %s\n", cmd.NamePadding(), c.Name(), c.Short)
			}
		}
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nconvx COMMAND --help says more of a command, convx variants NAME of a variant, convx help TOPIC of a topic.\n")
	}
	return nil
}

func flagGroups(cmd *cobra.Command) (of string, layers, own *pflag.FlagSet) {
	layers, own = pflag.NewFlagSet("", pflag.ContinueOnError), pflag.NewFlagSet("", pflag.ContinueOnError)
	layers.SortFlags = false
	var variant *layer.Variant
	if v, ok := layer.VariantNamed(cmd.Flags().Arg(0)); ok {
		variant, of = &v, " of "+v.Name
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

func isLayerFlag(f *pflag.Flag) bool {
	_, ok := f.Value.(*keyFlag)
	return ok
}

// helpWithSettings shows the effective defaults of the flags that are settings.
func helpWithSettings(show func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		// Broken settings must not keep anyone from the help that explains them.
		if s, err := loadSettings(cmd); err == nil {
			for _, v := range s.Values {
				if f := cmd.Flags().Lookup(flagOf(v)); f != nil {
					f.DefValue = v.Text
				}
			}
		}
		show(cmd, args)
	}
}

func flagOf(v settings.Value) string { return strings.ReplaceAll(v.Key, "_", "-") }
