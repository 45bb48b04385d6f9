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
				return usagef("%s does not know what to do with %q: a flag takes it after an equals sign, like --bias=%[2]s", c.CommandPath(), args[most])
			}
			if _, err := layer.ParseInts(args[most], 1); err == nil && c.Flags().Lookup("input") != nil {
				return usagef("%s does not know what to do with %q: give the input size with -i %[2]s", c.CommandPath(), args[most])
			}
			return usagef("%s does not know what to do with %q: see %[1]s --help", c.CommandPath(), args[most])
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
