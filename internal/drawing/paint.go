package drawing

import (
	"image"
	"math"

	"convx/internal/picture"
)

func pixels(x0, y0, x1, y1, scale float64) image.Rectangle {
	round := func(v float64) int { return int(math.Round(v * scale)) }
	return image.Rect(round(x0), round(y0), round(x1), round(y1))
}

func (r Rect) paint(c *picture.Canvas, scale float64) {
	if r.Fill.A > 0 {
		c.Fill(pixels(r.X, r.Y, r.X+r.W, r.Y+r.H, scale), r.Fill)
	}
	if r.Line.A == 0 {
		return
	}
	w := max(r.Width, 1/scale) // a thinner line would fall between pixels here and there
	for _, side := range []struct{ x0, y0, x1, y1 float64 }{
		{r.X, r.Y, r.X + r.W, r.Y + w}, {r.X, r.Y + r.H - w, r.X + r.W, r.Y + r.H},
		{r.X, r.Y + w, r.X + w, r.Y + r.H - w}, {r.X + r.W - w, r.Y + w, r.X + r.W, r.Y + r.H - w},
	} {
		if !r.Dashed {
			c.Fill(pixels(side.x0, side.y0, side.x1, side.y1, scale), r.Line)
			continue
		}
		for x := side.x0; x < side.x1; x += dash {
			for y := side.y0; y < side.y1; y += dash {
				c.Fill(pixels(x, y, min(x+dash/2, side.x1), min(y+dash/2, side.y1), scale), r.Line)
			}
		}
	}
}

// dash is the length of a dash and the gap after it.
const dash = 6

func (s Segment) paint(c *picture.Canvas, scale float64) {
	x0, y0, x1, y1, w := s.X0*scale, s.Y0*scale, s.X1*scale, s.Y1*scale, s.Width*scale
	switch {
	case s.Head:
		c.Arrow(x0, y0, x1, y1, w, s.Color)
	case s.Dashed:
		n := math.Hypot(x1-x0, y1-y0) / (dash * scale)
		for t := 0.0; t < n; t++ {
			a, b := t/n, min((t+0.5)/n, 1)
			c.Line(x0+a*(x1-x0), y0+a*(y1-y0), x0+b*(x1-x0), y0+b*(y1-y0), w, s.Color)
		}
	default:
		c.Line(x0, y0, x1, y1, w, s.Color)
	}
}

func (o Circle) paint(c *picture.Canvas, scale float64) {
	if o.Line.A > 0 {
		c.Circle(o.X*scale, o.Y*scale, o.R*scale, o.Line)
		if o.Fill.A > 0 {
			c.Circle(o.X*scale, o.Y*scale, (o.R-1.2)*scale, o.Fill)
		}
		return
	}
	c.Circle(o.X*scale, o.Y*scale, o.R*scale, o.Fill)
}

func (t Text) paint(c *picture.Canvas, scale float64) {
	size := t.Size * scale
	x := t.X * scale
	switch width := float64(c.TextWidth(size, t.S)); t.Align {
	case Center:
		x -= width / 2
	case Right:
		x -= width
	}
	c.Text(int(math.Round(x)), int(math.Round(t.Y*scale-float64(c.LineHeight(size))/2)), size, t.Color, t.S)
}

func (p Image) paint(c *picture.Canvas, scale float64) {
	c.Stretch(pixels(p.X, p.Y, p.X+p.W, p.Y+p.H, scale), p.Pixels)
}
