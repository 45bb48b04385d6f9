package drawing

// Purpose is where a figure is shown; the zero value is a page.
type Purpose string

// A page of a document, a slide of 1280x720 that is read from the back row, and paper.
const (
	Page  Purpose = "page"
	Slide Purpose = "slide"
	Print Purpose = "print"
)

// Purposes are all of them.
func Purposes() []Purpose { return []Purpose{Page, Slide, Print} }

// sheet has the size of letters, of their usual one, around panels and in them, and the pixels of a picture: width and, for
// slides, height, at least; 0 is one pixel a unit.
type sheet struct {
	letters, inside float64
	width, height   int
}

func (p Purpose) sheet() sheet {
	switch p {
	case Slide:
		return sheet{1.3, 1.5, 1280, 720}
	case Print:
		return sheet{1, 1, 2400, 0}
	}
	return sheet{1, 1, 0, 0}
}

// Letters is the size of letters around panels, of their usual one.
func (p Purpose) Letters() float64 { return p.sheet().letters }

// Inside is the size of letters in panels, of their usual one.
func (p Purpose) Inside() float64 { return p.sheet().inside }

// Pixels are the width and the height of a picture for a purpose, 0 where it has none of its own.
func (p Purpose) Pixels() (width, height int) {
	q := p.sheet()
	return q.width, q.height
}

// Scale is how many pixels a unit of a drawing has.
func (p Purpose) Scale(d *Drawing) float64 {
	q := p.sheet()
	switch {
	case q.width == 0:
		return 1
	case q.height == 0:
		return max(2, float64(q.width)/d.Width)
	}
	return min(float64(q.width)/d.Width, float64(q.height)/d.Height)
}

// Placed is a drawing in the middle of the purpose's own proportions: a slide's.
func (p Purpose) Placed(d *Drawing) *Drawing {
	q := p.sheet()
	if q.height == 0 {
		return d
	}
	scale := p.Scale(d)
	return d.In(float64(q.width)/scale, float64(q.height)/scale)
}
