package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// A start builds the command that is asked for and no other; help and completion may look at any, and have them all.
func TestOnlyWhatIsAskedForIsBuilt(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"shape standard -i 3x8x8", "shape"}, {"nets show vgg-16", "nets"}, {"--config x.yaml flops standard", "flops"}, {"run --help", "run"},
		{"", ""}, {"--help", ""}, {"--version", ""}, {"standard", ""}, {"help", "*"}, {"help flops", "*"}, {"completion bash", "*"}, {"__complete sha", "*"},
	} {
		root := newRoot(Streams{})
		build(root, Streams{}, strings.Fields(c.args))
		for _, s := range subcommands {
			i := slices.IndexFunc(root.Commands(), func(cmd *cobra.Command) bool { return cmd.Name() == s.name })
			if i < 0 {
				t.Fatalf("convx %s: %s is gone", c.args, s.name)
			}
			cmd := root.Commands()[i]
			if built, want := cmd.RunE != nil, c.want == "*" || c.want == s.name; built != want || cmd.Short != s.short {
				t.Errorf("convx %s: %s is built: %v, listed as %q", c.args, s.name, built, cmd.Short)
			}
		}
	}
}
