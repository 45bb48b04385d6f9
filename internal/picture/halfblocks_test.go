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
	lines := HalfBlocks(img, 4, 0, TrueColors)
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "\x1b[38;2;0;120;7m\x1b[48;2;0;180;7m▀") {
		t.Errorf("%q", lines)
	}
	if lines = HalfBlocks(img, 2, 0, TrueColors); len(lines) != 1 || !strings.HasPrefix(lines[0], "\x1b[38;2;30;30;7m\x1b[48;2;30;150;7m▀") {
		t.Errorf("means: %q", lines)
	}
	if lines = HalfBlocks(img, 2, 0, XtermColors); len(lines) != 1 || !strings.HasPrefix(lines[0], "\x1b[38;5;233m\x1b[48;5;28m▀") {
		t.Errorf("of 256 colours: %q", lines)
	}
	for _, size := range [][2]int{{1, 0}, {80, 3}, {7, 100}, {200, 50}} {
		lines := HalfBlocks(img, size[0], size[1], NoColors)
		for _, l := range lines {
			if n := utf8.RuneCountInString(l); n > size[0] || strings.Contains(l, "\x1b") || size[1] > 0 && len(lines) > size[1] {
				t.Errorf("%v: %d columns, %d lines", size, n, len(lines))
			}
		}
	}
}

// The nearest of xterm's colours is one: no other of its cube and greys lies nearer.
func TestXtermColors(t *testing.T) {
	palette := map[int][3]int{}
	levels := []int{0, 95, 135, 175, 215, 255}
	for i := range 216 {
		palette[16+i] = [3]int{levels[i/36], levels[i/6%6], levels[i%6]}
	}
	for i := range 24 {
		palette[232+i] = [3]int{8 + 10*i, 8 + 10*i, 8 + 10*i}
	}
	apart := func(a, b [3]int) (sum int) {
		for i := range a {
			sum += (a[i] - b[i]) * (a[i] - b[i])
		}
		return sum
	}
	for i := range 9 * 9 * 9 {
		c := [3]int{i / 81 * 255 / 8, i / 9 % 9 * 255 / 8, i % 9 * 255 / 8}
		got := apart(palette[xterm(c)], c)
		for n, p := range palette {
			if apart(p, c) < got {
				t.Errorf("%v is drawn in colour %d, %d away; %d is %d away", c, xterm(c), got, n, apart(p, c))
				break
			}
		}
	}
}
