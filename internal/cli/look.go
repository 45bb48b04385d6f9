package cli

import (
	"github.com/spf13/cobra"

	"convx/internal/drawing"
)

// lookVars are where a figure is shown and in which colours.
func lookVars(cmd *cobra.Command, l *drawing.Look) {
	enumVar(cmd, &l.For, "for", "", "where the figure is shown, a slide being 1280x720 and read from the back row", drawing.Purposes()...)
	enumVar(cmd, &l.Theme, "theme", "", "colours", drawing.Themes()...)
}
