package infer

import (
	"math"
	"testing"

	"convx/internal/tensor"
)

// halfSketch is two convolutions on operands of one element type, the same numbers in both.
func halfSketch(t *testing.T, e tensor.Elem) (*builder, map[string]*tensor.Array) {
	operand := func(name string, shape ...int) *tensor.Array {
		h, err := tensor.NewArray(tensor.Float16, shape...)
		if err != nil {
			t.Fatal(err)
		}
		roundHalves(tensor.Data[tensor.F16](h), tensor.Data[float32](seeded(name, shape...)))
		if e == tensor.Float16 {
			return h
		}
		return tensor.FromTensor(widened(h))
	}
	b := &builder{}
	v := b.in("x", e, 1, 3, 9, 8)
	v = b.op("Conv", "c", []int{1, 5, 9, 8}, map[string]any{"pads": []int64{1, 1, 1, 1}}, v, b.weight("w", operand("w", 5, 3, 3, 3)), b.weight("b", operand("b", 5)))
	v = b.op("Relu", "r", []int{1, 5, 9, 8}, nil, v)
	b.out("y", b.op("ConvTranspose", "y", []int{1, 4, 18, 16}, map[string]any{"strides": []int64{2, 2}}, v, b.weight("u", operand("u", 5, 4, 2, 2))))
	return b, map[string]*tensor.Array{"x": operand("x", 1, 3, 9, 8)}
}

// A model of half floats runs its convolutions by plans, and gives what one of float32 gives, within roundings.
func TestHalfFloatsRunByPlans(t *testing.T) {
	b, feeds := halfSketch(t, tensor.Float16)
	net := b.prepare(t, Options{})
	for _, n := range net.nodes {
		if p, ok := n.step.(*planned); !ok || p.halves == nil {
			t.Errorf("%v runs as %T", n, n.step)
		}
	}
	wide, wideFeeds := halfSketch(t, tensor.Float32)
	exact := wide.prepare(t, Options{})
	run(t, exact, wideFeeds)
	want := tensor.Data[float32](exact.Result(exact.At[0]))
	for range 2 {
		run(t, net, feeds)
		got := tensor.Data[tensor.F16](net.Result(net.At[0]))
		for i := range got {
			if x := float64(got[i].Float32()); math.Abs(x-float64(want[i])) > 0x1p-8 {
				t.Fatalf("element %d is %v, want %v", i, x, want[i])
			}
		}
	}
}
