package draw

import (
	"slices"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// Purpose is where a figure is shown.
type Purpose int

// A page of a document, a slide of 1280x720 that is read from the back row, and paper.
const (
	Page Purpose = iota
	Slide
	Print
)

// purposes have the size of letters, of their usual one, around panels and in them, and the pixels of a picture: width and, for
// slides, height, at least; 0 is one pixel a unit.
var purposes = []struct {
	name            string
	letters, inside float64
	width, height   int
}{{"page", 1, 1, 0, 0}, {"slide", 1.3, 1.5, 1280, 720}, {"print", 1, 1, 2400, 0}}

// PurposeNames lists what ParsePurpose reads.
func PurposeNames() (names []string) {
	for _, p := range purposes {
		names = append(names, p.name)
	}
	return names
}

// ParsePurpose reads page, slide or print.
func ParsePurpose(s string) (Purpose, error) {
	if i := slices.Index(PurposeNames(), s); i >= 0 {
		return Purpose(i), nil
	}
	return 0, lang.Errorf("%q is not one of %s", s, lang.List(PurposeNames()))
}

// Scale is how many pixels a unit of a drawing has.
func (p Purpose) Scale(d *drawing.Drawing) float64 {
	q := purposes[p]
	switch {
	case q.width == 0:
		return 1
	case q.height == 0:
		return max(2, float64(q.width)/d.Width)
	}
	return min(float64(q.width)/d.Width, float64(q.height)/d.Height)
}

// Placed is a drawing in the middle of the purpose's own proportions: a slide's.
func (p Purpose) Placed(d *drawing.Drawing) *drawing.Drawing {
	q := purposes[p]
	if q.height == 0 {
		return d
	}
	scale := p.Scale(d)
	return d.In(float64(q.width)/scale, float64(q.height)/scale)
}
