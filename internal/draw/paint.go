package draw

import (
	"image"
	"image/color"
	"math"
	"strings"

	"convx/internal/picture"
)

func pixels(x0, y0, x1, y1, scale float64) image.Rectangle {
	round := func(v float64) int { return int(math.Round(v * scale)) }
	return image.Rect(round(x0), round(y0), round(x1), round(y1))
}

func (r rect) paint(c *picture.Canvas, scale float64) {
	if r.fill.A > 0 {
		c.Fill(pixels(r.x, r.y, r.x+r.w, r.y+r.h, scale), r.fill)
	}
	if r.line.A == 0 {
		return
	}
	w := r.width
	for _, side := range []struct{ x0, y0, x1, y1 float64 }{
		{r.x, r.y, r.x + r.w, r.y + w}, {r.x, r.y + r.h - w, r.x + r.w, r.y + r.h},
		{r.x, r.y + w, r.x + w, r.y + r.h - w}, {r.x + r.w - w, r.y + w, r.x + r.w, r.y + r.h - w},
	} {
		if !r.dashed {
			c.Fill(pixels(side.x0, side.y0, side.x1, side.y1, scale), r.line)
			continue
		}
		for x := side.x0; x < side.x1; x += dash {
			for y := side.y0; y < side.y1; y += dash {
				c.Fill(pixels(x, y, min(x+dash/2, side.x1), min(y+dash/2, side.y1), scale), r.line)
			}
		}
	}
}

// dash is the length of a dash and the gap after it.
const dash = 6

func (s segment) paint(c *picture.Canvas, scale float64) {
	x0, y0, x1, y1, w := s.x0*scale, s.y0*scale, s.x1*scale, s.y1*scale, s.width*scale
	switch {
	case s.head:
		c.Arrow(x0, y0, x1, y1, w, s.color)
	case s.dashed:
		n := math.Hypot(x1-x0, y1-y0) / (dash * scale)
		for t := 0.0; t < n; t++ {
			a, b := t/n, min((t+0.5)/n, 1)
			c.Line(x0+a*(x1-x0), y0+a*(y1-y0), x0+b*(x1-x0), y0+b*(y1-y0), w, s.color)
		}
	default:
		c.Line(x0, y0, x1, y1, w, s.color)
	}
}

func (o circle) paint(c *picture.Canvas, scale float64) {
	if o.line.A > 0 {
		c.Circle(o.x*scale, o.y*scale, o.r*scale, o.line)
		if o.fill.A > 0 {
			c.Circle(o.x*scale, o.y*scale, (o.r-1.2)*scale, o.fill)
		}
		return
	}
	c.Circle(o.x*scale, o.y*scale, o.r*scale, o.fill)
}

func (t text) paint(c *picture.Canvas, scale float64) {
	size := t.size * scale
	x := t.x * scale
	switch width := float64(c.TextWidth(size, t.s)); t.align {
	case center:
		x -= width / 2
	case right:
		x -= width
	}
	c.Text(int(math.Round(x)), int(math.Round(t.y*scale-float64(c.LineHeight(size))/2)), size, t.color, t.s)
}

// ruler measures text.
type ruler struct{ c *picture.Canvas }

func newRuler() ruler { return ruler{picture.NewCanvas(1, 1, color.White)} }

func (r ruler) width(size float64, s string) float64 { return float64(r.c.TextWidth(size, s)) }

// wrap breaks a caption at spaces.
func (r ruler) wrap(s string, width float64) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(s, " ") {
		if line != "" && r.width(captionSize, line+" "+word) > width {
			lines = append(lines, line)
			line = "    " + word
			continue
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
