package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/layer"
)

func looksLikeFile(arg string) bool { return strings.ContainsAny(arg, "./\\") }

// argsUpTo allows a number of operands, and says which is too many.
func argsUpTo(most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > most {
			if args[most] == "true" || args[most] == "false" {
				return usagef("unexpected %q: a flag takes it after an equals sign, like --bias=%[1]s", args[most])
			}
			if _, err := layer.ParseInts(args[most], 1); err == nil && c.Flags().Lookup("input") != nil {
				return usagef("unexpected %q: give the input size with -i %[1]s", args[most])
			}
			return usagef("unexpected %q: see %s --help", args[most], c.CommandPath())
		}
		return nil
	}
}

// firstArg is the variant, or nothing.
func firstArg(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}
