package cli

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"path/filepath"
	"strings"

	"convx/internal/draw"
	"convx/internal/drawing"
	"convx/internal/picture"
)

// lookOptions say how a figure looks, whatever it shows.
type lookOptions struct {
	purpose string
	theme   string
	clear   bool
	scale   float64 // pixels a unit; 0: as the purpose has it
}

// writeFigure writes a figure as the file's ending says.
func writeFigure(w io.Writer, f *draw.Figure, path string, o drawOptions) error {
	look := func(d *drawing.Drawing) (*drawing.Drawing, float64, error) {
		scale := o.look.scale
		if scale == 0 {
			scale = o.options.For.Scale(d)
		}
		d, err := draw.Themed(o.options.For.Placed(d), o.look.theme, o.look.clear)
		return d, scale, err
	}
	still, scale, err := look(f.Still())
	if err != nil {
		return usagef("--theme: %w", err)
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return still.WriteSVG(w)
	case ".png":
		c := still.Paint(scale)
		if !o.look.clear {
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
		d, scale, err := look(f.Frame(i))
		if err != nil {
			return usagef("--theme: %w", err)
		}
		frames = append(frames, d.Paint(scale))
	}
	return picture.EncodeGIF(w, frames, o.delay)
}
