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

// sheet is the size of a picture in pixels: its width, and for slides its height.
type sheet struct{ width, height int }

func (p Purpose) sheet() sheet {
	switch p {
	case Slide:
		return sheet{1280, 720}
	case Print:
		return sheet{2400, 0}
	}
	return sheet{960, 0}
}

// Pixels are the width and the height of a picture for a purpose, 0 where it has none of its own.
func (p Purpose) Pixels() (width, height int) {
	q := p.sheet()
	return q.width, q.height
}

// Scale is how many pixels a unit of a drawing has; those of pictures in it all have a place, but for on a slide.
func (p Purpose) Scale(d *Drawing) float64 {
	q := p.sheet()
	if q.height == 0 {
		return max(d.finest(), float64(q.width)/d.Width)
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
