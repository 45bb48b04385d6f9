package picture

import (
	"image"
	"image/color"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
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

// installedFace is the face of the system's font at that size, or nil.
func (c *Canvas) installedFace(size float64) font.Face {
	if f, ok := c.foreignFaces[size]; ok {
		return f
	}
	var face font.Face
	if f := installed(); f != nil {
		if made, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72}); err == nil {
			face = made
		}
	}
	c.foreignFaces[size] = face
	return face
}

// foreignWidth is how wide text is at that size, where the Go font has none of it.
func (c *Canvas) foreignWidth(size float64, text string) (width float64) {
	for _, r := range text {
		advance, ok := c.advances[letter{size, r}]
		if !ok {
			advance = c.advance(size, r)
			c.advances[letter{size, r}] = advance
		}
		width += advance
	}
	return width
}

// letter is one of a size.
type letter struct {
	size float64
	rune rune
}

// advance is how wide a letter is that the Go font lacks.
func (c *Canvas) advance(size float64, r rune) float64 {
	if face := c.installedFace(size); face != nil {
		if advance, ok := face.GlyphAdvance(r); ok {
			return pixelsOf(advance)
		}
	}
	_, advance, _ := glyphOf(r)
	return advance * size / bitmapSize
}

// bitmapSize is the size of the bitmap font's letters, in its pixels.
const bitmapSize = 12

// foreign writes text in the system's font, and what that lacks in the bitmap font, its pixels magnified to the size; (x, y) is on the
// baseline. It returns the width.
func (c *Canvas) foreign(x, y, size float64, col color.Color, text string) float64 {
	scale, start := size/bitmapSize, x
	face := c.installedFace(size)
	for _, r := range text {
		if face != nil {
			if advance, ok := face.GlyphAdvance(r); ok {
				d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(col), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(64 * x), Y: fixed.Int26_6(64 * y)}}
				d.DrawString(string(r))
				x += pixelsOf(advance)
				continue
			}
		}
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
