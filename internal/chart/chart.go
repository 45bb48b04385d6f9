// Package chart draws measurements as PNG or SVG: bars side by side, and rooflines. Values are checked before they are
// drawn: a NaN, an infinity or a negative value is an error, and so is a chart without anything to show.
package chart

import (
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// FormatOf reads the format off a file's name.
func FormatOf(path string) (drawing.Format, error) {
	switch f := drawing.Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))); f {
	case drawing.PNG, drawing.SVG:
		return f, nil
	}
	return "", lang.Errorf("%q: charts are drawn as .png or .svg", path)
}

// Colours that stay apart in print and for the colour-blind (Okabe & Ito 2008).
var (
	none   color.NRGBA
	white  = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	blue   = color.NRGBA{0x00, 0x72, 0xB2, 0xFF}
	orange = color.NRGBA{0xD5, 0x5E, 0x00, 0xFF}
	grey   = color.NRGBA{0x99, 0x99, 0x99, 0xFF}
	pale   = color.NRGBA{0xE6, 0xE6, 0xE6, 0xFF}
	muted  = color.NRGBA{0x66, 0x66, 0x66, 0xFF}
	ink    = color.NRGBA{0x22, 0x22, 0x22, 0xFF}
)

// A chart has a slide's proportions, and letters that the back row reads on one: ticks and names of points have 18 pixels of 720 there,
// all else 24. Sizes are in units.
const (
	wide, high = 1024, 576
	margin     = 20
	titleSize  = 22
	textSize   = 19.5
	smallSize  = 15
)

func finite(values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return lang.Errorf("a chart cannot show %g", v)
		}
	}
	return nil
}

// crisp is the middle of the pixel at v, where a line one pixel wide is sharp.
func crisp(v float64) float64 { return math.Floor(v) + 0.5 }

func write(w io.Writer, f drawing.Format, l drawing.Look, d *drawing.Drawing) error {
	if err := l.Write(w, d, f); err != nil {
		return lang.Errorf("writing a chart: %w", err)
	}
	return nil
}
