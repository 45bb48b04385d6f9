package budget

import (
	"cmp"
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/report"
)

// blocks are the limits and the differences as tables.
func (v Outcome) blocks(f report.Format) []report.Block {
	var blocks []report.Block
	if len(v.Checks) > 0 {
		over, open := len(With(v.Checks, Over)), len(With(v.Checks, Undecided))
		head := lang.Sprintf("%s: within every limit", v.name())
		if n := len(With(v.Checks, Noisy)); n > 0 {
			head += lang.Sprintf(", but for %d without a verdict, within the noise", n)
		}
		switch {
		case over > 0:
			head = lang.Sprintf("%s: over %d of %d limits", v.name(), over, len(v.Checks))
		case open > 0:
			head = lang.Sprintf("%s: %d of %d limits undecided, as not all is counted", v.name(), open, len(v.Checks))
		}
		blocks = append(blocks, report.Text{head})
		if f == report.MarkdownFormat {
			if lines := v.culpritText(); len(lines) > 0 {
				blocks = append(blocks, lines)
			}
		}
		blocks = append(blocks, v.limits())
	}
	if v.Difference != nil {
		blocks = append(blocks, v.differences(f)...)
	}
	if len(v.Times) > 0 {
		blocks = append(blocks, report.Text{lang.Sprintf("since %s: ~ is no difference beyond the noise", v.Baseline)}, timesTable(v.Times))
	}
	if len(v.Notes) > 0 {
		var notes report.Text
		for _, n := range v.Notes {
			notes = append(notes, lang.Sprintf("note: %s", n))
		}
		blocks = append(blocks, notes)
	}
	return blocks
}

// Verdicts is what became of all limits, in a cell.
func (v Outcome) Verdicts() report.Cell {
	over, open := len(With(v.Checks, Over)), len(With(v.Checks, Undecided))
	switch {
	case over > 0:
		return report.Cell{Text: lang.Sprintf("over %d of %d", over, len(v.Checks)), Failed: true}
	case open > 0:
		return report.Cell{Text: lang.Sprintf("undecided %d of %d", open, len(v.Checks)), Failed: true}
	case len(v.Checks) > 0:
		return report.Str(lang.Sprintf("holds %d", len(v.Checks)))
	}
	return report.Str("")
}

// limits is a row a limit.
func (v Outcome) limits() report.Table {
	t := report.Table{Columns: []report.Column{
		{Name: "limit"}, {Name: "measured", Right: true}, {Name: "allowed", Right: true}, {Name: "difference", Right: true, Spare: 1}, {Name: "verdict"},
	}}
	for _, c := range v.Checks {
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(c.Name), c.Quantity.cell(c.Measured), c.Quantity.cell(c.Allowed), signed(c.Quantity, c.Measured, c.Allowed), {Text: lang.Text(string(c.Verdict())), Failed: c.Verdict() == Over || c.Verdict() == Undecided},
		})
	}
	return t
}

// signed is a difference with its sign and its percentage: +1,234 (+5.6%).
func signed(q Quantity, now, before int64) report.Cell {
	if q == ReceptiveField && max(now, before) == WholePicture {
		return report.Cell{Raw: now - before} // no number of pixels
	}
	text := q.text(now - before)
	if now > before {
		text = "+" + text
	}
	short := text
	if before != 0 && now != before {
		text += fmt.Sprintf(" (%+.1f%%)", 100*(float64(now)-float64(before))/float64(before))
	}
	return report.Cell{Text: text, Short: short, Raw: now - before}
}

// compared are the quantities that the table of differences shows: those that changed somewhere, in order; of a network that
// has not changed, its MACs and parameters.
func (d Difference) compared() (out []Quantity) {
	for _, q := range []Quantity{Params, MACs, FLOPs, WeightBytes} {
		if q == FLOPs && slices.Contains(out, MACs) || q == WeightBytes && slices.Contains(out, Params) {
			continue // they follow
		}
		if slices.ContainsFunc(append(slices.Clone(d.Layers), d.Total), func(c Change) bool { return c.Before[q] != c.After[q] }) {
			out = append(out, q)
		}
	}
	if out == nil {
		return []Quantity{Params, MACs}
	}
	return out
}

// maxDifferences bounds the layers that people are shown: a comment on a pull request has an end.
const maxDifferences = 40

// culprits are the changed layers, those first that grew most: by MACs, then by parameters, then by the bytes of weights.
func (d Difference) culprits() []Change {
	out := slices.Clone(d.Layers)
	grown := func(c Change, q Quantity) int64 { return c.After[q] - c.Before[q] }
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(grown(b, MACs), grown(a, MACs)), cmp.Compare(grown(b, Params), grown(a, Params)), cmp.Compare(grown(b, WeightBytes), grown(a, WeightBytes)))
	})
	return out
}

// differences is a row a layer that changed, and the totals.
func (v Outcome) differences(f report.Format) []report.Block {
	d := v.Difference
	quantities := d.compared()
	t := report.Table{Columns: []report.Column{{Name: "layer", Key: "name"}, {Name: "change"}}}
	for i, q := range quantities { // where there is no room, what was before goes first, the last quantity's before the others'
		t.Columns = append(t.Columns,
			report.Column{Name: q.Name() + " before", Key: string(q) + "_before", Right: true, Spare: len(quantities) + i + 1},
			report.Column{Name: q.Name(), Key: string(q), Right: true, Spare: i + 1},
			report.Column{Name: "difference", Key: string(q) + "_difference", Right: true})
	}
	shown, follow := d.Layers, 0
	if f != report.CSVFormat {
		shown = slices.DeleteFunc(d.culprits(), func(c Change) bool { return c.follows(quantities) })
		follow = len(d.Layers) - len(shown)
		shown = shown[:min(len(shown), maxDifferences)]
	}
	for _, c := range shown {
		t.Rows = append(t.Rows, changeCells(c, quantities))
	}
	t.Footer = changeCells(d.Total, quantities)
	verb := "differ"
	if len(d.Layers) == 1 {
		verb = "differs"
	}
	head := lang.Sprintf("since %s: %s %s", v.Baseline, layersText(len(d.Layers)), verb)
	if follow > 0 {
		head += lang.Sprintf(", %d of them only in the size of their output", follow)
	}
	if more := len(d.Layers) - follow - len(shown); more > 0 {
		head += lang.Sprintf("; the %d that grew most are shown, -f json has all", len(shown))
	}
	blocks := []report.Block{report.Text{head}}
	if len(shown) > 0 || f == report.CSVFormat {
		blocks = append(blocks, t)
	}
	if n := len(d.Renamed); n > 0 {
		blocks = append(blocks, report.Text{lang.Sprintf("renamed, with the same counts: %s, the first is %s, which was %s", layersText(n), d.Renamed[0].Name, d.Renamed[0].Was)})
	}
	return blocks
}

// follows reports whether a layer is there before and after, of one kind, with the same of all these quantities: what it reads
// has another size.
func (c Change) follows(quantities []Quantity) bool {
	if c.Before == nil || c.After == nil || c.Kind != c.WasKind {
		return false
	}
	return !slices.ContainsFunc(quantities, func(q Quantity) bool { return c.Before[q] != c.After[q] })
}

func changeCells(c Change, quantities []Quantity) []report.Cell {
	change := report.Str(c.What())
	switch { // where there is no room for the earlier name
	case c.Before == nil || c.After == nil:
	case c.Kind != c.WasKind:
		change.Brief = lang.Sprintf("was %s", c.WasKind)
	case change.Text != "":
		change.Brief = lang.Text("renamed")
	}
	cells := []report.Cell{report.Str(c.Name), change}
	for _, q := range quantities {
		before, had := c.Before[q]
		now, has := c.After[q]
		cells = append(cells, known(before, had), known(now, has))
		if !had && c.Before != nil || !has && c.After != nil {
			cells = append(cells, report.Str(""))
			continue
		}
		cells = append(cells, signed(q, now, before))
	}
	return cells
}

// known is a count, or nothing.
func known(n int64, ok bool) report.Cell {
	if !ok {
		return report.Str("")
	}
	return report.Int(n)
}

func layersText(n int) string {
	if n == 1 {
		return "1 layer"
	}
	return lang.Sprintf("%d layers", n)
}
