// Package report renders one result as a table for people, JSON or CSV for programs, and Markdown for pages.
//
// A command fills a Document once: the value that JSON shows, and the text and tables that the other formats show.
// Machine formats hold exact integers; tables show them with digit groups and an SI prefix beside.
package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"convx/internal/lang"
)

// Format is an output format.
type Format string

// The formats.
const (
	TableFormat    Format = "table"
	JSONFormat     Format = "json"
	CSVFormat      Format = "csv"
	MarkdownFormat Format = "markdown"
)

// Formats lists the formats that every command knows.
func Formats() []Format { return []Format{TableFormat, JSONFormat, CSVFormat, MarkdownFormat} }

// Document is a result in every form.
type Document struct {
	// JSON is what -f json prints.
	JSON any
	// Blocks are what the other formats print, in order. CSV prints the tables alone.
	Blocks []Block
}

// Block is a paragraph of lines or a table.
type Block interface{ block() }

// Text is lines of text; tables print them as they are.
type Text []string

// Table is a grid. Cells to the right of the first column are right-aligned where Right says so.
type Table struct {
	Columns []Column
	Rows    [][]Cell
	Footer  []Cell
}

// Column heads a column. Name is what people read; Key is the machine name in CSV (Name if empty).
type Column struct {
	Name, Key string
	Right     bool
	// Machine columns are for programs: CSV alone has them.
	Machine bool
	// Spare columns are left out where a terminal is too narrow for all, the largest number first; 0 stays.
	Spare int
	// Drawn columns hold pictures for a terminal, in the room that the others leave: Least columns, or none at all, to Most.
	Drawn       bool
	Least, Most int
}

// Cell is one value: Text is what people read, Raw what CSV prints (Text if nil).
type Cell struct {
	Text string
	Raw  any
	// Short, if not empty, stands in place of Text where there is little room, and Brief where there is less.
	Short, Brief string
	// Failed cells are verdicts that a reader must not miss.
	Failed bool
	// Draw, in a column that is Drawn, is a picture of at most so many columns in a terminal's escapes.
	Draw func(columns int) string
}

func (Text) block()  {}
func (Table) block() {}

// Write renders a document as wide as it gets. Nothing is written until all of it has been rendered.
func Write(w io.Writer, f Format, d Document) error { return Layout{}.Write(w, f, d) }

// Write renders a document. Nothing is written until all of it has been rendered.
func (l Layout) Write(w io.Writer, f Format, d Document) error {
	if err := l.Check(d); err != nil {
		return err
	}
	var buf bytes.Buffer
	var err error
	switch f {
	case JSONFormat:
		err = writeJSON(&buf, d.JSON)
	case CSVFormat:
		err = l.writeCSV(&buf, d.printable())
	case TableFormat, MarkdownFormat:
		err = l.writeBlocks(&buf, f, d.printable())
	default:
		err = lang.Errorf("unknown format %q", f)
	}
	if err != nil {
		return lang.Errorf("rendering the result: %w", err)
	}
	_, err = w.Write(buf.Bytes())
	return err
}

// writeCSV prints one table: the last, which answers the most special of the questions that were asked.
func (l Layout) writeCSV(w io.Writer, d Document) error {
	c := csv.NewWriter(w)
	for _, b := range slices.Backward(d.Blocks) {
		t, ok := b.(Table)
		if ok {
			t, ok = l.chosen(t)
		}
		if !ok {
			continue
		}
		head := make([]string, len(t.Columns))
		for i, col := range t.Columns {
			head[i] = col.key()
		}
		c.Write(head)
		for _, row := range t.Rows {
			c.Write(raw(row))
		}
		if l.Total && t.Footer != nil {
			c.Write(raw(t.Footer))
		}
		break
	}
	c.Flush()
	return c.Error()
}

func raw(row []Cell) []string {
	out := make([]string, len(row))
	for i, c := range row {
		out[i] = c.Text
		if c.Raw != nil {
			out[i] = fmt.Sprint(c.Raw)
		}
	}
	return out
}

func (l Layout) writeBlocks(w *bytes.Buffer, f Format, d Document) error {
	begun := false
	for _, b := range d.Blocks {
		t, isTable := b.(Table)
		if isTable {
			if t, isTable = l.forPeople(t); !isTable {
				continue
			}
		}
		if begun {
			w.WriteByte('\n')
		}
		begun = true
		switch b := b.(type) {
		case Text:
			for _, line := range b {
				line = Printable(line)
				if f == MarkdownFormat {
					line = unmarked(strings.TrimSpace(line)) + "  "
				}
				w.WriteString(line + "\n")
			}
		case Markup:
			w.WriteString(strings.Join(b, "\n") + "\n")
		case Table:
			var gone []string
			if f == TableFormat {
				t, gone = l.fitDrawn(t)
				t = l.colored(t)
			}
			writeTable(w, f, t)
			if len(gone) > 0 {
				w.WriteString("\n" + lang.Sprintf("not shown for want of room (--wide): %s", lang.List(gone)) + "\n")
			}
		}
	}
	return nil
}

// colored makes failed verdicts red.
func (l Layout) colored(t Table) Table {
	if !l.Color {
		return t
	}
	return t.mapped(func(_ int, c Cell) Cell {
		if c.Failed {
			c.Text = "\x1b[31m" + c.Text + "\x1b[0m"
		}
		return c
	})
}
