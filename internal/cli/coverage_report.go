package cli

import (
	"fmt"
	"strconv"
	"strings"

	"convx/internal/coverage"
	"convx/internal/report"
)

type coverageJSON struct {
	View   coverageView   `json:"view"`
	Layers []string       `json:"layers"`
	Axes   []coverageAxis `json:"axes"`
	// Size, Seen and Share are of all axes together: a pixel is seen if it is along each.
	Size  int      `json:"size"`
	Seen  int      `json:"seen"`
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

var viewTitles = map[coverageView]string{
	fieldView:   "paths from one output to each input pixel of its receptive field",
	overlapView: "products that meet in each output pixel",
	readsView:   "windows that read each input pixel",
}

func coverageDocument(o coverageOptions, r coverageResult) report.Document {
	j := coverageJSON{View: r.view, Layers: o.labels, Size: 1, Seen: 1, Notes: r.notes()}
	axes := report.Table{Columns: []report.Column{
		{Name: "axis"}, {Name: "pixels", Right: true}, {Name: "seen", Right: true}, {Name: "largest gap", Right: true},
		{Name: "least", Right: true}, {Name: "most", Right: true},
	}}
	lines := report.Text{}
	for _, a := range r.axes {
		j.Axes = append(j.Axes, coverageAxis{a.axis, a.First, a.Counts, a.Size, a.Seen, a.LargestGap, a.Least, a.Most})
		j.Size, j.Seen = j.Size*a.Size, j.Seen*a.Seen
		axes.Rows = append(axes.Rows, []report.Cell{
			report.Str(a.axis), report.Int(a.Size), report.Int(a.Seen), report.Int(a.LargestGap), report.Int(a.Least), report.Int(a.Most),
		})
		lines = append(lines, profile(a.axis, a.Line))
	}
	j.Share = float64(j.Seen) / float64(j.Size)
	if o.format == report.CSVFormat { // a row a position; the table of axes follows from them
		return report.Document{JSON: j, Blocks: []report.Block{positionsTable(r.axes)}}
	}
	head := report.Text{strings.Join(o.labels, ", then ") + ": " + viewTitles[r.view]}
	foot := report.Text{fmt.Sprintf("%s of %s pixels are seen, %s; a pixel's count is the product of its axes'", report.Group(j.Seen), report.Group(j.Size), percent(j.Share))}
	return report.Document{JSON: j, Blocks: []report.Block{head, lines, axes, append(foot, j.Notes...)}}
}

// positionsTable is a row a position of each axis.
func positionsTable(axes []axisCount) report.Table {
	t := report.Table{Columns: []report.Column{{Name: "axis"}, {Name: "position"}, {Name: "count"}}}
	for _, a := range axes {
		for i, n := range a.Counts {
			t.Rows = append(t.Rows, []report.Cell{report.Str(a.axis), {Raw: a.First + i}, {Raw: n}})
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
	return fmt.Sprintf("  %s from %d: %s%s%s", axis, first, before, strings.Join(words, " "), after)
}

// notes say what the counts mean.
func (r coverageResult) notes() []string {
	notes := []string{}
	for i, a := range r.axes {
		if i > 0 && a.Summary == r.axes[0].Summary && len(r.steps[i]) == len(r.steps[0]) {
			continue // said of the axis before
		}
		axis := a.axis
		if len(r.axes) > 1 && a.Summary == r.axes[len(r.axes)-1].Summary && i == 0 {
			axis = "each axis"
		}
		if text := r.note(i, a); text != "" {
			notes = append(notes, axis+": "+text)
		}
	}
	return notes
}

func (r coverageResult) note(i int, a axisCount) string {
	switch r.view {
	case fieldView:
		if a.Seen == a.Size {
			return "no gridding: every pixel of the field is seen"
		}
		text := fmt.Sprintf("gridding: %d of %d pixels of the field are never seen, in gaps of up to %d", a.Size-a.Seen, a.Size, a.LargestGap)
		if better := betterDilations(r.steps[i]); better != "" {
			text += "; dilations " + better + " would see all of theirs"
		}
		return text
	case overlapView:
		s := r.steps[i][0]
		least, most := interior(a.Counts, s)
		switch {
		case least == most:
			return fmt.Sprintf("no checkerboard: away from the border every output sums %s", plural(least, "product"))
		case least == 0:
			return "some outputs get nothing but the bias"
		}
		return fmt.Sprintf("checkerboard: outputs sum %d or %d products in turn; use a kernel that the stride %d divides, or resize-conv", least, most, s.Stride)
	}
	if a.Least == 0 {
		return fmt.Sprintf("%d of %d pixels are never read", a.Size-a.Seen, a.Size)
	}
	if least, most := interior(a.Counts, r.steps[i][0]); least < most {
		return fmt.Sprintf("pixels are read between %d and %d times, in turn: the stride %d does not divide the kernel", a.Least, a.Most, r.steps[i][0].Stride)
	}
	if a.Least < a.Most {
		return fmt.Sprintf("the outermost pixels are read %s, those in the middle %s", timesText(a.Least), timesText(a.Most))
	}
	return "every pixel is read " + timesText(a.Most)
}

func timesText(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// interior are the least and the most counts at a distance from the border that no window reaches.
func interior(counts []int, s coverage.Step) (least, most int) {
	margin := s.Dilation * (s.Kernel - 1)
	if len(counts) <= 2*margin+s.Stride {
		margin = max(0, (len(counts)-s.Stride)/2)
	}
	mid := counts[margin : len(counts)-margin]
	least, most = mid[0], mid[0]
	for _, n := range mid {
		least, most = min(least, n), max(most, n)
	}
	return least, most
}

// betterDilations are 1, 2, 3, … for as many layers, if those leave no hole.
func betterDilations(steps []coverage.Step) string {
	try := make([]coverage.Step, len(steps))
	words := make([]string, len(steps))
	for i, s := range steps {
		if s.Transposed || s.Stride > 1 {
			return ""
		}
		try[i], words[i] = s, strconv.Itoa(i+1)
		try[i].Dilation = i + 1
	}
	l, err := coverage.Field(try)
	if sum := l.Summary; err != nil || sum().Seen < sum().Size {
		return ""
	}
	return strings.Join(words, ", ")
}
