package picture

import (
	"image/color"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// run is a part of a text that one font has.
type run struct {
	text    string
	foreign bool // the Go font has no glyphs for it
}

// runsOf cuts a text where the font changes.
func runsOf(text string) []run {
	plain := true
	for i := range len(text) {
		if text[i] >= 0x80 {
			plain = false
			break
		}
	}
	if plain {
		return []run{{text: text}}
	}
	var runs []run
	var buf sfnt.Buffer
	for _, r := range text {
		foreign := false
		if r >= 0x80 {
			i, err := regular().GlyphIndex(&buf, r)
			foreign = err != nil || i == 0
		}
		if n := len(runs); n > 0 && runs[n-1].foreign == foreign {
			runs[n-1].text += string(r)
			continue
		}
		runs = append(runs, run{string(r), foreign})
	}
	return runs
}

// foreignWidth is how wide text is in the bitmap font at that size.
func foreignWidth(size float64, text string) (width float64) {
	for _, r := range text {
		_, advance, _ := glyphOf(r)
		width += advance * size / bitmapSize
	}
	return width
}

// bitmapSize is the size of the bitmap font's letters, in its pixels.
const bitmapSize = 12

// foreign writes text in the bitmap font, its pixels magnified to the size; (x, y) is on the baseline. It returns the width.
func (c *Canvas) foreign(x, y, size float64, col color.Color, text string) float64 {
	scale, start := size/bitmapSize, x
	for _, r := range text {
		dots, advance, _ := glyphOf(r)
		for _, d := range dots {
			x0, y0 := x+float64(d[0])*scale, y+float64(d[1])*scale
			c.polygon(col, x0, y0, x0+scale, y0, x0+scale, y0+scale, x0, y0+scale)
		}
		x += advance * scale
	}
	return x - start
}

// pixelsOf turns a fixed-point number of pixels into a float.
func pixelsOf(v fixed.Int26_6) float64 { return float64(v) / 64 }
