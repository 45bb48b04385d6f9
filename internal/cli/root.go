// Package cli is convx's command line: one file a subcommand, each a constructor that only parses flags into an
// options struct, and a run function that does the work.
package cli

import (
	"context"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// Main runs convx with these arguments and returns the exit status.
func Main(args []string, s Streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	status := exitStatus(err)
	if status == exitInterrupted {
		s.sayf("interrupted")
	} else {
		s.fail(err)
	}
	return status
}

const about = `convx explores convolutions: what comes out (shape), what it costs (flops),
what it does to your data (run), and which one to use (compare).`

func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "convx",
		Short:         "Explore convolutions: sizes, costs, results, comparisons",
		Long:          about,
		Example:       strings.TrimSpace(examples),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if !usesSettings(c) {
				return nil
			}
			return applySettings(c)
		},
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, c.CommandPath())
	})
	root.PersistentFlags().String("config", "", "settings `FILE` (default: ./convx.yaml, then the user's config folder)")
	root.SetHelpFunc(helpWithSettings(root.HelpFunc()))
	root.AddCommand(newShape(s), newConfig(s), newExplore(s))
	return root
}

const examples = `
  convx shape standard -i 3x224x224 -c 64 -k 7 -s 2 -p 3
  convx flops separable -i 256x28x28 -c 256 -p 1 --explain
`
