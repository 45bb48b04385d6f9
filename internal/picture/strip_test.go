package picture

import (
	"math"
	"regexp"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// The strongest maps come first, reduced to means over cells, each in a scale of its own, and as many as fit.
func TestStrip(t *testing.T) {
	const h, w = 4, 8
	x := tensor.Of(make([]float32, 3*h*w), 1, 3, h, w) // map 0 is dead, 1 weak, 2 strong
	for j := range h {
		for i := range w {
			x.Data[h*w+j*w+i] = 0.1 * float32(i/2)
			x.Data[2*h*w+j*w+i] = -10 * float32(j/2)
		}
	}
	s := StripOf(x)
	if len(s) != 3 || s[0][0] != 0 || s[0][4] != -10 || s[1][3] != 0.1*3 || s[2][0] != 0 {
		t.Fatalf("reduced to %v", s)
	}
	escape := regexp.MustCompile("\x1b[^m]*m")
	for columns, want := range map[int]string{3: "", 4: "▀▀▀▀", 8: "▀▀▀▀", 9: "▀▀▀▀ ▀▀▀▀", 100: "▀▀▀▀ ▀▀▀▀ ▀▀▀▀"} {
		if got := escape.ReplaceAllString(s.Line(columns, TrueColors), ""); got != want {
			t.Errorf("%d columns: %q, not %q", columns, got, want)
		}
	}
	white, black := "2;255;255;255m", "2;0;0;0m"
	if got, want := s.Line(4, TrueColors), strings.Repeat("\x1b[38;"+white+"\x1b[48;"+black+"▀", 4)+"\x1b[0m"; got != want {
		t.Errorf("white above black is %q, not %q", got, want)
	}
	x.Data[0] = float32(math.NaN())
	if s := StripOf(x); s[0][0] == s[0][0] {
		t.Errorf("a map with NaN is not the first: %v", s)
	}
	if s := StripOf(tensor.Of([]float32{1, 2}, 1, 2, 1, 1)); s != nil || s.Line(80, TrueColors) != "" {
		t.Errorf("single values show %v", s)
	}
}

func TestDead(t *testing.T) {
	nan := float32(math.NaN())
	if n := Dead(tensor.Of([]float32{0, 0, 0, 1, 0, nan, 0, 0}, 2, 2, 1, 2)); n != 2 {
		t.Errorf("%d maps are dead, not 2", n)
	}
}
