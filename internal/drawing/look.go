package drawing

import (
	"image/png"
	"io"

	"convx/internal/picture"
)

// Theme is the colours of a drawing; the zero value is the light one, in which drawings are made.
type Theme string

// The colours of paper, and those of a dark room.
const (
	Light Theme = "light"
	Dark  Theme = "dark"
)

// Themes are all of them.
func Themes() []Theme { return []Theme{Light, Dark} }

// Look says how a drawing looks, whatever it shows.
type Look struct {
	For         Purpose
	Theme       Theme
	Transparent bool    // nothing behind it, where the format can say so
	Scale       float64 // pixels a unit; 0: as the purpose has it
}

// Of is a drawing with this look, and how many pixels a unit of it is. Cells of a picture keep their colours.
func (l Look) Of(d *Drawing) (*Drawing, float64) {
	scale := l.Scale
	if scale == 0 {
		scale = l.For.Scale(d)
	}
	d = l.For.Placed(d)
	if l.Theme == Dark {
		d = d.Recoloured(picture.Darkened)
	}
	if l.Transparent {
		c := *d
		c.Clear = true
		d = &c
	}
	return d, scale
}

// Format is a kind of file.
type Format string

// The formats of a still.
const (
	PNG Format = "png"
	SVG Format = "svg"
)

// WritePicture writes a picture as PNG: on a page as it is, elsewhere as large as can be.
func (l Look) WritePicture(w io.Writer, p *picture.Picture, o picture.WriteOptions) error {
	switch l.For {
	case Slide, Print:
		d := &Drawing{Width: float64(p.Width), Height: float64(p.Height)}
		d.Add(Image{W: d.Width, H: d.Height, Pixels: p.Image()})
		return l.Write(w, d, PNG)
	}
	return p.Encode(w, o)
}

// Write writes a drawing with this look.
func (l Look) Write(w io.Writer, d *Drawing, f Format) error {
	d, scale := l.Of(d)
	if f == SVG {
		return d.WriteSVG(w, scale)
	}
	c := d.Paint(scale)
	if !l.Transparent {
		return c.Encode(w)
	}
	return png.Encode(w, c.RGBA)
}
