package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/internal/drawing"
	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/shape"
)

// build makes the small layer of a variant and its keys: "kernel 3, stride 2".
func build(t testing.TB, variant, keys string, o Options) (shape.Result, string) {
	t.Helper()
	s, note, err := Small(spec(t, variant, keys), o)
	if err != nil {
		t.Fatal(err)
	}
	return result(t, s), note
}

func spec(t testing.TB, variant, keys string) layer.Spec {
	t.Helper()
	s := layer.Spec{Variant: variant}
	for entry := range strings.SplitSeq(keys, ", ") {
		if key, value, ok := strings.Cut(entry, " "); ok {
			if err := s.Set(key, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	return s
}

func result(t testing.TB, s layer.Spec) shape.Result {
	t.Helper()
	l, err := layer.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := shape.Of(l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every variant has a figure, with and without an input, all frames of one size, and as well-formed SVG.
func TestEveryVariantIsDrawn(t *testing.T) {
	for _, v := range layer.Variants() {
		keys := []string{"", "input 96x64x64"}
		if v.Name == "se" {
			keys = append(keys, "input 24x5x5, reduction 2", "input 24x5x5, hidden 7")
		}
		if v.Has("kernel") && v.Name != "pointwise" {
			keys = append(keys, "kernel 2x3, stride 2x1")
		}
		for _, k := range keys {
			r, note := build(t, v.Name, k, Options{})
			if strings.Contains(k, "96x") && note == "" && !figureOf(v.Name).whole {
				t.Errorf("%s of 96x64x64 is drawn without a note", v.Name)
			}
			f, err := New(r, Options{})
			if err != nil {
				t.Fatalf("%s %s: %v", v.Name, k, err)
			}
			first := f.Frame(0)
			for _, i := range []int{f.Frames() / 2, f.Frames() - 1, f.still} {
				if d := f.Frame(i); d.Width != first.Width || d.Height != first.Height {
					t.Errorf("%s %s: frame %d is %gx%g, not %gx%g", v.Name, k, i, d.Width, d.Height, first.Width, first.Height)
				}
			}
			var svg bytes.Buffer
			if err := f.Still().WriteSVG(&svg, 1); err != nil {
				t.Fatal(err)
			}
			for d := xml.NewDecoder(&svg); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", v.Name, err)
				}
			}
		}
	}
}

// Nothing is drawn over the title or out of the picture, however far offsets go.
func TestFiguresStayInside(t *testing.T) {
	for _, c := range []struct{ variant, keys string }{
		{"deform-roi-pool", "input 1x20x20, pooled 2, roi 0,0,20,20, gamma 0.5"},
		{"deform-roi-pool", "input 256x50x68, pooled 7"},
		{"deformable", "kernel 5, stride 2, modulated true"},
		{"deformable", "input 1x3x3, padding 0"},
		{"transposed", "stride 4, kernel 5"},
		{"se", "input 16x8x8, reduction 2"},
	} {
		for seed := range uint64(5) {
			r, _ := build(t, c.variant, c.keys, Options{})
			f, err := New(r, Options{Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			for i := range f.Frames() {
				d := f.Frame(i)
				title := f.edge() + titleSize*f.kind
				for _, m := range d.Marks {
					if _, ok := m.(drawing.Text); ok {
						continue // which captions are, too
					}
					x0, y0, x1, y1 := extent(m)
					if x0 < 0 || y0 < title || x1 > d.Width || y1 > d.Height {
						t.Fatalf("%s %s, seed %d, frame %d: %#v leaves %gx%g or covers the title", c.variant, c.keys, seed, i, m, d.Width, d.Height)
					}
				}
			}
		}
	}
}

// extent is the rectangle that a mark takes; of a text, its place.
func extent(m drawing.Mark) (x0, y0, x1, y1 float64) {
	switch m := m.(type) {
	case drawing.Rect:
		return m.X, m.Y, m.X + m.W, m.Y + m.H
	case drawing.Image:
		return m.X, m.Y, m.X + m.W, m.Y + m.H
	case drawing.Segment:
		return min(m.X0, m.X1), min(m.Y0, m.Y1), max(m.X0, m.X1), max(m.Y0, m.Y1)
	case drawing.Circle:
		return m.X - m.R, m.Y - m.R, m.X + m.R, m.Y + m.R
	}
	t := m.(drawing.Text)
	return t.X, t.Y, t.X, t.Y
}

// The formula of what a separable convolution costs gives what is counted, with filters to a channel and for the layer that
// was asked for.
func TestSeparableSaves(t *testing.T) {
	for _, keys := range []string{"", "multiplier 2", "input 64x56x56, out-channels 128, padding 1"} {
		r, note := build(t, "separable", keys, Options{})
		o := Options{}
		want := "of 4x6x6"
		if note != "" {
			whole := result(t, spec(t, "separable", keys))
			o.Asked, want = &whole, "of 64x56x56"
		}
		f, err := New(r, o)
		if err != nil {
			t.Fatal(err)
		}
		last := f.captions[len(f.captions)-1]
		formula, counted, ok := strings.Cut(last, " of the standard convolution's (counted: ")
		if !ok || !strings.HasSuffix(formula, "= "+strings.TrimSuffix(counted, ")")) {
			t.Errorf("%s: the formula and the count differ: %s", keys, last)
		}
		if !strings.Contains(f.panels[1].label, want) {
			t.Errorf("%s: the bars are %q, not %s", keys, f.panels[1].label, want)
		}
	}
}

// The numbers in the cells are what the definition of the operator gives.
func TestNumbersAreTheConvolution(t *testing.T) {
	for _, c := range []struct{ variant, keys string }{
		{"standard", "input 1x6x5, kernel 3x2, stride 2x1, padding 1:2x0:1"},
		{"dilated", "input 1x9x8, dilation 2x3, padding 2"},
		{"transposed", "input 1x4x3, kernel 3x4, stride 2x3, padding 1x0, output-padding 1x2"},
		{"transposed", "input 1x5x5, kernel 2, stride 1, dilation 2, padding 1"},
	} {
		r, _ := build(t, c.variant, c.keys, Options{Numbers: true})
		w, pads := layer.Window{}, r.Stages[0].Pads
		switch op := r.Layer.Stages[0].Op.(type) {
		case layer.Conv:
			w = op.Window
		case layer.Transposed:
			w = op.Window
		}
		g := geometryOf(r.Input, r.Output, w, pads)
		want := make([]float64, g.positions())
		var n *numbers
		if c.variant == "transposed" {
			n = newNumbers(stretched(g, r.Stages[0].OutputPadding), 3)
			n.spread(func(y, x int) bool { return y%g.stride[0] != 0 || x%g.stride[1] != 0 })
			scatter(g, n, want)
		} else {
			n = newNumbers(g, 3)
			convolve(g, n, want)
		}
		for i := range want {
			row, col := i/g.out[1], i%g.out[1]
			if got := n.output(row, col); float64(got) != want[i] {
				t.Fatalf("%s %s: output[%d, %d] is %d, not %g", c.variant, c.keys, row, col, got, want[i])
			}
			sum := n.sum(row, col)
			if !strings.Contains(sum, fmt.Sprintf("= %g", want[i])) {
				t.Errorf("%s does not end in %g", sum, want[i])
			}
		}
	}
}

// The numbers in the cells of a pool are what the reference of pooling gives.
func TestNumbersAreThePool(t *testing.T) {
	for _, tt := range []struct{ variant, keys string }{
		{"max-pool", "input 1x6x6"},
		{"max-pool", "input 1x7x8, kernel 3x2, stride 2x1, padding 1"},
		{"max-pool", "input 1x8x8, kernel 3, stride 2, ceil true"},
		{"max-pool", "input 1x9x8, kernel 2, dilation 3, padding 1"},
		{"average-pool", "input 1x6x6"},
		{"average-pool", "input 1x7x8, kernel 3x2, stride 2x1, padding 1"},
		{"average-pool", "input 1x7x8, kernel 3x2, stride 2x1, padding 1, count-include-pad false"},
		{"average-pool", "input 1x8x8, kernel 3, stride 2, ceil true, padding 1"},
	} {
		keys := tt.variant + " " + tt.keys
		r, _ := build(t, tt.variant, tt.keys, Options{Numbers: true})
		p := r.Layer.Stages[0].Op.(layer.Pool)
		c := newPooled(p, geometryOf(r.Input, r.Output, p.Window, r.Stages[0].Pads), 3)
		g := layer.Geometry{N: 1, C: 1, O: 1, In: [3]int{1, c.g.in[0], c.g.in[1]}, Out: [3]int{1, c.g.out[0], c.g.out[1]},
			Kernel: [3]int{1, c.g.kernel[0], c.g.kernel[1]}, Stride: [3]int{1, c.g.stride[0], c.g.stride[1]}, Dilation: [3]int{1, c.g.dilation[0], c.g.dilation[1]},
			Pads: [3]layer.Pad{{}, {Begin: c.g.begin[0], End: c.end[0]}, {Begin: c.g.begin[1], End: c.end[1]}}}
		x, want := make([]float64, len(c.input)), make([]float64, c.g.positions())
		for i, n := range c.input {
			x[i] = float64(n)
		}
		reference.Pool(&g, reference.Pooling{Max: c.max, CountPadding: c.counted}, want, x, 0, c.g.out[0])
		for i, v := range want {
			row, col := i/c.g.out[1], i%c.g.out[1]
			text := strconv.FormatFloat(v, 'g', 3, 64)
			if got, sum := c.result(row, col), c.sum(row, col); got != text || !strings.HasSuffix(sum, " = "+text) {
				t.Fatalf("%s: output[%d, %d] is %s by %q, not %s", keys, row, col, got, sum, text)
			}
		}
	}
}

// convolve is the definition, over the plain input.
func convolve(g geometry, n *numbers, out []float64) {
	for i := range out {
		for k, w := range n.kernel {
			y := i/g.out[1]*g.stride[0] - g.begin[0] + k/g.kernel[1]*g.dilation[0]
			x := i%g.out[1]*g.stride[1] - g.begin[1] + k%g.kernel[1]*g.dilation[1]
			if y >= 0 && x >= 0 && y < g.in[0] && x < g.in[1] {
				out[i] += float64(w * n.input[y*g.in[1]+x])
			}
		}
	}
}

// scatter is the definition of the transposed convolution: each pixel times the whole kernel, added in place. The figure
// shows the kernel turned.
func scatter(g geometry, n *numbers, out []float64) {
	for iy := range g.in[0] {
		for ix := range g.in[1] {
			v := n.input[iy*g.stride[0]*n.g.in[1]+ix*g.stride[1]]
			for ky := range g.kernel[0] {
				for kx := range g.kernel[1] {
					y, x := iy*g.stride[0]-g.begin[0]+ky*g.dilation[0], ix*g.stride[1]-g.begin[1]+kx*g.dilation[1]
					if y >= 0 && x >= 0 && y < g.out[0] && x < g.out[1] {
						out[y*g.out[1]+x] += float64(v * n.weight(g.kernel[0]-1-ky, g.kernel[1]-1-kx))
					}
				}
			}
		}
	}
}

// Transposed kernels that the stride divides meet every inner output alike, others do not.
func TestMeetings(t *testing.T) {
	for kernel, even := range map[string]bool{"2": true, "3": false, "4": true, "5": false, "6": true} {
		r, _ := build(t, "transposed", "input 1x6x6, stride 2, kernel "+kernel, Options{})
		g := geometryOf(r.Input, r.Output, r.Layer.Stages[0].Op.(layer.Transposed).Window, r.Stages[0].Pads)
		counts := meetings(g)
		got := counts[5][5] == counts[5][6] && counts[5][5] == counts[6][6]
		if got != even {
			t.Errorf("kernel %s: %v", kernel, counts)
		}
	}
}

// What would be dust is drawn with other keys, and the figure says so in large type.
func TestStandIns(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "dims 3, input 1x4x4x4", "a slice of the volume"},
		{"dilated", "dilation 40, input 1x224x224", "dilation 2 in place of 40"},
		{"separable", "input 3x9x9, multiplier 1000000", "multiplier 2 in place of 1000000"},
		{"depthwise", "input 3x9x9, multiplier 1000000", "multiplier 2 in place of 1000000"},
		{"deform-roi-pool", "sampling-ratio 100000", "sampling-ratio 4 in place of 100000"},
		{"deform-roi-pool", "gamma 1000000000", "gamma 0.5 in place of 1e+09"},
		{"deform-roi-pool", "roi 0,0,1000000000,5", "the region does not fit"},
		{"deform-roi-pool", "roi 0,-1000000000,5,5", "the region does not fit"},
		{"standard", "input 64x224x224, kernel 3", "drawn on 4x7x7 in place of 64x224x224"},
		{"se", "input 256x7x7", "drawn on 32x7x7 in place of 256x7x7"},
	} {
		f, note, err := For(t.Context(), spec(t, c.variant, c.keys), Options{})
		if err != nil || !strings.Contains(note, c.want) {
			t.Errorf("%s %s: %v, %q, want %q", c.variant, c.keys, err, note, c.want)
			continue
		}
		large := slices.ContainsFunc(f.Still().Marks, func(m drawing.Mark) bool {
			text, ok := m.(drawing.Text)
			return ok && text.Size > 1.2*captionSize*f.kind && strings.Contains(note, strings.TrimSpace(text.S)) && strings.Contains(text.S, c.want[:8])
		})
		if !large {
			t.Errorf("%s %s: the figure does not say %q in large type", c.variant, c.keys, note)
		}
	}
}

// Squeeze-and-excitation is drawn with the channels and hidden units that it has, where they can be seen.
func TestExcitationFollowsTheLayer(t *testing.T) {
	for keys, want := range map[string]string{
		"input 64x7x7, reduction 16": "64x7x7 → 64 means → 4 → 64 factors → 64x7x7",
		"input 40x5x5, hidden 7":     "40x5x5 → 40 means → 7 → 40 factors → 40x5x5",
	} {
		f, note, err := For(t.Context(), spec(t, "se", keys), Options{})
		if err != nil || note != "" || f.panels[0].label != want {
			t.Errorf("%s: %v, %q, %q", keys, err, note, f.panels[0].label)
		}
	}
}

func TestDrawRefuses(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input 3x2x2, kernel 5", "kernel 5 is larger"},
		{"grouped", "input 3x9x9, groups 2", "groups"},
		{"nothing", "", "unknown variant"},
	} {
		if _, _, err := For(t.Context(), spec(t, c.variant, c.keys), Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %q", c.variant, c.keys, err, c.want)
		}
	}
	r, _ := build(t, "se", "", Options{})
	if _, err := New(r, Options{Numbers: true}); err == nil {
		t.Error("se has no numbers, and no error")
	}
}

// The arithmetic under the frames differs in length, their size does not.
func TestFramesWithNumbersAreOfOneSize(t *testing.T) {
	o := Options{Numbers: true}
	for variant, row := range figures.Get() {
		if !row.numbers {
			continue
		}
		for _, keys := range []string{"", "input 32x5x5", "input 16x9x7", "input 4x8x8, stride 2", "input 4x6x6, bias false"} {
			if v, _ := layer.VariantNamed(variant); v.Unweighted && strings.Contains(keys, "bias") {
				continue
			}
			r, _ := build(t, variant, keys, o)
			f, err := New(r, o)
			if err != nil {
				t.Fatal(err)
			}
			first := f.Frame(0)
			for i := range f.Frames() {
				if d := f.Frame(i); d.Width != first.Width || d.Height != first.Height {
					t.Fatalf("%s %s: frame %d is %gx%g, frame 0 %gx%g", variant, keys, i, d.Width, d.Height, first.Width, first.Height)
				}
			}
		}
	}
}

// The title of an inverted residual names the stages that it has.
func TestInvertedResidualNamesItsStages(t *testing.T) {
	for keys, want := range map[string]string{
		"input 8x9x9, expansion 1":     " – depthwise 3x3, project 1x1, with a shortcut",
		"input 8x9x9, stride 2":        " – expand 1x1, depthwise 3x3, project 1x1, without a shortcut",
		"input 8x9x9, kernel 5":        " – expand 1x1, depthwise 5x5, project 1x1, with a shortcut",
		"input 8x9x9, out-channels 16": " – expand 1x1, depthwise 3x3, project 1x1, without a shortcut",
	} {
		f, _, err := For(t.Context(), spec(t, "inverted-residual", keys), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f.title, want) {
			t.Errorf("%s: %q", keys, f.title)
		}
	}
}

// With numbers a grouped layer shows the group of output channel 0: several planes of one colour, also where many channels are drawn as few.
func TestNumbersOfAGroup(t *testing.T) {
	for _, keys := range []string{"input 6x5x5, groups 2", "input 64x56x56, groups 32"} {
		for _, p := range drawing.Purposes() {
			f, _, err := For(t.Context(), spec(t, "grouped", keys), Options{Numbers: true, For: p})
			if err != nil {
				t.Fatal(err)
			}
			own, others := 0, 0
			for _, m := range f.Still().Marks {
				r, ok := m.(drawing.Rect)
				if !ok {
					continue
				}
				for g, h := range groupColors {
					switch {
					case r.Fill != h.dark:
					case g == 0:
						own++
					default:
						others++
					}
				}
			}
			if own < 2*9 || others > 0 {
				t.Errorf("%s for a %s: %d cells of the group's windows, %d of others'", keys, p, own, others)
			}
		}
	}
}
