// Package chart draws measurements as PNG or SVG: bars side by side, and rooflines. Values are checked before they are
// drawn: a NaN, an infinity, or the logarithm of 0 is an error here and would be a panic in the plotting library.
package chart

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
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
	return "", fmt.Errorf("%q: charts are drawn as .png or .svg", path)
}

// Colours that stay apart in print and for the colour-blind (Okabe & Ito 2008).
var (
	blue   = color.RGBA{0x00, 0x72, 0xB2, 0xFF}
	orange = color.RGBA{0xD5, 0x5E, 0x00, 0xFF}
	grey   = color.RGBA{0x99, 0x99, 0x99, 0xFF}
	pale   = color.RGBA{0xDD, 0xDD, 0xDD, 0xFF}
	ink    = color.RGBA{0x22, 0x22, 0x22, 0xFF}
)

// textStyle is sans serif, in the middle of its height.
func textStyle(size vg.Length) draw.TextStyle {
	f := plot.DefaultFont
	f.Variant, f.Size = "Sans", vg.Points(float64(size))
	return draw.TextStyle{Color: ink, Font: f, Handler: plot.DefaultTextHandler, YAlign: text.YCenter}
}

// plain titles a plot and gives all of its texts one face.
func plain(p *plot.Plot, title string) {
	p.Title.Text = title
	set := func(s *draw.TextStyle, size float64) {
		s.Font.Variant, s.Font.Size, s.Color = "Sans", vg.Points(size), ink
	}
	set(&p.Title.TextStyle, 12)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		set(&a.Label.TextStyle, 10)
		set(&a.Tick.Label, 9)
	}
}

func finite(values ...float64) error {
	for _, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
			return fmt.Errorf("a chart cannot show %g", v)
		}
	}
	return nil
}

// render draws on a white canvas and writes it.
func render(w io.Writer, f Format, width, height vg.Length, paint func(draw.Canvas)) error {
	c, err := draw.NewFormattedCanvas(width, height, string(f))
	if err != nil {
		return fmt.Errorf("drawing a chart: %w", err)
	}
	page := draw.New(c)
	page.SetColor(color.White)
	page.Fill(page.Rectangle.Path())
	paint(page)
	if _, err := c.WriteTo(w); err != nil {
		return fmt.Errorf("writing a chart: %w", err)
	}
	return nil
}
