package offset

import (
	"math"
	"strings"
	"testing"
)

// Presets move taps where the layers that they stand for have theirs.
func TestPlaces(t *testing.T) {
	for _, c := range []struct {
		preset         string
		ky, kx         int
		wantY, wantX   float64 // the place, from the middle
		height, width  int
		dilatY, dilatX int
	}{
		{"dilate:2", 0, 2, -2, 2, 3, 3, 1, 1},
		{"dilate:3", 0, 1, -3, 0, 3, 3, 1, 1},
		{"dilate:2", 0, 2, -4, 4, 3, 3, 2, 2},
		{"scale:1.5", 2, 0, 1.5, -1.5, 3, 3, 1, 1},
		{"aspect:2", 0, 2, -1, 2, 3, 3, 1, 1},
		{"rotate:90", 1, 2, -1, 0, 3, 3, 1, 1}, // the right tap goes up
		{"rotate:180", 0, 0, 1, 1, 3, 3, 1, 1},
		{"rotate:45", 1, 2, -math.Sqrt2 / 2, math.Sqrt2 / 2, 3, 3, 1, 1},
		{"scale:2", 0, 0, -1, -2, 2, 3, 1, 1},
	} {
		p, err := Parse(c.preset)
		if err != nil {
			t.Fatal(err)
		}
		kernel, dilation := [2]int{c.height, c.width}, [2]int{c.dilatY, c.dilatX}
		dy, dx := p.At(kernel, dilation, c.ky, c.kx)
		y := dy + float64(c.dilatY)*(float64(c.ky)-float64(c.height-1)/2)
		x := dx + float64(c.dilatX)*(float64(c.kx)-float64(c.width-1)/2)
		if math.Abs(y-c.wantY) > 1e-12 || math.Abs(x-c.wantX) > 1e-12 {
			t.Errorf("%s puts tap (%d, %d) at (%g, %g), not (%g, %g)", c.preset, c.ky, c.kx, y, x, c.wantY, c.wantX)
		}
	}
}

func TestFill(t *testing.T) {
	p, _ := Parse("dilate:2")
	shape := []int{2, 2 * 2 * 6, 3, 5}
	got := make([]float64, 2*24*15)
	p.Fill(func(i int, v float64) { got[i] = v }, shape, [2]int{3, 2}, [2]int{1, 1})
	for i, v := range got {
		plane := i / 15 % 24
		tap := plane / 2 % 6
		want := float64(tap/2 - 1)
		if plane%2 == 1 {
			want = float64(tap%2) - 0.5
		}
		if v != want {
			t.Fatalf("element %d is %g, not %g", i, v, want)
		}
	}
	r, _ := Parse("random:0.5")
	most, different := 0.0, false
	r.Fill(func(i int, v float64) { most, different = max(most, math.Abs(v)), different || v != got[0]; got[i] = v }, shape, [2]int{3, 2}, [2]int{1, 1})
	if most > 0.5 || most < 0.4 || got[0] == got[1] {
		t.Errorf("random offsets reach %g, and begin %g, %g", most, got[0], got[1])
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"dilate": "lacks its number: give dilate:D", "dilate:1.5": "scale:1.5 takes any factor", "dilate:0": "whole number from 1", "scale:0": "not between 0",
		"scale:x": `"x" is not a number`, "rotate:400": "not between -360 and 360", "twist:3": "unknown offsets", "scale:NaN": "not a number", "scale:Inf": "not between", "": "unknown offsets",
	} {
		if _, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// The shares weigh the four pixels so that a plane that rises evenly is met exactly, before the origin too.
func TestShares(t *testing.T) {
	for _, at := range [][2]float64{{0, 0}, {2.25, 3.5}, {-0.75, 1.125}, {-3, -2.5}} {
		sum, y, x := 0.0, 0.0, 0.0
		for i, w := range Shares(at[0], at[1]) {
			sum += w
			y += w * (math.Floor(at[0]) + float64(i/2))
			x += w * (math.Floor(at[1]) + float64(i%2))
		}
		if sum != 1 || y != at[0] || x != at[1] {
			t.Errorf("%v: weights of %v meet (%v, %v)", at, sum, y, x)
		}
	}
}
