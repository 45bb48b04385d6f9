package infer

import (
	"fmt"
	"slices"
	"testing"

	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// Enlargements by whole numbers run by a plan, others by the operator of package array: the numbers are the same.
func TestResizes(t *testing.T) {
	for _, c := range []struct {
		attributes map[string]any
		in, out    []int
		scales     []float32 // in place of sizes
		planned    bool
	}{
		{map[string]any{"mode": "linear"}, []int{2, 3, 5, 7}, []int{2, 3, 40, 14}, nil, true},
		{map[string]any{"mode": "linear", "coordinate_transformation_mode": "pytorch_half_pixel"}, []int{1, 3, 5, 1}, []int{1, 3, 10, 1}, []float32{1, 1, 2, 1}, true},
		{map[string]any{"mode": "linear"}, []int{1, 2, 3, 4, 5}, []int{1, 2, 6, 4, 15}, nil, true},
		{map[string]any{"mode": "nearest"}, []int{1, 3, 4, 5}, []int{1, 3, 12, 10}, nil, true},
		{map[string]any{"mode": "nearest", "nearest_mode": "floor", "coordinate_transformation_mode": "asymmetric"}, []int{2, 3, 9}, []int{2, 3, 27}, []float32{1, 1, 3}, true},
		{map[string]any{"mode": "nearest", "nearest_mode": "ceil"}, []int{1, 3, 4, 5}, []int{1, 3, 12, 10}, nil, false},
		{map[string]any{"mode": "nearest", "nearest_mode": "floor"}, []int{1, 3, 4, 5}, []int{1, 3, 12, 10}, nil, false},
		{map[string]any{"mode": "linear", "coordinate_transformation_mode": "align_corners"}, []int{1, 3, 4, 5}, []int{1, 3, 8, 10}, nil, false},
		{map[string]any{"mode": "linear"}, []int{1, 3, 4, 5}, []int{1, 3, 9, 10}, nil, false},
		{map[string]any{"mode": "linear"}, []int{1, 3, 4, 5}, []int{1, 3, 8, 10}, []float32{1, 1, 2.1, 2}, false},
		{map[string]any{"mode": "linear"}, []int{1, 3, 4, 5}, []int{1, 6, 8, 10}, nil, false},
		{map[string]any{"mode": "cubic"}, []int{1, 3, 4, 5}, []int{1, 3, 8, 10}, nil, false},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			b := &builder{}
			x := b.in("x", tensor.Float32, c.in...)
			operands := []*tensor.Array{nil, nil, nil, nil}
			if c.scales != nil {
				operands[2] = tensor.ArrayOf(c.scales, len(c.scales))
			} else {
				sizes := make([]int64, len(c.out))
				for i, d := range c.out {
					sizes[i] = int64(d)
				}
				operands[3] = tensor.ArrayOf(sizes, len(sizes))
			}
			in := []int{x, -1, -1, -1}
			for i, a := range operands {
				if a != nil {
					in[i] = b.weight(fmt.Sprint("operand", i), a)
				}
			}
			b.out("y", b.op("Resize", "r", c.out, c.attributes, in...))
			net := b.prepare(t, Options{Threads: 2})
			if _, planned := net.nodes[0].step.(*planned); planned != c.planned {
				t.Errorf("it is a %T", net.nodes[0].step)
			}
			feeds := map[string]*tensor.Array{"x": seeded("x", c.in...)}
			run(t, net, feeds)
			operands[0] = feeds["x"]
			want := array.Call{Ctx: t.Context(), Op: "Resize", Version: net.nodes[0].version, Attributes: c.attributes, In: operands, Out: make([]*tensor.Array, 1)}
			if err := array.Run(&want); err != nil {
				t.Fatal(err)
			}
			got := net.Result(net.At[0])
			if !slices.Equal(got.Shape, want.Out[0].Shape) {
				t.Fatalf("%v, want %v", got, want.Out[0])
			}
			if err := near(got, want.Out[0]); err != nil {
				t.Error(err)
			}
		})
	}
}
