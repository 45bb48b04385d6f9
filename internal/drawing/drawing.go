// Package drawing is a picture as a list of shapes: rectangles, lines, circles and lines of text, which paint themselves on a
// canvas of pixels (PNG) or write themselves as SVG. Figures of layers and charts of measurements are drawn with it.
package drawing

import (
	"image"
	"image/color"
	"math"

	"convx/internal/picture"
)

// Drawing is a list of shapes, painted in order. Units are pixels at scale 1, from the top left corner.
type Drawing struct {
	Width, Height float64
	Marks         []Mark
	Back          color.NRGBA // behind the marks; the zero value is white
	Clear         bool        // nothing is behind them
}

// Mark is one shape: a Rect, Segment, Circle, Text or Image. It knows both ways to show itself.
type Mark interface {
	paint(c *picture.Canvas, scale float64)
	svg(w *svgWriter)
	moved(dx, dy float64) Mark
	recoloured(change func(color.NRGBA) color.NRGBA) Mark
}

// Align is which point of a text its coordinates are.
type Align int

// The start, the middle or the end of a line of text.
const (
	Left Align = iota
	Center
	Right
)

// Rect is a rectangle. Its line lies inside; neither area nor line is drawn where its colour is transparent.
type Rect struct {
	X, Y, W, H float64
	Fill, Line color.NRGBA
	Width      float64 // of the line
	Dashed     bool
	Data       bool // the area is a picture's own colour, which no theme changes
}

// Segment is a straight line, with a Head an arrow to (X1, Y1).
type Segment struct {
	X0, Y0, X1, Y1 float64
	Width          float64
	Color          color.NRGBA
	Head, Dashed   bool
}

// Circle is a disc, its line not drawn where it is transparent.
type Circle struct {
	X, Y, R    float64
	Fill, Line color.NRGBA
}

// Text is one line of letters. Y is its middle.
type Text struct {
	X, Y  float64
	Size  float64
	Align Align
	Color color.NRGBA
	S     string
	Data  bool // it stands on a picture's own colours, with which no theme changes it
}

// Image is a picture in a rectangle. Its pixels stay squares where they are enlarged, and no theme changes their colours.
type Image struct {
	X, Y, W, H float64
	Pixels     *image.RGBA
}

// Add puts shapes over those that are there.
func (d *Drawing) Add(marks ...Mark) { d.Marks = append(d.Marks, marks...) }

// Rect adds a rectangle with a line one unit wide.
func (d *Drawing) Rect(x, y, w, h float64, fill, line color.NRGBA) {
	d.Add(Rect{X: x, Y: y, W: w, H: h, Fill: fill, Line: line, Width: 1})
}

// Frame adds the outline of a rectangle.
func (d *Drawing) Frame(x, y, w, h, width float64, line color.NRGBA) {
	d.Add(Rect{X: x, Y: y, W: w, H: h, Line: line, Width: width})
}

// Dashed adds a rectangle with a dashed line one unit wide.
func (d *Drawing) Dashed(x, y, w, h float64, fill, line color.NRGBA) {
	d.Add(Rect{X: x, Y: y, W: w, H: h, Fill: fill, Line: line, Width: 1, Dashed: true})
}

// Line adds a straight line.
func (d *Drawing) Line(x0, y0, x1, y1, width float64, c color.NRGBA) {
	d.Add(Segment{X0: x0, Y0: y0, X1: x1, Y1: y1, Width: width, Color: c})
}

// Arrow adds a line with a head at (x1, y1).
func (d *Drawing) Arrow(x0, y0, x1, y1, width float64, c color.NRGBA) {
	d.Add(Segment{X0: x0, Y0: y0, X1: x1, Y1: y1, Width: width, Color: c, Head: true})
}

// Circle adds a disc.
func (d *Drawing) Circle(x, y, r float64, fill, line color.NRGBA) {
	d.Add(Circle{X: x, Y: y, R: r, Fill: fill, Line: line})
}

// Text adds one line of letters whose middle is at y.
func (d *Drawing) Text(x, y, size float64, a Align, c color.NRGBA, s string) {
	d.Add(Text{X: x, Y: y, Size: size, Align: a, Color: c, S: s})
}

// Paint draws it at so many pixels a unit.
func (d *Drawing) Paint(scale float64) *picture.Canvas {
	c := picture.NewCanvas(int(math.Ceil(d.Width*scale-1e-9)), int(math.Ceil(d.Height*scale-1e-9)), d.back())
	for _, m := range d.Marks {
		m.paint(c, scale)
	}
	return c
}

// In is the drawing in the middle of a larger one of this size.
func (d *Drawing) In(width, height float64) *Drawing {
	dx, dy := (width-d.Width)/2, (height-d.Height)/2
	out := &Drawing{Width: width, Height: height, Back: d.Back, Clear: d.Clear}
	for _, m := range d.Marks {
		out.Add(m.moved(dx, dy))
	}
	return out
}

func (r Rect) moved(dx, dy float64) Mark {
	r.X, r.Y = r.X+dx, r.Y+dy
	return r
}

func (s Segment) moved(dx, dy float64) Mark {
	s.X0, s.X1, s.Y0, s.Y1 = s.X0+dx, s.X1+dx, s.Y0+dy, s.Y1+dy
	return s
}

func (o Circle) moved(dx, dy float64) Mark {
	o.X, o.Y = o.X+dx, o.Y+dy
	return o
}

func (t Text) moved(dx, dy float64) Mark {
	t.X, t.Y = t.X+dx, t.Y+dy
	return t
}

func (p Image) moved(dx, dy float64) Mark {
	p.X, p.Y = p.X+dx, p.Y+dy
	return p
}

// finest is how many pixels a unit of the pictures has, at most.
func (d *Drawing) finest() (pixels float64) {
	for _, m := range d.Marks {
		if p, ok := m.(Image); ok && p.W > 0 && p.H > 0 {
			pixels = max(pixels, float64(p.Pixels.Rect.Dx())/p.W, float64(p.Pixels.Rect.Dy())/p.H)
		}
	}
	return pixels
}

// back is the colour behind the marks.
func (d *Drawing) back() color.NRGBA {
	switch {
	case d.Clear:
		return color.NRGBA{}
	case d.Back == color.NRGBA{}:
		return color.NRGBA{255, 255, 255, 255}
	}
	return d.Back
}

// Recoloured is the drawing with other colours, and what is behind it; a picture's own cells stay as they are.
func (d *Drawing) Recoloured(change func(color.NRGBA) color.NRGBA) *Drawing {
	out := *d
	out.Back, out.Marks = change(d.back()), make([]Mark, len(d.Marks))
	for i, m := range d.Marks {
		out.Marks[i] = m.recoloured(change)
	}
	return &out
}

func (r Rect) recoloured(change func(color.NRGBA) color.NRGBA) Mark {
	if r.Line = change(r.Line); !r.Data {
		r.Fill = change(r.Fill)
	}
	return r
}

func (s Segment) recoloured(change func(color.NRGBA) color.NRGBA) Mark {
	s.Color = change(s.Color)
	return s
}

func (o Circle) recoloured(change func(color.NRGBA) color.NRGBA) Mark {
	o.Fill, o.Line = change(o.Fill), change(o.Line)
	return o
}

func (t Text) recoloured(change func(color.NRGBA) color.NRGBA) Mark {
	if !t.Data {
		t.Color = change(t.Color)
	}
	return t
}

func (p Image) recoloured(func(color.NRGBA) color.NRGBA) Mark { return p }
