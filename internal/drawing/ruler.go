package drawing

import (
	"image/color"

	"convx/internal/lang"
	"convx/internal/picture"
)

// Ruler measures text. It is not for use by several goroutines.
type Ruler struct {
	c      *picture.Canvas
	widths map[line]float64 // of what was measured: layouts are tried with the same words
}

type line struct {
	size float64
	s    string
}

// NewRuler returns a ruler.
func NewRuler() Ruler { return Ruler{picture.NewCanvas(1, 1, color.White), map[line]float64{}} }

// Width is how wide a line of text of that size is.
func (r Ruler) Width(size float64, s string) float64 {
	width, ok := r.widths[line{size, s}]
	if !ok {
		width = float64(r.c.TextWidth(size, s))
		r.widths[line{size, s}] = width
	}
	return width
}

// Wrap breaks a text into lines of that size, no wider than width where words allow it; all but the first are indented.
func (r Ruler) Wrap(s string, size, width float64) []string {
	return lang.Wrap(s, "    ", func(line string) bool { return r.Width(size, line) <= width })
}
