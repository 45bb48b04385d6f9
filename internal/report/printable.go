package report

import "slices"

// printable is a document whose texts stay in their rows: names in them come from files.
func (d Document) printable() Document {
	d.Blocks = slices.Clone(d.Blocks)
	for i, b := range d.Blocks {
		switch b := b.(type) {
		case Text:
			lines := make(Text, len(b))
			for k, line := range b {
				lines[k] = Printable(line)
			}
			d.Blocks[i] = lines
		case Table:
			b.Rows = slices.Clone(b.Rows)
			for k, row := range b.Rows {
				b.Rows[k] = printableRow(row)
			}
			b.Footer = printableRow(b.Footer)
			d.Blocks[i] = b
		}
	}
	return d
}

func printableRow(row []Cell) []Cell {
	row = slices.Clone(row)
	for i := range row {
		c := &row[i]
		c.Text, c.Short, c.Brief = Printable(c.Text), Printable(c.Short), Printable(c.Brief)
		if text, ok := c.Raw.(string); ok {
			c.Raw = Printable(text)
		}
	}
	return row
}
