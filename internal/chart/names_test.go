package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"convx/internal/drawing"
)

// Names cover nothing, whatever the points: no name lies over another, over a dot, the roof or the edge of the picture, and the
// picture says how many were left out.
func TestNamesCoverNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	ruler := drawing.NewRuler()
	for trial := range 20 {
		r := Roofline{Title: "t", Peak: 100, Bandwidth: 20}
		points := 1 + random.IntN(60)
		if trial == 0 {
			points = 400
		}
		for i := range points {
			r.Points = append(r.Points, Point{fmt.Sprintf("layer%d.conv", i), math.Exp(4 * random.NormFloat64()), math.Exp(3 + random.NormFloat64())})
		}
		d := r.drawing()
		var names, others []box
		var lines []drawing.Segment
		for _, m := range d.Marks {
			switch m := m.(type) {
			case drawing.Text:
				if w := ruler.Width(m.Size, m.S); m.Color == ink && m.Size == smallSize && m.Align == drawing.Left {
					names = append(names, box{m.X, m.Y - smallSize/2, m.X + w, m.Y + smallSize/2})
				}
			case drawing.Circle:
				if m.R == dotRadius && m.Y > r.head(&drawing.Drawing{}) { // the legend's are above
					others = append(others, box{m.X - m.R, m.Y - m.R, m.X + m.R, m.Y + m.R})
				}
			case drawing.Segment:
				if m.Width == roofWidth {
					lines = append(lines, m)
				}
			}
		}
		if len(others) != len(r.Points) || len(lines) != 2 || len(names) == 0 {
			t.Fatalf("trial %d: %d dots of %d, %d names, %d lines of the roof", trial, len(others), len(r.Points), len(names), len(lines))
		}
		for i, n := range names {
			if !n.inside(box{0, 0, d.Width, d.Height}) {
				t.Errorf("trial %d: a name leaves the picture", trial)
			}
			for _, o := range append(others, names[:i]...) {
				if n.overlaps(o) {
					t.Errorf("trial %d: name %d covers something", trial, i)
				}
			}
			for _, l := range lines {
				if n.crossed(l) {
					t.Errorf("trial %d: name %d covers the roof", trial, i)
				}
			}
		}
		said := 0
		for _, m := range d.Marks {
			if m, ok := m.(drawing.Text); ok && strings.Contains(m.S, "too close") {
				fmt.Sscanf(m.S, "%d of %d layers", &said, new(int))
			}
		}
		if said != len(r.Points)-len(names) || trial == 0 && said == 0 {
			t.Errorf("trial %d: %d names are left out, and %d are said to be", trial, len(r.Points)-len(names), said)
		}
	}
}

// A point on the roof is drawn on the roof's line: dots and roof share their axes.
func TestDotsStandWhereTheyBelong(t *testing.T) {
	r := Roofline{Peak: 80, Bandwidth: 20, Points: []Point{{"slope", 1, 20}, {"flat", 8, 80}}}
	h, v := r.axes(0, high, margin+tickRoom, wide-margin)
	roof := r.roof(h, v)
	for i, p := range r.Points {
		x, y := h.at(p.Intensity), v.at(p.Rate)
		s := roof[i]
		onLine := s.Y0 + (x-s.X0)*(s.Y1-s.Y0)/(s.X1-s.X0)
		if math.Abs(onLine-y) > 1e-6 {
			t.Errorf("%s stands %g pixels off the roof", p.Name, onLine-y)
		}
	}
	if r.bound(r.Points[0]) != blue || r.bound(r.Points[1]) != orange {
		t.Error("the slope's layers are the memory's, the flat's are the arithmetic's")
	}
}

// Bars are as long as their values are large, the longest leaves room for its text, and titles do not run into each other.
func TestBarsAreToScale(t *testing.T) {
	b := Bars{Labels: []string{"a", "b", "c"}, Panels: []Panel{
		{"a quantity with a name that is wider than its bars would be", []float64{1, 2, 0}, []string{"1", "a long text after the bar", "0"}},
		{"second", []float64{5, 1, 5}, []string{"5", "1", "5"}},
	}}
	d, ruler := b.drawing(), drawing.NewRuler()
	var bars []drawing.Rect
	end := 0.0
	for _, m := range d.Marks {
		switch m := m.(type) {
		case drawing.Rect:
			if m.Fill == blue || m.Fill == grey {
				bars = append(bars, m)
			}
		case drawing.Text:
			if m.Align == drawing.Left {
				if m.X < end && m.Size == titleSize {
					t.Errorf("%q begins before the title before it ends", m.S)
				}
				end = m.X + ruler.Width(m.Size, m.S)
				if end > d.Width {
					t.Errorf("%q leaves the picture", m.S)
				}
			}
		}
	}
	if len(bars) != 5 || math.Abs(bars[1].W-2*bars[0].W) > 1e-9 || bars[2].Fill != grey || math.Abs(bars[2].W-5*bars[3].W) > 1e-9 {
		t.Errorf("bars %+v", bars)
	}
}

// On a slide letters can be read from the back row, and nothing leaves it.
func TestChartsOnSlides(t *testing.T) {
	var points []Point
	for i := range 30 {
		points = append(points, Point{fmt.Sprintf("net.layer%d", i), math.Exp(float64(i%9) / 2), math.Exp(float64(i%7)/2 + 2)})
	}
	bars := Bars{Look: drawing.Look{For: drawing.Slide}, Labels: []string{"standard", "depthwise,multiplier=2", "separable"}}
	for _, title := range []string{"params", "MACs", "time (median)"} {
		bars.Panels = append(bars.Panels, Panel{title, []float64{3, 1, 2}, []string{"36.9 k", "115.6 M", "2.31 ms"}})
	}
	many := Bars{Look: bars.Look, Note: "the 20 of 100 steps that take longest"}
	for _, title := range []string{"time (median)", "MACs"} {
		many.Panels = append(many.Panels, Panel{Title: title})
	}
	for i := range 20 {
		many.Labels = append(many.Labels, fmt.Sprintf("stage%d.project", i))
		for k := range many.Panels {
			many.Panels[k].Values, many.Panels[k].Texts = append(many.Panels[k].Values, float64(i)), append(many.Panels[k].Texts, "36.9 k")
		}
	}
	roofline := Roofline{Title: "AMD EPYC 9B45 64-Core Processor, 1 thread", Peak: 800, Bandwidth: 40, Points: points, Look: drawing.Look{For: drawing.Slide}}
	for name, d := range map[string]*drawing.Drawing{"bars": bars.drawing(), "many bars": many.drawing(), "roofline": roofline.drawing()} {
		d = drawing.Slide.Placed(d)
		ruler, scale := drawing.NewRuler(), drawing.Slide.Scale(d)
		for _, m := range d.Marks {
			text, ok := m.(drawing.Text)
			if !ok {
				continue
			}
			width := ruler.Width(text.Size, text.S)
			left := text.X - []float64{0, width / 2, width}[text.Align]
			if text.Size*scale < 18 || left < 0 || left+width > d.Width || text.Y-text.Size/2 < 0 || text.Y+text.Size/2 > d.Height {
				t.Errorf("%s: %q of %.1f pixels from %g to %g of %g", name, text.S, text.Size*scale, left, left+width, d.Width)
			}
		}
	}
}

func TestTicksAreReadable(t *testing.T) {
	for _, a := range []axis{{0.04, 600, 0, 900}, {1e-9, 1e12, 0, 900}, {3, 4, 500, 0}, {0.9, 1.1, 0, 500}} {
		ticks := a.ticks(30)
		for i := range ticks {
			if i > 0 && math.Abs(a.at(ticks[i])-a.at(ticks[i-1])) < 29 {
				t.Errorf("%v: %g and %g stand too close", a, ticks[i-1], ticks[i])
			}
		}
		if len(ticks) > 40 {
			t.Errorf("%v: %d ticks", a, len(ticks))
		}
	}
}

func TestSVGIsWellFormed(t *testing.T) {
	var b bytes.Buffer
	if err := (Bars{Labels: []string{`<&">`}, Panels: []Panel{{"p", []float64{1}, []string{"1"}}}}).Write(&b, drawing.SVG); err != nil {
		t.Fatal(err)
	}
	for d := xml.NewDecoder(&b); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
