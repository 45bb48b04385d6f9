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
		"{op: slice, start: 8}":               "axis 1 has 8 positions: 8 up to 8 is no part of it",
		"{op: slice, axis: 4}":                "slice has no axis 4: 1x8x9x12",
		"{op: split, parts: 3}":               "3 parts do not divide the 8 positions of axis 1",
		"{op: split, parts: 2, part: 2}":      "part 2 of 2: they count from 0",
		"{op: pad, padding: same}":            "padding: same depends on a window, and pad has none: give numbers",
		"{op: transpose, order: 0x1x1x2}":     "order: 0x1x1x2 does not name each axis from 0 to 3 once",
		"{op: transpose, order: 0x2x1}":       "order 0x2x1 has 3 axes, and 1x8x9x12 has 4",
		"{op: slice, end: 1x2}":               `end: "1x2" is not one number`,
		"{op: pad}":                           "pad needs padding",
		"{op: slice, axis: 2, end: 99999999}": "axis 2 has 9 positions: 0 up to 99999999 is no part of it",
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
