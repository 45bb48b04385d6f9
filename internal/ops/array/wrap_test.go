package array

import (
	"slices"
	"testing"

	"convx/internal/tensor"
)

// TestSizesDoNotWrap gives sizes, counts and axes that would be possible ones if they were cut down to 32 bits. They are
// refused, where an int has no more, too.
func TestSizesDoNotWrap(t *testing.T) {
	const turn int64 = 1 << 32
	ints := func(v ...int64) *tensor.Array { return tensor.ArrayOf(v, len(v)) }
	x := tensor.ArrayOf(slices.Repeat([]float32{1}, 12), 1, 3, 4)
	for _, test := range []struct {
		op         string
		version    int
		attributes Attributes
		in         []*tensor.Array
	}{
		{op: "Reshape", version: 14, in: []*tensor.Array{x, ints(3, turn+4)}},
		{op: "Reshape", version: 14, in: []*tensor.Array{x, ints(-1, turn+4)}},
		{op: "Expand", version: 13, in: []*tensor.Array{x, ints(turn+1, 3, 4)}},
		{op: "Tile", version: 13, in: []*tensor.Array{x, ints(1, 1, turn+1)}},
		{op: "ConstantOfShape", version: 9, in: []*tensor.Array{ints(turn+2, 2)}},
		{op: "Pad", version: 13, in: []*tensor.Array{x, ints(0, 0, 0, 0, 0, turn)}},
		{op: "Pad", version: 13, in: []*tensor.Array{x, ints(0, 0, turn/2-1, 0, 0, turn/2-1)}},
		{op: "Split", version: 13, attributes: Attributes{"axis": int64(2)}, in: []*tensor.Array{x, ints(turn+1, 3)}},
		{op: "Split", version: 13, attributes: Attributes{"axis": turn + 2}, in: []*tensor.Array{x, ints(1, 3)}},
		{op: "TopK", version: 11, in: []*tensor.Array{x, ints(turn + 1)}},
		{op: "Softmax", version: 13, attributes: Attributes{"axis": turn + 1}, in: []*tensor.Array{x}},
		{op: "Concat", version: 13, attributes: Attributes{"axis": turn + 1}, in: []*tensor.Array{x, x}},
		{op: "Transpose", version: 13, attributes: Attributes{"perm": []int64{0, turn + 2, 1}}, in: []*tensor.Array{x}},
		{op: "Unsqueeze", version: 13, in: []*tensor.Array{x, ints(turn)}},
		{op: "Squeeze", version: 13, in: []*tensor.Array{x, ints(turn)}},
		{op: "ReduceSum", version: 13, in: []*tensor.Array{x, ints(turn + 1)}},
		{op: "Flatten", version: 13, attributes: Attributes{"axis": turn + 1}, in: []*tensor.Array{x}},
		{op: "Gather", version: 13, in: []*tensor.Array{x, ints(turn)}},
		{op: "HannWindow", version: 17, in: []*tensor.Array{tensor.ArrayOf([]int64{turn + 4})}},
		{op: "Resize", version: 13, in: []*tensor.Array{x, nil, nil, ints(1, 3, turn+4)}},
		{op: "MaxPool", version: 12, attributes: Attributes{"kernel_shape": []int64{turn + 1}}, in: []*tensor.Array{x}},
		{op: "Conv", version: 11, attributes: Attributes{"group": turn + 1}, in: []*tensor.Array{x, tensor.ArrayOf([]float32{1, 1, 1}, 1, 3, 1)}},
	} {
		c := &Call{Op: test.op, Version: test.version, Attributes: test.attributes, In: test.in, Out: make([]*tensor.Array, 2), Limit: 1 << 20}
		if c.Attributes == nil {
			c.Attributes = Attributes{}
		}
		if err := Run(c); err == nil {
			t.Errorf("%s %v of %v: made %v", test.op, test.attributes, test.in, c.Out)
		}
	}
	c := &Call{Op: "Constant", Version: 13, Attributes: Attributes{"value_int": turn + 1}, Out: make([]*tensor.Array, 1)}
	if err := Run(c); err != nil {
		t.Error(err)
	} else if got := tensor.Data[int64](c.Out[0])[0]; got != turn+1 {
		t.Errorf("the constant %d is %d", turn+1, got)
	}
}
