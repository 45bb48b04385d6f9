package drawing

import (
	"image/color"

	"convx/internal/lang"
	"convx/internal/picture"
)

// Ruler measures text. It is not for use by several goroutines.
type Ruler struct {
	c      *picture.Canvas
	widths map[string]float64      // of what was measured, of size 1: layouts are tried with the same words in many sizes
	pieces map[string][]lang.Piece // of what was wrapped
}

// measured is large: of small letters, the width of each is rounded to whole pixels.
const measured = 64

// NewRuler returns a ruler.
func NewRuler() Ruler {
	return Ruler{picture.NewCanvas(1, 1, color.White), map[string]float64{}, map[string][]lang.Piece{}}
}

// Width is how wide a line of text of that size is.
func (r Ruler) Width(size float64, s string) float64 {
	width, ok := r.widths[s]
	if !ok {
		width = float64(r.c.TextWidth(measured, s)) / measured
		r.widths[s] = width
	}
	return width * size
}

// Wrap breaks a text into lines of that size, no wider than width where words allow it; all but the first are indented.
func (r Ruler) Wrap(s string, size, width float64) []string {
	pieces, ok := r.pieces[s]
	if !ok {
		pieces = lang.Pieces(s)
		r.pieces[s] = pieces
	}
	return lang.WrapPieces(pieces, "    ", func(line string) bool { return r.Width(size, line) <= width })
}
