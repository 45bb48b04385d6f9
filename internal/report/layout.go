package report

import (
	"slices"
	"strings"

	"convx/internal/lang"
)

// Layout is how tables are fitted to whoever reads them. The zero Layout prints all of every table.
type Layout struct {
	Width   int      // of the terminal, in columns; 0: as wide as it gets
	Columns []string // which columns are printed, in this order, by name or key; empty: all
	Color   bool     // failed verdicts are red
	Total   bool     // CSV: totals follow the rows
}

// Check reports columns that a document has not.
func (l Layout) Check(d Document) error {
	var known []string
	for _, b := range d.Blocks {
		if t, ok := b.(Table); ok {
			for _, c := range t.Columns {
				known = append(known, c.key())
			}
		}
	}
	for _, name := range l.Columns {
		if !slices.ContainsFunc(d.Blocks, func(b Block) bool { t, ok := b.(Table); return ok && t.column(name) >= 0 }) {
			return &ColumnError{Name: name, Known: known}
		}
	}
	return nil
}

// ColumnError says that no table has a column of that name.
type ColumnError struct {
	Name  string
	Known []string
}

func (e *ColumnError) Error() string {
	return lang.Sprintf("no column %s: columns are %s", e.Name, lang.List(e.Known))
}

// key is the column's name for machines.
func (c Column) key() string {
	if c.Key != "" {
		return c.Key
	}
	return strings.ToLower(c.Name)
}

// column is the index of the column of that name or key, or -1.
func (t Table) column(name string) int {
	return slices.IndexFunc(t.Columns, func(c Column) bool {
		return strings.EqualFold(c.Name, name) || strings.EqualFold(c.key(), name) || lang.Text(c.Name) == name
	})
}

// pick keeps the columns at these indices, in this order.
func (t Table) pick(at []int) Table {
	keep := func(row []Cell) []Cell {
		if row == nil {
			return nil
		}
		out := make([]Cell, len(at))
		for i, k := range at {
			out[i] = row[k]
		}
		return out
	}
	out := Table{Footer: keep(t.Footer)}
	for _, k := range at {
		out.Columns = append(out.Columns, t.Columns[k])
	}
	for _, row := range t.Rows {
		out.Rows = append(out.Rows, keep(row))
	}
	return out
}

// chosen keeps the columns that were asked for. A table that has none of them is left out.
func (l Layout) chosen(t Table) (Table, bool) {
	if len(l.Columns) == 0 {
		return t, true
	}
	var at []int
	for _, name := range l.Columns {
		if k := t.column(name); k >= 0 {
			at = append(at, k)
		}
	}
	return t.pick(at), len(at) > 0
}

// forPeople leaves out the columns that are for programs, unless they were asked for.
func (l Layout) forPeople(t Table) (Table, bool) {
	if len(l.Columns) > 0 {
		return l.chosen(t)
	}
	var at []int
	for i, c := range t.Columns {
		if !c.Machine {
			at = append(at, i)
		}
	}
	return t.pick(at), true
}

// Of a column that is shortened, this much stays; a table that is too wide even so is printed as it is.
const leastName = 9

// fit makes a table as narrow as the terminal: sentences are broken into lines where that is enough; else magnitudes in brackets go
// first, then names lose their middle, the longest first; where that is not enough, large counts are written to three digits,
// which leaves more of the names; then spare columns go, whose names it returns. Columns that were asked for by name stay.
func (l Layout) fit(t Table) (fitted Table, gone []string) {
	for _, like := range []Table{t, t.short(), l.narrowed(t)} {
		if broken := like.broken(l.Width); broken.width() <= l.Width {
			return broken, nil
		}
	}
	fitted = l.narrowed(t)
	for l.Width > 0 && len(l.Columns) == 0 && fitted.width() > l.Width {
		sparest := 0
		for i, c := range t.Columns {
			if c.Spare > t.Columns[sparest].Spare {
				sparest = i
			}
		}
		if t.Columns[sparest].Spare == 0 {
			break
		}
		gone = append(gone, t.title(sparest))
		var at []int
		for i := range t.Columns {
			if i != sparest {
				at = append(at, i)
			}
		}
		t = t.pick(at)
		fitted = l.narrowed(t)
	}
	return fitted, gone
}

// leastSentence is the least room for sentences: in less, lines of a word or two would make columns of them.
const leastSentence = 20

// sentences is the widest column of texts of four words and more, or of Chinese ones, or -1.
func (t Table) sentences() int {
	widest := -1
	for i, w := range t.widths() {
		long := func(row []Cell) bool { return len(lang.Pieces(row[i].Text)) > 3 }
		if !t.Columns[i].Right && (widest < 0 || w > t.widths()[widest]) && slices.ContainsFunc(t.Rows, long) {
			widest = i
		}
	}
	return widest
}

// broken breaks the sentences of a column into lines, each a row of its own, where there is room for that.
func (t Table) broken(width int) Table {
	at := t.sentences()
	if width <= 0 || at < 0 || t.width() <= width || t.Footer != nil {
		return t
	}
	room := width - t.width() + t.widths()[at]
	if room < leastSentence {
		return t
	}
	out := Table{Columns: t.Columns}
	for _, row := range t.Rows {
		for i, line := range Wrap(row[at].Text, room) {
			next := make([]Cell, len(row))
			if i == 0 {
				copy(next, row)
			}
			next[at].Text, next[at].Failed = line, row[at].Failed
			out.Rows = append(out.Rows, next)
		}
	}
	return out
}

// title is what a column is called away from its table, where × and ± have lost what they are of.
func (t Table) title(i int) string {
	name := t.Columns[i].Name
	if i > 0 && (name == "×" || name == "±") {
		return lang.Text(t.Columns[i-1].Name) + " " + name
	}
	return lang.Text(name)
}

// narrowed makes a table of all of its columns as narrow as the terminal, or as it can be.
func (l Layout) narrowed(t Table) Table {
	if l.Width <= 0 || t.width() <= l.Width {
		return t
	}
	t = t.short()
	if named := t.shortened(l.Width); named.width() <= l.Width {
		return named
	}
	return t.mapped(func(_ int, c Cell) Cell {
		if c.Brief != "" {
			c.Text = c.Brief
		}
		return c
	}).shortened(l.Width)
}

// short is the table without magnitudes in brackets.
func (t Table) short() Table {
	return t.mapped(func(_ int, c Cell) Cell {
		if c.Short != "" {
			c.Text = c.Short
		}
		return c
	})
}

// shortened takes the middle out of names, until the table is narrow enough or no name is longer than leastName. What begins
// with a digit is a size, and what has spaces is a sentence: they stay whole.
func (t Table) shortened(width int) Table {
	least := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		least[i] = max(leastName, textWidth(lang.Text(c.Name)))
	}
	for _, row := range append(slices.Clone(t.Rows), t.Footer) {
		for i, c := range row {
			if t.Columns[i].Right || strings.Contains(c.Text, " ") || c.Text != "" && c.Text[0] >= '0' && c.Text[0] <= '9' {
				least[i] = max(least[i], textWidth(c.Text))
			}
		}
	}
	widths := t.widths()
	for excess := t.width() - width; excess > 0; excess-- {
		longest := -1
		for i := range widths {
			if widths[i] > least[i] && (longest < 0 || widths[i] > widths[longest]) {
				longest = i
			}
		}
		if longest < 0 {
			break
		}
		widths[longest]--
	}
	return t.mapped(func(column int, c Cell) Cell {
		c.Text = shorten(c.Text, widths[column])
		return c
	})
}

// mapped changes every cell of the rows and the footer.
func (t Table) mapped(change func(column int, c Cell) Cell) Table {
	all := make([]int, len(t.Columns))
	for i := range all {
		all[i] = i
	}
	t = t.pick(all)
	for _, row := range append(slices.Clone(t.Rows), t.Footer) {
		for i, c := range row {
			row[i] = change(i, c)
		}
	}
	return t
}

// widths are those of the widest cell of each column.
func (t Table) widths() []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		widths[i] = textWidth(lang.Text(c.Name))
	}
	for _, row := range append(slices.Clone(t.Rows), t.Footer) {
		for i, c := range row {
			widths[i] = max(widths[i], textWidth(c.Text))
		}
	}
	return widths
}

// width is the whole table's: each cell stands between two spaces.
func (t Table) width() (width int) {
	for _, w := range t.widths() {
		width += w + 2
	}
	return width
}
