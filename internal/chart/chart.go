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

// Format is a kind of file.
type Format string

// The formats.
const (
	PNG Format = "png"
	SVG Format = "svg"
)

// FormatOf reads the format off a file's name.
func FormatOf(path string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))); f {
	case PNG, SVG:
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

// Sizes are in units, which are pixels on a page.
const (
	margin    = 20
	titleSize = 17
	textSize  = 14
	smallSize = 12
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

// legible draws with letters of their usual size or, for a slide, so large that the back row reads them.
func legible(p drawing.Purpose, draw func(letters float64) *drawing.Drawing) *drawing.Drawing {
	const most = 3
	letters := 1.0
	d := draw(letters)
	for p == drawing.Slide && letters < most {
		short := max(captions/(textSize*letters*p.Scale(d)), smallest/(smallSize*letters*p.Scale(d)))
		if short <= 1 {
			break
		}
		letters *= max(1.02, short) // larger letters may make the drawing larger
		d = draw(letters)
	}
	return d
}

// captions and smallest are the pixels that letters of a slide have at least: all that is read, and ticks and names of points.
const captions, smallest = 24, 18

func write(w io.Writer, f Format, p drawing.Purpose, d *drawing.Drawing) error {
	err, scale := error(nil), p.Scale(d)
	d = p.Placed(d)
	if f == SVG {
		err = d.WriteSVG(w)
	} else {
		err = d.Paint(scale).Encode(w)
	}
	if err != nil {
		return lang.Errorf("writing a chart: %w", err)
	}
	return nil
}
