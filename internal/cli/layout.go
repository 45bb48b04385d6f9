package cli

import (
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

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

// widthOf is how many columns standard output has: what COLUMNS says, else the terminal; 0 where neither does.
func widthOf(out *os.File, terminal bool) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if terminal {
		if n, _, err := term.GetSize(int(out.Fd())); err == nil {
			return n
		}
	}
	return 0
}

// colored reports whether results may have colours: on a terminal, unless NO_COLOR (no-color.org) is set; anywhere where
// CLICOLOR_FORCE is.
func colored(terminal bool) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal && os.Getenv("TERM") != "dumb"
}

// speaksUTF8 reports whether the locale is one of UTF-8; where none is named, terminals of today are.
func speaksUTF8(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts
		if locale := strings.ToLower(env(name)); locale != "" {
			return strings.Contains(locale, "utf-8") || strings.Contains(locale, "utf8")
		}
	}
	return true
}
