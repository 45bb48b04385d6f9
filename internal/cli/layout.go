package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"convx/internal/report"
)

// layoutVars adds the flags of tables. What they say reaches Streams.print by way of readLayout.
func layoutVars(cmd *cobra.Command) {
	cmd.Flags().StringSlice("columns", nil, "print these columns alone, in this order, by the `NAMES` that -f csv heads them with")
	cmd.Flags().Bool("wide", false, "never narrow a table to the width of the terminal")
}

// totalVar adds --total, for commands whose tables end with one.
func totalVar(cmd *cobra.Command) {
	cmd.Flags().Bool("total", false, "-f csv: the totals as a last row")
}

// readLayout takes the layout of tables from the terminal and from the flags of the running command.
func (s Streams) readLayout(c *cobra.Command) {
	l := report.Layout{Width: s.Width, Color: s.Color}
	l.Columns, _ = c.Flags().GetStringSlice("columns")
	l.Total, _ = c.Flags().GetBool("total")
	if wide, _ := c.Flags().GetBool("wide"); wide {
		l.Width = 0
	}
	*s.layout = l
}

// sheet is how tables are laid out; as wide as they get where nobody said.
func (s Streams) sheet() report.Layout {
	if s.layout == nil {
		return report.Layout{}
	}
	return *s.layout
}

// print writes a result.
func (s Streams) print(f report.Format, d report.Document) error {
	return columnUsage(s.sheet().Write(s.Out, f, d))
}

// columnUsage makes a mistyped column an error of usage.
func columnUsage(err error) error {
	if c, ok := errors.AsType[*report.ColumnError](err); ok {
		return usagef("--columns: %w", c)
	}
	return err
}
