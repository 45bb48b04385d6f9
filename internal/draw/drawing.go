package draw

import (
	"image/color"
	"math"

	"convx/internal/picture"
)

// Drawing is a list of shapes, painted in order. Units are pixels at scale 1.
type Drawing struct {
	Width, Height float64
	marks         []mark
}

// mark is one shape; it knows both ways to show itself.
type mark interface {
	paint(c *picture.Canvas, scale float64)
	svg(w *svgWriter)
}

// Align is which point of a text its coordinates are.
type align int

const (
	left align = iota
	center
	right
)

type rect struct {
	x, y, w, h float64
	fill, line color.NRGBA // not drawn where transparent
	width      float64     // of the line, inside the rectangle
	dashed     bool
}

type segment struct {
	x0, y0, x1, y1 float64
	width          float64
	color          color.NRGBA
	head, dashed   bool
}

type circle struct {
	x, y, r    float64
	fill, line color.NRGBA
}

type text struct {
	x, y  float64 // y is the middle of the line
	size  float64
	align align
	color color.NRGBA
	s     string
}

func (d *Drawing) rect(x, y, w, h float64, fill, line color.NRGBA) {
	d.marks = append(d.marks, rect{x: x, y: y, w: w, h: h, fill: fill, line: line, width: 1})
}

func (d *Drawing) frame(x, y, w, h, width float64, line color.NRGBA) {
	d.marks = append(d.marks, rect{x: x, y: y, w: w, h: h, line: line, width: width})
}

func (d *Drawing) dashed(x, y, w, h float64, fill, line color.NRGBA) {
	d.marks = append(d.marks, rect{x: x, y: y, w: w, h: h, fill: fill, line: line, width: 1, dashed: true})
}

func (d *Drawing) line(x0, y0, x1, y1, width float64, c color.NRGBA) {
	d.marks = append(d.marks, segment{x0: x0, y0: y0, x1: x1, y1: y1, width: width, color: c})
}

func (d *Drawing) arrow(x0, y0, x1, y1, width float64, c color.NRGBA) {
	d.marks = append(d.marks, segment{x0: x0, y0: y0, x1: x1, y1: y1, width: width, color: c, head: true})
}

func (d *Drawing) circle(x, y, r float64, fill, line color.NRGBA) {
	d.marks = append(d.marks, circle{x, y, r, fill, line})
}

func (d *Drawing) text(x, y, size float64, a align, c color.NRGBA, s string) {
	d.marks = append(d.marks, text{x, y, size, a, c, s})
}

// Paint draws it at so many pixels a unit.
func (d *Drawing) Paint(scale float64) *picture.Canvas {
	c := picture.NewCanvas(int(math.Ceil(d.Width*scale)), int(math.Ceil(d.Height*scale)), color.White)
	for _, s := range d.marks {
		s.paint(c, scale)
	}
	return c
}
