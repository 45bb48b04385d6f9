package onnx

import (
	"slices"
	"testing"
)

// Fields are those of the spatial axes wherever they lie, through all that moves, cuts and packs pixels.
func TestFieldsThroughMoves(t *testing.T) {
	pads := attr("pads", []int{1, 1, 1, 1})
	conv := func(in, w, out string) msg { return nodeMsg("Conv", in+" "+w, out, pads) }
	w3, w12 := weights("w", 3, 3, 3, 3), weights("v", 8, 12, 3, 3)
	for _, c := range []struct {
		name        string
		x           []any
		parts       []any
		size, least []float64
		start       float64
		jump        float64
	}{
		{"Pad of any mode", nil, of(w3, ints("p", 0, 0, 2, 2, 0, 0, 2, 2), nodeMsg("Pad", "x p", "a", attr("mode", "reflect")), nodeMsg("Conv", "a w", "y")), []float64{3, 3}, nil, -2, 1},
		{"Focus, then a conv", []any{1, 3, 16, 16}, of(w12, ints("one", 1), ints("two", 2), ints("none", 0), ints("end", 99), ints("h", 2), ints("wide", 3),
			nodeMsg("Slice", "x none end h two", "t"), nodeMsg("Slice", "x one end h two", "b"),
			nodeMsg("Slice", "t none end wide two", "tl"), nodeMsg("Slice", "t one end wide two", "tr"), nodeMsg("Slice", "b none end wide two", "bl"), nodeMsg("Slice", "b one end wide two", "br"),
			nodeMsg("Concat", "tl bl tr br", "f", attr("axis", 1)), conv("f", "v", "y")), []float64{6, 6}, nil, -2, 2},
		{"SpaceToDepth, then a conv", []any{1, 3, 16, 16}, of(w12, nodeMsg("SpaceToDepth", "x", "s", attr("blocksize", 2)), conv("s", "v", "y")), []float64{6, 6}, nil, -2, 2},
		{"DepthToSpace, then a conv", []any{1, 12, 8, 8}, of(w3, nodeMsg("DepthToSpace", "x", "s", attr("blocksize", 2)), conv("s", "w", "y")), []float64{2, 2}, nil, -1, 0.5},
		{"NHWC", []any{1, 16, 18, 3}, of(w3, nodeMsg("Transpose", "x", "n", attr("perm", []int{0, 3, 1, 2})), conv("n", "w", "a"), nodeMsg("Transpose", "a", "b", attr("perm", []int{0, 2, 3, 1})), nodeMsg("Relu", "b", "c"), nodeMsg("Transpose", "c", "d", attr("perm", []int{0, 3, 1, 2})), conv("d", "w", "e"), nodeMsg("Transpose", "e", "y", attr("perm", []int{0, 2, 3, 1}))), []float64{5, 5}, nil, -2, 1},
		{"Split along the height", nil, of(w3, conv("x", "w", "a"), nodeMsg("Split", "a", "b c", attr("axis", 2)), conv("c", "w", "y")), []float64{5, 5}, nil, 3, 1},
		{"channel shuffle", []any{1, 4, 9, 9}, of(weights("g", 4, 4, 3, 3), conv("x", "g", "a"), ints("s", 1, 2, 2, 9, 9), nodeMsg("Reshape", "a s", "b"), nodeMsg("Transpose", "b", "c", attr("perm", []int{0, 2, 1, 3, 4})), ints("r", 1, 4, 9, 9), nodeMsg("Reshape", "c r", "d"), conv("d", "g", "y")), []float64{5, 5}, nil, -2, 1},
		{"a product with weights along the channels", []any{1, 3, 16, 18}, of(w3, conv("x", "w", "a"), nodeMsg("Transpose", "a", "b", attr("perm", []int{0, 2, 3, 1})), weights("m", 3, 7), nodeMsg("MatMul", "b m", "y")), []float64{3, 3}, nil, -1, 1},
		{"steps of two backwards", nil, of(w3, ints("from", -1), ints("to", -99), ints("h", 2), ints("by", -2), nodeMsg("Slice", "x from to h by", "a"), conv("a", "w", "y")), []float64{5, 3}, nil, 7, -2},
		{"upsampling", []any{1, 3, 8, 8}, of(w3, floats("s", 1, 1, 2, 2), nodeMsg("Resize", "x - s", "a", attr("mode", "nearest")), conv("a", "w", "y")), []float64{2, 2}, nil, -1, 0.5},
		{"a bias of two axes", nil, of(w3, conv("x", "w", "a"), weights("b", 12), nodeMsg("Add", "a b", "c"), conv("c", "w", "y")), []float64{5, 5}, nil, -2, 1},
		{"audio without channels", []any{1, 40}, of(weights("k", 3, 1, 5), ints("one", 1), nodeMsg("Unsqueeze", "x one", "a"), nodeMsg("Conv", "a k", "y", attr("strides", []int{2}))), []float64{5}, nil, 0, 2},
	} {
		r := evaluateModel(t, decode(t, operatorCase{x: c.x, parts: c.parts}.model()), Options{})
		f := r.Nodes[len(r.Nodes)-1].Field
		if c.least == nil {
			c.least = c.size
		}
		if !slices.Equal(f.Size, c.size) || !slices.Equal(f.Least, c.least) || f.Start[0] != c.start || f.Jump[0] != c.jump || f.Whole || f.Unaligned {
			t.Errorf("%s: %+v, want size %v, least %v, start %g, jump %g", c.name, f, c.size, c.least, c.start, c.jump)
		}
	}
	r := evaluateModel(t, decode(t, operatorCase{parts: of(w3, conv("x", "w", "a"), nodeMsg("ReduceMean", "a", "y", attr("axes", []int{3})))}.model()), Options{})
	if f := r.Nodes[len(r.Nodes)-1].Field; f.Whole || f.Size[0] != 3 || f.Size[1] != 14 {
		t.Errorf("a mean over rows: %+v", f)
	}
}
