package picture

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestHalfBlocks(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	for y := range 4 {
		for x := range 4 {
			img.Set(x, y, color.RGBA{uint8(60 * x), uint8(60 * y), 7, 255})
		}
	}
	lines := HalfBlocks(img, 4, 0, true)
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "\x1b[38;2;0;120;7m\x1b[48;2;0;180;7m▀") {
		t.Errorf("%q", lines)
	}
	if lines = HalfBlocks(img, 2, 0, true); len(lines) != 1 || !strings.HasPrefix(lines[0], "\x1b[38;2;30;30;7m\x1b[48;2;30;150;7m▀") {
		t.Errorf("means: %q", lines)
	}
	for _, size := range [][2]int{{1, 0}, {80, 3}, {7, 100}, {200, 50}} {
		lines := HalfBlocks(img, size[0], size[1], false)
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > size[0] || strings.Contains(l, "\x1b") || size[1] > 0 && len(lines) > size[1] {
				t.Errorf("%v: %d columns, %d lines", size, n, len(lines))
			}
		}
	}
}
