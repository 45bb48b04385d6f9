package cli

import (
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/spf13/cobra"

	"convx/internal/explore"
	"convx/internal/lang"
)

func newExplore(s Streams) *cobra.Command {
	var flags layerFlags
	var linear bool
	cmd := &cobra.Command{
		Use: "explore [VARIANT] [flags]",
		Long: `Explore is a terminal interface: choose a key with the up and down arrows, change it with
left and right, and see the output size with its arithmetic, the cost, and the window
sliding over a small input, and what the layer makes of a picture. b keeps the layer as a baseline beside the next
ones, p hides the answer to be predicted first, v gives the screen to the picture. The taps of a deformable layer
are moved by presets (o) and by hand (t, and w a s d). The shell command that asks the same question stands below.

With --linear, or after r, there are no pictures: the key at hand, the answer, what makes the layer one and the other
keys, line by line, for screen readers.`,
		Example:           "  convx explore transposed",
		Args:              argsUpTo(1),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) error {
			variant := "standard"
			if len(args) > 0 {
				variant = args[0]
			}
			return runExplore(c, s, variant, flags, linear)
		},
	}
	flags.register(cmd)
	cmd.Flags().BoolVar(&linear, "linear", false, "no pictures: lines in the order in which they are to be read")
	return cmd
}

func runExplore(c *cobra.Command, s Streams, variant string, flags layerFlags, linear bool) error {
	m, err := explore.New(variant, flags.given, s.Color)
	if err != nil {
		return err
	}
	if linear {
		m = m.Linear()
	}
	if !s.OutTerminal {
		return usagef("explore needs a terminal: use %s in a pipe", strings.TrimSpace("convx shape "+variant))
	}
	_, err = tea.NewProgram(m, tea.WithContext(c.Context()), tea.WithInput(s.In), tea.WithOutput(s.Out)).Run()
	if err != nil && !errors.Is(err, tea.ErrInterrupted) && !errors.Is(err, tea.ErrProgramKilled) {
		return lang.Errorf("running the terminal interface: %w", err)
	}
	return nil
}
