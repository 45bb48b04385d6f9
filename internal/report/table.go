package report

import (
	"bytes"
	"strings"
	"sync"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"

	"convx/internal/lang"
)

// writeTable draws with light rules: a line under the head, none between rows, one above the footer.
//
// The rows are tablewriter's, the rules ours: its version 0 aligns neither the head nor the foot column by column, and its
// version 1 fills caches of a megabyte before main runs, a tenth of the time that a short command takes.
func writeTable(w *bytes.Buffer, f Format, t Table) {
	narrow()
	head := make([]string, len(t.Columns))
	align := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		head[i], align[i] = shown(lang.Text(c.Name), f), tablewriter.ALIGN_LEFT
		if c.Right {
			align[i] = tablewriter.ALIGN_RIGHT
		}
	}
	rows := [][]string{head}
	for _, row := range t.Rows {
		rows = append(rows, texts(row, f))
	}
	if t.Footer != nil {
		rows = append(rows, texts(t.Footer, f))
	}
	var buf bytes.Buffer
	table := tablewriter.NewWriter(&buf)
	table.SetAutoWrapText(false)
	table.SetBorders(tablewriter.Border{Left: true, Right: true})
	table.SetColumnSeparator("")
	if f == MarkdownFormat {
		table.SetColumnSeparator("|")
	}
	table.SetColumnAlignment(align)
	table.AppendBulk(rows)
	table.Render()
	rule := ruleOf(t, rows, f)
	at := 0
	for line := range strings.Lines(buf.String()) {
		if at == 1 || at > 1 && at == len(rows)-1 && t.Footer != nil && f != MarkdownFormat {
			w.WriteString(rule)
		}
		w.WriteString(strings.TrimRight(line, " \n") + "\n")
		at++
	}
	if at == 1 {
		w.WriteString(rule)
	}
}

// ruleOf is the line under the head, as wide as the rows.
func ruleOf(t Table, rows [][]string, f Format) string {
	var b strings.Builder
	for i, c := range t.Columns {
		width := 0
		for _, row := range rows {
			if i < len(row) {
				width = max(width, tablewriter.DisplayWidth(row[i]))
			}
		}
		switch {
		case f != MarkdownFormat:
			b.WriteString(strings.Repeat("─", width+2))
		case c.Right:
			b.WriteString("|" + strings.Repeat("-", width+1) + ":")
		default:
			b.WriteString("|:" + strings.Repeat("-", width+1))
		}
	}
	if f == MarkdownFormat {
		b.WriteString("|")
	}
	return b.String() + "\n"
}

// narrow has rules, bars and signs like × counted as one column wide in every locale, as terminals draw them.
var narrow = sync.OnceFunc(func() { runewidth.DefaultCondition.EastAsianWidth = false })

func texts(row []Cell, f Format) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = shown(c.Text, f)
	}
	return out
}

// shown is a cell's text: a bar must not end a cell in Markdown, and tablewriter takes no text for two blanks.
func shown(s string, f Format) string {
	if s == "" {
		return " "
	}
	if f == MarkdownFormat {
		return strings.ReplaceAll(unmarked(s), "|", `\|`)
	}
	return s
}
