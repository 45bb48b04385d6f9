package chart

import (
	"fmt"
	"io"
	"slices"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// Bars are rows of horizontal bars, one panel a quantity, side by side: the same row is the same thing in each.
type Bars struct {
	Labels []string
	Panels []Panel
	// Baseline is the row that the others are compared with; it is drawn in another colour, and a line through the other
	// rows stands where it ends.
	Baseline int
	Note     string // what is to be known of all, below; empty for nothing
	drawing.Look
}

// Panel is one quantity, with a value and its text for each row.
type Panel struct {
	Title  string
	Values []float64
	Texts  []string
}

const (
	leastRow, mostRow = 1.5, 4 // the distance of rows, in sizes of their letters
	barPart           = 0.65   // of that
	leastPanel        = 150    // the width of a panel
	panelGap          = 28
	titleRoom         = 1.8 * titleSize
	textGap           = 6 // between a bar and its value
)

// Write draws the bars. Values are neither negative nor infinite nor NaN.
func (b Bars) Write(w io.Writer, f drawing.Format) error {
	if len(b.Labels) == 0 || len(b.Panels) == 0 {
		return lang.New("a chart of nothing: there are no bars to draw")
	}
	for _, p := range b.Panels {
		if len(p.Values) != len(b.Labels) || len(p.Texts) != len(b.Labels) {
			return lang.Errorf("%s: %d values and %d texts for %d rows", p.Title, len(p.Values), len(p.Texts), len(b.Labels))
		}
		if err := finite(p.Values...); err != nil {
			return fmt.Errorf("%s: %w", p.Title, err)
		}
	}
	return write(w, f, b.Look, b.drawing())
}

// drawing fills a slide: few rows stand apart, many have smaller letters.
func (b Bars) drawing() *drawing.Drawing {
	at := b.rows()
	labelRoom := 0.0
	for _, l := range b.Labels {
		labelRoom = max(labelRoom, at.ruler.Width(at.text, l))
	}
	d := &drawing.Drawing{Width: wide, Height: at.middle(len(b.Labels)) - at.distance/2 + margin}
	for i, l := range b.Labels {
		d.Text(margin+labelRoom, at.middle(i), at.text, drawing.Right, ink, l)
	}
	n := float64(len(b.Panels))
	x := crisp(margin + labelRoom + margin/2)
	width := max(leastPanel, (wide-margin-x-panelGap*(n-1))/n)
	for _, p := range b.Panels {
		width := max(width, at.ruler.Width(titleSize, p.Title))
		b.panel(d, p, at, x, width)
		x += width + panelGap
	}
	d.Width = x - panelGap + margin
	if b.Note != "" {
		d.Text(margin, d.Height+smallSize/2, smallSize, drawing.Left, muted, b.Note)
		d.Height += smallSize + margin
	}
	return d
}

// rows are where rows stand, and the size of their letters.
type rows struct {
	text, distance float64
	ruler          drawing.Ruler
}

// rows have as large letters as leave room for all of them, from the smallest that can be read.
func (b Bars) rows() rows {
	room := (high - titleRoom - 2*margin) / float64(len(b.Labels))
	if b.Note != "" {
		room -= (smallSize + margin) / float64(len(b.Labels))
	}
	r := rows{text: min(textSize, max(smallSize, room/leastRow)), ruler: drawing.NewRuler()}
	r.distance = min(mostRow*r.text, max(leastRow*r.text, room))
	return r
}

// middle is that of a row.
func (r rows) middle(i int) float64 { return margin + titleRoom + (float64(i)+0.5)*r.distance }

// panel draws one quantity: bars from the top downwards, each with its value at its end.
func (b Bars) panel(d *drawing.Drawing, p Panel, at rows, x, width float64) {
	scale, tall := p.scale(at, width), barPart*at.distance
	top, bottom := at.middle(0)-at.distance/2, at.middle(len(p.Values)-1)+at.distance/2
	d.Text(x, margin+titleSize/2, titleSize, drawing.Left, ink, p.Title)
	for i, v := range p.Values {
		fill := blue
		if i == b.Baseline {
			fill = grey
		}
		if v > 0 {
			d.Rect(x, at.middle(i)-tall/2, max(1, v*scale), tall, fill, none)
		}
	}
	if b.Baseline < len(p.Values) && len(p.Values) > 1 {
		at := crisp(x + p.Values[b.Baseline]*scale)
		d.Add(drawing.Segment{X0: at, Y0: top, X1: at, Y1: bottom, Width: 1, Color: grey, Dashed: true})
	}
	for i, v := range p.Values {
		// The texts stand over the baseline's line.
		left, w := x+v*scale+textGap, at.ruler.Width(at.text, p.Texts[i])
		d.Rect(left-2, at.middle(i)-at.text/2, w+4, at.text, white, none)
		d.Text(left, at.middle(i), at.text, drawing.Left, ink, p.Texts[i])
	}
	d.Line(x, top, x, bottom, 1, ink)
}

// scale is how many units show a value of 1, so that the longest bar and every text fit.
func (p Panel) scale(at rows, width float64) float64 {
	most := slices.Max(p.Values)
	if most == 0 {
		return 0
	}
	scale := width / most
	for i, v := range p.Values {
		if room := width - textGap - at.ruler.Width(at.text, p.Texts[i]); v > 0 {
			scale = min(scale, max(room, width/4)/v)
		}
	}
	return scale
}
