package cli

import (
	"github.com/spf13/cobra"

	"convx/internal/draw"
)

// lookFlags say where a figure is shown and in which colours.
type lookFlags struct {
	draw.Look
	purpose string
}

func (l *lookFlags) register(cmd *cobra.Command) {
	enumVar(cmd, &l.purpose, "for", "", "where the figure is shown, a slide being 1280x720 and read from the back row", draw.PurposeNames()...)
	enumVar(cmd, &l.Theme, "theme", "", "colours", draw.ThemeNames()...)
}

func (l *lookFlags) settle() (err error) {
	if l.For, err = draw.ParsePurpose(l.purpose); err != nil {
		return usagef("--for: %w", err)
	}
	return nil
}
