package network

import (
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
)

// Ops that pick, pad and reorder have NumPy's shapes, and the fields of what follows them are in pixels of the input.
func TestPartsShapesAndFields(t *testing.T) {
	for _, c := range []struct {
		op    string
		shape []int
		field float64 // of a 3x3 convolution behind it; 0: not asked
	}{
		{"{op: slice, axis: 1, start: 1, end: 6, step: 2}", []int{1, 3, 9, 12}, 3},
		{"{op: slice, axis: 2, start: 1, step: 2}", []int{1, 8, 4, 12}, 5},
		{"{op: slice, axis: 3, end: 7}", []int{1, 8, 9, 7}, 3},
		{"{op: slice, axis: 3, start: -5, end: -1}", []int{1, 8, 9, 4}, 3},
		{"{op: split, sizes: 1x4x3, part: 1}", []int{1, 4, 9, 12}, 3},
		{"{op: pad, padding: 3, mode: reflect}", []int{1, 8, 15, 18}, 3},
		{"{op: pad, padding: 8:0x12:1, mode: circular}", []int{1, 8, 17, 25}, 3},
		{"{op: pad, padding: 20, mode: replicate}", []int{1, 8, 49, 52}, 3},
		{"{op: split, parts: 4, part: 3}", []int{1, 2, 9, 12}, 3},
		{"{op: split, axis: 2, parts: 3, part: 2}", []int{1, 8, 3, 12}, 3},
		{"{op: pad, padding: 1:2x0:3}", []int{1, 8, 12, 15}, 3},
		{"{op: transpose, order: 0x2x3x1}", []int{1, 9, 12, 8}, 0},
		{"{op: transpose, order: 0x1x3x2}", []int{1, 8, 12, 9}, 3},
		{"{op: pixel-shuffle, scale: 2}", []int{1, 2, 18, 24}, 2},
	} {
		r := evaluate(t, parse(t, "input: 8x9x12\nlayers: ["+strings.Replace(c.op, "{", "{name: it, ", 1)+", {variant: standard, name: after}]\n"), Options{})
		it := r.node("it")
		if !slices.Equal(it.Output, c.shape) || it.Uncounted || it.Total.MACs != 0 || it.Total.Params != 0 {
			t.Errorf("%s makes %v at %d MACs, want %v and none", c.op, it.Output, it.Total.MACs, c.shape)
		}
		if c.field != 0 {
			if size := r.node("after").Field.Size[0]; size != c.field {
				t.Errorf("%s: what follows sees %g rows, want %g", c.op, size, c.field)
			}
		}
	}
}

func TestPartsRefuse(t *testing.T) {
	for op, want := range map[string]string{
		"{op: slice, start: 8}":                    "axis 1 has 8 positions: 8 up to 8 is no part of it",
		"{op: slice, axis: 4}":                     "slice has no axis 4: 1x8x9x12",
		"{op: slice, start: -9}":                   "axis 1 has 8 positions: -1 up to 8 is no part of it",
		"{op: slice, start: 3, end: -6}":           "axis 1 has 8 positions: 3 up to 2 is no part of it",
		"{op: split}":                              "split needs parts or sizes",
		"{op: split, parts: 2, sizes: 4x4}":        "split needs parts or sizes",
		"{op: split, sizes: 4x5}":                  "parts of 4x5 are not the 8 positions of axis 1",
		"{op: split, sizes: 4x4, part: 2}":         "part 2 of 2: they count from 0",
		"{op: split, parts: 5000}":                 "split makes 5000 parts: up to 4096 are known",
		"{op: pad, padding: 1, mode: mirror}":      `mode: "mirror" is none of zeros, reflect, replicate, circular`,
		"{op: pad, padding: 9, mode: reflect}":     "H: reflect padding 9 needs more than the 9 input pixels",
		"{op: pad, padding: 0x13, mode: circular}": "W: circular padding 13 needs more than the 12 input pixels",
		"{op: split, parts: 3}":                    "3 parts do not divide the 8 positions of axis 1",
		"{op: split, parts: 2, part: 2}":           "part 2 of 2: they count from 0",
		"{op: pad, padding: same}":                 "padding: same depends on a window, and pad has none: give numbers",
		"{op: transpose, order: 0x1x1x2}":          "order: 0x1x1x2 does not name each axis from 0 to 3 once",
		"{op: transpose, order: 0x2x1}":            "order 0x2x1 has 3 axes, and 1x8x9x12 has 4",
		"{op: slice, end: 1x2}":                    `end: "1x2" is not one number`,
		"{op: pad}":                                "pad needs padding",
		"{op: slice, axis: 2, end: 99999999}":      "axis 2 has 9 positions: 0 up to 99999999 is no part of it",
	} {
		g, err := Parse("x.yaml", []byte("input: 8x9x12\nlayers: ["+op+"]\n"))
		if err == nil {
			_, err = Evaluate(g, Options{})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", op, err, want)
		}
	}
}

// One repeat goes through dilations with and without distance between the taps, whichever of the variants it names.
func TestDilationsInOneRepeat(t *testing.T) {
	for variant, notes := range map[string][]string{
		"standard":           {"standard with dilation 2 is dilated", "standard with dilation 4 is dilated"},
		"dilated":            {"dilated with dilation 1 is standard"},
		"dilated, groups: 2": {"dilated with dilation 1 is grouped"},
	} {
		g := parse(t, "input: 4x32x32\nlayers: [{variant: "+variant+", name: c, repeat: 3, padding: same, dilation: $(2^i)}]\n")
		r := evaluate(t, g, Options{})
		if size := r.node("c.2").Field.Size[0]; size != 15 {
			t.Errorf("%s: three layers see %g rows, want 15", variant, size)
		}
		if !slices.Equal(g.Notes, notes) {
			t.Errorf("%s: notes %q, want %q", variant, g.Notes, notes)
		}
		for _, n := range g.Nodes[1:] {
			spec := n.Op.(*Variant).Spec
			spec.Input = []int{4, 32, 32}
			if _, err := layer.Build(spec); err != nil {
				t.Errorf("%s: %v", variant, err)
			}
		}
	}
}

// A split is one entry with several outputs, each with a name and a place in the order; they share nothing and cost nothing.
func TestSplitHasSeveralOutputs(t *testing.T) {
	g := parse(t, `input: 9x4x5
layers:
  - {op: split, name: s, sizes: 2x3x4}
  - {op: relu, from: s.2}
  - {op: split, name: t, axis: 2, parts: 2, from: input}
  - scale
  - {op: concat, from: [t, t.1]}
outputs: [relu, concat, s.1, s]
`)
	_, err := Evaluate(g, Options{})
	if err == nil || !strings.Contains(err.Error(), `layer "scale"`) { // reads both parts, as any op that takes two
		t.Errorf("the error is %v", err)
	}
	g = parse(t, `input: 9x4x5
layers:
  - {op: split, name: s, sizes: 2x3x4}
  - {op: relu, from: s.2}
  - {op: split, name: t, axis: 3, sizes: 2x3, from: input}
  - {op: concat, from: [s, s.1, relu]}
outputs: [concat, s.1, s, t.1, t]
`)
	r := evaluate(t, g, Options{})
	if got := names(g); got != "input s.0 s.1 s.2 relu t.0 t.1 concat" {
		t.Errorf("nodes %s", got)
	}
	want := map[string][]int{"s.0": {1, 2, 4, 5}, "s.1": {1, 3, 4, 5}, "s.2": {1, 4, 4, 5}, "relu": {1, 4, 4, 5}, "t.0": {1, 9, 4, 2}, "t.1": {1, 9, 4, 3}, "concat": {1, 9, 4, 5}}
	for name, shape := range want {
		if got := r.node(name).Output; !slices.Equal(got, shape) {
			t.Errorf("%s is %v, want %v", name, got, shape)
		}
	}
	var outputs []string
	for _, o := range g.Outputs {
		outputs = append(outputs, g.Nodes[o].Name)
	}
	if got := strings.Join(outputs, " "); got != "concat s.1 s.0 t.1 t.0" {
		t.Errorf("outputs %s", got)
	}
}

// Primitives refuse what has too few axes for them, in a line.
func TestTooFewAxes(t *testing.T) {
	for _, k := range opKinds() {
		if k.name == "constant" { // reads nothing
			continue
		}
		for _, shape := range []string{"scalar", "5", "2x3"} {
			keys := map[string]string{
				"linear": ", out_features: 2", "max-pool": ", kernel: 1", "average-pool": ", kernel: 1", "adaptive-max-pool": ", size: 2", "adaptive-average-pool": ", size: 2",
				"resize": ", scale: 2", "depth-to-space": ", scale: 1", "pixel-shuffle": ", scale: 1", "split": ", axis: 0, parts: 1", "pad": ", padding: 1", "transpose": ", order: 0x1",
				"lstm": ", hidden: 2", "gru": ", hidden: 2", "reshape": ", shape: 1x6", "work": ", shape: 3", "constant": ", shape: 3",
			}[k.name]
			from := "c"
			if strings.Contains("add concat multiply scale crop matmul elementwise", k.name) {
				from = "[c, c]"
			}
			g, err := Parse("x.yaml", []byte("input: 3x8x8\nlayers: [{op: constant, name: c, shape: "+shape+"}, {op: "+k.name+", from: "+from+keys+"}]\n"))
			if err != nil {
				t.Errorf("%s: %v", k.name, err)
				continue
			}
			if r, err := Evaluate(g, Options{}); err == nil {
				_, _ = Compile(r, nil, 0)
			}
		}
	}
}
