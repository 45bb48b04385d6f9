package draw

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"convx/internal/layer"
)

// An animation steps one output at a time over a few rows at least, never back, and ends with the whole output.
func TestAnimationDoesNotTeleport(t *testing.T) {
	for _, size := range [][2]int{{3, 3}, {7, 9}, {12, 12}, {26, 40}, {40, 26}, {64, 64}, {2, 64}, {64, 1}} {
		f := &Figure{frames: size[0] * size[1], columns: size[1]}
		list := f.Animation()
		single := 1
		for single < len(list) && list[single] == list[single-1]+1 {
			single++
		}
		if whole := len(list) == f.frames; list[0] != 0 || !whole && single < 2*size[1] {
			t.Errorf("%v: %d single steps from %d, less than two rows", size, single, list[0])
		}
		for i := single; i < len(list); i++ {
			if list[i] <= list[i-1] || list[i]%size[1] != size[1]-1 {
				t.Errorf("%v: after the single steps, frame %d is no end of a row", size, list[i])
			}
		}
		if last := list[len(list)-1]; last != f.frames-1 || len(list) > mostFrames+fillFrames {
			t.Errorf("%v: %d frames, the last %d of %d", size, len(list), last, f.frames)
		}
	}
}

// The products spelt out beside a picture add up to what the definition gives.
func TestTermsAreTheConvolution(t *testing.T) {
	r := result(t, spec(t, "standard", "input 3x9x8, kernel 3x2, stride 2x1, padding 1, out-channels 1"))
	c := r.Layer.Stages[0].Op.(layer.Conv)
	g := geometryOf(r.Input, r.Output, c.Window, r.Stages[0].Pads)
	g.padMode = c.PadMode
	terms := &Terms{
		Channels: []string{"red", "green", "blue"}, Bias: 0.5,
		Input:  func(c, y, x int) float64 { return float64(c + y*x%5) },
		Weight: func(c, ky, kx int) float64 { return float64(c - ky + 2*kx) },
	}
	for i := range g.positions() {
		row, col := g.at(i)
		want := terms.Bias
		for ch := range 3 {
			for ky := range 3 {
				for kx := range 2 {
					if y, x := 2*row+ky-1, col+kx-1; y >= 0 && x >= 0 && y < 9 && x < 8 {
						want += terms.Input(ch, y, x) * terms.Weight(ch, ky, kx)
					}
				}
			}
		}
		if _, total := terms.sums(g, row, col); math.Abs(total-want) > 1e-9 {
			t.Fatalf("output[%d, %d] is %g, not %g", row, col, total, want)
		}
		if text := termsText(g, terms, i); !strings.HasSuffix(text, "+ 0.5 (bias) = "+short(want)) {
			t.Errorf("%q does not end in %g", text, want)
		}
	}
	scene := &Scene{Input: func(int, int) color.NRGBA { return ink }, Output: func(int, int) color.NRGBA { return ink }, Terms: terms}
	f, err := New(r, Options{Scene: scene})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.panels) != 2 {
		t.Errorf("%d panels: the products are missing", len(f.panels))
	}
}

// With numbers, each channel's sum, the bias and their total are those of the definition.
func TestChannelsAddUp(t *testing.T) {
	for _, tt := range []struct{ variant, keys string }{
		{"standard", "input 3x5x5, out-channels 2, padding 1"},
		{"standard", "input 4x6x5, kernel 2, bias false"},
		{"grouped", "input 6x5x5, out-channels 4, groups 2, padding 1"},
		{"depthwise", "input 4x5x5, padding 1"},
		{"pointwise", "input 5x3x3, out-channels 2"},
		{"dilated", "input 2x9x9, dilation 2"},
	} {
		r, _ := build(t, tt.variant, tt.keys, Options{Numbers: true})
		c := r.Layer.Stages[0].Op.(layer.Conv)
		g := geometryOf(r.Input, r.Output, c.Window, r.Stages[0].Pads)
		s := newCascade(newWindow(g, r.Input[1], r.Output[1]), r.Input[1], r.Output[1], c.Groups, 1)
		s.number(3, c.Bias)
		if len(s.planes) != r.Input[1]/c.Groups {
			t.Errorf("%s: output channel 0 sees %d channels, not %d", tt.variant, len(s.planes), r.Input[1]/c.Groups)
		}
		for i := range g.positions() {
			want := float64(s.bias)
			var parts []string
			for _, n := range s.planes {
				out := make([]float64, g.positions())
				convolve(g, n, out)
				want += out[i]
				parts = append(parts, fmt.Sprint(out[i]))
			}
			if text := s.arithmetic(i); !strings.HasSuffix(text, fmt.Sprintf(" = %g", want)) || !strings.Contains(text, "= "+parts[0]) || (s.bias != 0) != strings.Contains(text, "(bias)") {
				t.Fatalf("%s %s: %q, not %v = %g", tt.variant, tt.keys, text, parts, want)
			}
		}
		if (s.bias != 0) != c.Bias {
			t.Errorf("%s: bias %d", tt.variant, s.bias)
		}
	}
}

// Stamps, overlaps summed, are the transposed convolution.
func TestStampsAreTheTransposed(t *testing.T) {
	for _, keys := range []string{
		"input 1x4x3, kernel 3x4, stride 2x3, padding 1x0, output-padding 1x2", "input 1x5x5, kernel 2, stride 1, dilation 2, padding 1", "input 1x3x3, kernel 4, stride 2, padding 1",
	} {
		r := result(t, spec(t, "transposed", keys))
		g := geometryOf(r.Input, r.Output, r.Layer.Stages[0].Op.(layer.Transposed).Window, r.Stages[0].Pads)
		n := newNumbers(stretched(g, r.Stages[0].OutputPadding), 3)
		n.spread(func(y, x int) bool { return y%g.stride[0] != 0 || x%g.stride[1] != 0 })
		want := make([]float64, g.positions())
		scatter(g, n, want)
		s := &stamps{g: g, frames: 7, numbers: n}
		met, sum := s.sums(g.in[0]*g.in[1] - 1)
		counts := meetings(g)
		for i, w := range want {
			y, x := i/g.out[1], i%g.out[1]
			if float64(sum[y][x]) != w || met[y][x] != counts[y][x] {
				t.Fatalf("%s: output[%d, %d] is %d of %d stamps, not %g of %d", keys, y, x, sum[y][x], met[y][x], w, counts[y][x])
			}
		}
		if s.at(6) != g.in[0]*g.in[1]-1 && s.at(6) < g.in[0]*g.in[1]*6/7-1 {
			t.Errorf("%s: the last frame stamps pixel %d", keys, s.at(6))
		}
	}
}

// The tree of a stack ends in the field and the alignment of the layers.
func TestTreeFollowsTheLayer(t *testing.T) {
	for _, c := range []struct {
		keys  string
		stack []int
		want  string
	}{
		{"dims 1, kernel 2, padding causal", []int{1, 2, 4, 8}, "1 + 1×1 + 2×1 + 4×1 + 8×1 = 16"},
		{"kernel 3", []int{1, 2, 4}, "1 + 1×2 + 2×2 + 4×2 = 15"},
		{"kernel 3", []int{2, 2, 2}, "1 + 2×2 + 2×2 + 2×2 = 13"},
	} {
		f, _, err := For(t.Context(), spec(t, "dilated", c.keys), Options{Stack: c.stack})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.captions[0], c.want) {
			t.Errorf("%s %v: %s", c.keys, c.stack, f.captions[0])
		}
	}
	wavenet := newTree(2, []int{1, 2, 4, 8}, layer.Pad{Begin: 2}, 2)
	for i := range wavenet.seen(20)[0] {
		if i > 20 || i < 5 {
			t.Errorf("a causal output at 20 sees input %d", i)
		}
	}
	if n := newTree(3, []int{2, 2, 2}, layer.Pad{}, 2).holes(); n != 6 {
		t.Errorf("dilations 2, 2, 2 leave %d holes, not 6", n)
	}
}
