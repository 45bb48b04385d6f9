package cli

import (
	"github.com/spf13/cobra"

	"convx/internal/drawing"
)

// lookVars are where a figure is shown and in which colours. They are refused where none is asked for.
func lookVars(cmd *cobra.Command, l *drawing.Look) {
	enumVar(cmd, &l.For, "for", "", "where the figure is shown, a slide being 1280x720 and read from the back row", drawing.Purposes()...)
	enumVar(cmd, &l.Theme, "theme", "", "colours", drawing.Themes()...)
	cmd.PreRunE = func(c *cobra.Command, _ []string) error {
		if c.Flags().Changed("output") || c.Flags().Changed("plot") {
			return nil
		}
		return refuse(c, "is for pictures, and none is written", "for", "theme")
	}
}
