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
	For      drawing.Purpose
}

// Panel is one quantity, with a value and its text for each row.
type Panel struct {
	Title  string
	Values []float64
	Texts  []string
}

const (
	rowHeight  = 30
	barHeight  = 19
	panelWidth = 260
	panelGap   = 28
	titleRoom  = 36
	textGap    = 6 // between a bar and its value
)

// Write draws the bars. Values are neither negative nor infinite nor NaN.
func (b Bars) Write(w io.Writer, f Format) error {
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
	return write(w, f, b.For, legible(b.For, b.drawing))
}

// drawing has letters of so many times their usual size, and room for them.
func (b Bars) drawing(letters float64) *drawing.Drawing {
	at := barSizes{letters: letters, ruler: drawing.NewRuler()}
	labelRoom := 0.0
	for _, l := range b.Labels {
		labelRoom = max(labelRoom, at.ruler.Width(textSize*letters, l))
	}
	d := &drawing.Drawing{Height: at.middle(len(b.Labels)) - rowHeight*letters/2 + margin/2}
	for i, l := range b.Labels {
		d.Text(margin+labelRoom, at.middle(i), textSize*letters, drawing.Right, ink, l)
	}
	x := crisp(margin + labelRoom + margin/2)
	for _, p := range b.Panels {
		width := max(panelWidth, at.ruler.Width(titleSize*letters, p.Title))
		b.panel(d, p, at, x, width)
		x += width + panelGap
	}
	d.Width = x - panelGap + margin
	return d
}

// barSizes are where rows stand, with letters of so many times their usual size.
type barSizes struct {
	letters float64
	ruler   drawing.Ruler
}

// middle is that of a row.
func (s barSizes) middle(i int) float64 {
	return margin + (titleRoom+(float64(i)+0.5)*rowHeight)*s.letters
}

// panel draws one quantity: bars from the top downwards, each with its value at its end.
func (b Bars) panel(d *drawing.Drawing, p Panel, at barSizes, x, width float64) {
	scale := p.scale(at, width)
	tall, text := barHeight*at.letters, textSize*at.letters
	top, bottom := at.middle(0)-rowHeight*at.letters/2, at.middle(len(p.Values)-1)+rowHeight*at.letters/2
	d.Text(x, margin+(titleRoom/2-6)*at.letters, titleSize*at.letters, drawing.Left, ink, p.Title)
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
		left, w := x+v*scale+textGap, at.ruler.Width(text, p.Texts[i])
		d.Rect(left-2, at.middle(i)-tall/2, w+4, tall, white, none)
		d.Text(left, at.middle(i), text, drawing.Left, ink, p.Texts[i])
	}
	d.Line(x, top, x, bottom, 1, ink)
}

// scale is how many pixels show a value of 1, so that the longest bar and every text fit.
func (p Panel) scale(at barSizes, width float64) float64 {
	most := slices.Max(p.Values)
	if most == 0 {
		return 0
	}
	scale := width / most
	for i, v := range p.Values {
		if room := width - textGap - at.ruler.Width(textSize*at.letters, p.Texts[i]); v > 0 {
			scale = min(scale, max(room, width/4)/v)
		}
	}
	return scale
}
