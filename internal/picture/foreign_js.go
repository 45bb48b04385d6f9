//go:build js

package picture

// glyphOf has no font in a browser, which writes its own text: a blank of a character's width.
func glyphOf(rune) (dots [][2]int, advance float64, ok bool) { return nil, bitmapSize, false }
