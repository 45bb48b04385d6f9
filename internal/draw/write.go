package draw

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"strings"
	"time"

	"convx/internal/drawing"
	"convx/internal/picture"
)

// Look says how a figure looks, whatever it shows.
type Look struct {
	For         drawing.Purpose
	Theme       string        // one of ThemeNames
	Transparent bool          // nothing behind a still
	Scale       float64       // pixels a unit; 0: as the purpose has it
	Delay       time.Duration // of a frame of an animation
}

// Write writes a figure as the ending of the file's name says: .svg, .png, or as an animation .gif.
func (l Look) Write(w io.Writer, f *Figure, path string) error {
	still, scale, err := l.of(f.Still())
	if err != nil {
		return err
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return still.WriteSVG(w)
	case ".png":
		c := still.Paint(scale)
		if !l.Transparent {
			return c.Encode(w)
		}
		var b bytes.Buffer
		if err := png.Encode(&b, c.RGBA); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes())
		return err
	}
	var frames []image.Image
	for _, i := range f.Animation() {
		d, scale, err := l.of(f.Frame(i))
		if err != nil {
			return err
		}
		frames = append(frames, d.Paint(scale))
	}
	return picture.EncodeGIF(w, frames, l.Delay)
}

// of is a drawing with this look, and how many pixels a unit of it is.
func (l Look) of(d *drawing.Drawing) (*drawing.Drawing, float64, error) {
	scale := l.Scale
	if scale == 0 {
		scale = l.For.Scale(d)
	}
	d, err := Themed(l.For.Placed(d), l.Theme, l.Transparent)
	return d, scale, err
}
