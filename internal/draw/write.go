package draw

import (
	"image"
	"io"
	"path/filepath"
	"strings"
	"time"

	"convx/internal/drawing"
	"convx/internal/picture"
)

// Look says how a figure looks, whatever it shows.
type Look struct {
	drawing.Look
	Delay time.Duration // of a frame of an animation
}

// Write writes a figure as the ending of the file's name says: .svg, .png, or as an animation .gif.
func (l Look) Write(w io.Writer, f *Figure, path string) error {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".svg":
		return l.Look.Write(w, f.Still(), drawing.SVG)
	case ".png":
		return l.Look.Write(w, f.Still(), drawing.PNG)
	}
	var frames []image.Image
	for _, i := range f.Animation() {
		d, scale := l.Of(f.Frame(i))
		frames = append(frames, d.Paint(scale))
	}
	return picture.EncodeGIF(w, frames, l.Delay)
}
