package answer

import (
	"strconv"
	"strings"

	"convx/internal/coverage"
	"convx/internal/lang"
	"convx/internal/report"
)

type coverageJSON struct {
	View   coverage.View  `json:"view"`
	Layers []string       `json:"layers"`
	Axes   []coverageAxis `json:"axes"`
	// Size, Seen and Share are of all axes together: a pixel is seen if it is along each.
	Size  int64    `json:"size"`
	Seen  int64    `json:"seen"`
	Share float64  `json:"share"`
	Notes []string `json:"notes"`
}

type coverageAxis struct {
	Axis       string `json:"axis"`
	First      int    `json:"first"`
	Counts     []int  `json:"counts"`
	Size       int    `json:"size"`
	Seen       int    `json:"seen"`
	LargestGap int    `json:"largest_gap"`
	Least      int    `json:"least"`
	Most       int    `json:"most"`
}

// Coverage is the answer of which pixels layers use, and how often; labels name the layers. A row is an axis, or a position of
// one where each asks for that, as CSV does.
func Coverage(r coverage.Result, labels []string, each bool) report.Document {
	j := coverageJSON{View: r.View, Layers: labels, Size: 1, Seen: 1, Notes: r.Notes()}
	axes := report.Table{Columns: []report.Column{
		{Name: "axis"}, {Name: "pixels", Right: true}, {Name: "seen", Right: true}, {Name: "largest gap", Right: true},
		{Name: "least", Right: true}, {Name: "most", Right: true},
	}}
	lines := report.Text{}
	for _, a := range r.Axes {
		j.Axes = append(j.Axes, coverageAxis{a.Name, a.First, a.Counts, a.Size, a.Seen, a.LargestGap, a.Least, a.Most})
		j.Size, j.Seen = j.Size*int64(a.Size), j.Seen*int64(a.Seen)
		axes.Rows = append(axes.Rows, []report.Cell{
			report.Str(a.Name), report.Int(a.Size), report.Int(a.Seen), report.Int(a.LargestGap), report.Int(a.Least), report.Int(a.Most),
		})
		lines = append(lines, profile(a.Name, a.Line))
	}
	j.Share = float64(j.Seen) / float64(j.Size)
	if each { // a row a position; the table of axes follows from them
		return report.Document{JSON: j, Blocks: []report.Block{positionsTable(r.Axes)}}
	}
	head := report.Text{strings.Join(labels, lang.Text(", then ")) + lang.Text(": ") + r.View.Title()}
	foot := report.Text{lang.Sprintf("%s of %s pixels are seen, %s; a pixel's count is the product of its axes'", report.Group(j.Seen), report.Group(j.Size), report.Percent(j.Share))}
	return report.Document{JSON: j, Blocks: []report.Block{head, lines, axes, append(foot, j.Notes...)}}
}

// positionsTable is a row a position of each axis.
func positionsTable(axes []coverage.Axis) report.Table {
	t := report.Table{Columns: []report.Column{{Name: "axis"}, {Name: "position"}, {Name: "count"}}}
	for _, a := range axes {
		for i, n := range a.Counts {
			t.Rows = append(t.Rows, []report.Cell{report.Str(a.Name), {Raw: a.First + i}, {Raw: n}})
		}
	}
	return t
}

// profileWidth is how many counts of a line are printed.
const profileWidth = 48

// profile prints the counts along an axis, the middle of a long one; a dot is a pixel that is not seen.
func profile(axis string, l coverage.Line) string {
	counts, first := l.Counts, l.First
	before, after := "", ""
	if len(counts) > profileWidth {
		cut := (len(counts) - profileWidth) / 2
		counts, first = counts[cut:cut+profileWidth], first+cut
		before, after = "… ", " …"
	}
	words := make([]string, len(counts))
	for i, n := range counts {
		words[i] = "."
		if n > 0 {
			words[i] = strconv.Itoa(n)
		}
	}
	return lang.Sprintf("  %s from %d: %s%s%s", axis, first, before, strings.Join(words, " "), after)
}
