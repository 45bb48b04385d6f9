//go:build js

package picture

import "golang.org/x/image/font/sfnt"

// glyphOf has no font in a browser, which writes its own text: a blank of a character's width.
func glyphOf(rune) (dots [][2]int, advance float64, ok bool) { return nil, bitmapSize, false }

// installed is no font: a browser has its own.
func installed() *sfnt.Font { return nil }
