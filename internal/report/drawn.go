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
	for at > 0 && !slices.ContainsFunc(fits.Columns[:min(at, len(fits.Columns))], func(c Column) bool { return c.Name == t.Columns[at-1].Name }) {
		at--
	}
	to := 0
	if at > 0 {
		to = 1 + slices.IndexFunc(fits.Columns, func(c Column) bool { return c.Name == t.Columns[at-1].Name })
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
