package report

import "slices"

// fitDrawn fits a table of which one column may be drawn: the others come first, as narrow as leaves the least room for it.
func (l Layout) fitDrawn(t Table) (fits Table, gone []string) {
	at := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Drawn })
	if at < 0 {
		return l.fit(t)
	}
	var others []int
	for i := range t.Columns {
		if i != at {
			others = append(others, i)
		}
	}
	drawn, rest := t.Columns[at], t.pick(others)
	fits, room := rest, drawn.Most
	if l.Width > 0 {
		narrow := l
		narrow.Width = max(1, l.Width-2-drawn.Least)
		fits, gone = narrow.fit(rest)
		room = min(room, l.Width-2-fits.width())
	}
	if room < drawn.Least || len(fits.Rows) != len(t.Rows) { // sentences broken into rows of their own
		return l.fit(rest)
	}
	to := 0 // behind what is left of the columns before it
	for i, c := range fits.Columns {
		if slices.ContainsFunc(t.Columns[:at], func(before Column) bool { return before.Name == c.Name }) {
			to = i + 1
		}
	}
	return fits.withDrawn(to, drawn, t, room), gone
}

// withDrawn has a drawn column of another table, which is as long, at place to.
func (t Table) withDrawn(to int, drawn Column, from Table, room int) Table {
	at := slices.Index(from.Columns, drawn)
	for i, row := range t.Rows {
		c := from.Rows[i][at]
		if c.Draw != nil {
			c.Text = c.Draw(room)
		}
		t.Rows[i] = slices.Insert(row, to, c)
	}
	if t.Footer != nil {
		t.Footer = slices.Insert(t.Footer, to, from.Footer[at])
	}
	t.Columns = slices.Insert(t.Columns, to, drawn)
	return t
}
