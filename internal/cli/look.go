package cli

import (
	"github.com/spf13/cobra"

	"convx/internal/draw"
	"convx/internal/drawing"
)

// lookVars are where a figure is shown and in which colours, forVar the former.
func lookVars(cmd *cobra.Command, l *draw.Look) {
	forVar(cmd, &l.For)
	enumVar(cmd, &l.Theme, "theme", "", "colours", draw.ThemeNames()...)
}

func forVar(cmd *cobra.Command, p *drawing.Purpose) {
	enumVar(cmd, p, "for", "", "where the figure is shown, a slide being 1280x720 and read from the back row", drawing.Purposes()...)
}
