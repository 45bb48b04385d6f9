//go:build !js

package picture

import (
	"github.com/hajimehoshi/bitmapfont/v3"
	"golang.org/x/image/math/fixed"
)

// glyphOf are the dots of a character of the bitmap font, relative to its origin on the baseline, and its width; a question mark
// where the font lacks it.
func glyphOf(r rune) (dots [][2]int, advance float64, ok bool) {
	box, mask, at, wide, ok := bitmapfont.FaceSC.Glyph(fixed.Point26_6{}, r)
	if !ok {
		box, mask, at, wide, _ = bitmapfont.FaceSC.Glyph(fixed.Point26_6{}, '?')
	}
	for y := range box.Dy() {
		for x := range box.Dx() {
			if _, _, _, a := mask.At(at.X+x, at.Y+y).RGBA(); a > 0 {
				dots = append(dots, [2]int{box.Min.X + x, box.Min.Y + y})
			}
		}
	}
	return dots, pixelsOf(wide), ok
}
