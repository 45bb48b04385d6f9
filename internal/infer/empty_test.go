package infer

import (
	"slices"
	"testing"

	"convx/internal/tensor"
)

// TestEmptyBatch runs a network on no pictures, one and none again, whether the number is known beforehand or not: everything
// that has a step of its own, with what is folded into it.
func TestEmptyBatch(t *testing.T) {
	random := func(shape ...int) *tensor.Array {
		a := tensor.New[float32](shape...)
		tensor.FillUniform(a, tensor.NewStream(7, "weights"), 1)
		return tensor.ArrayOf(a.Data, shape...)
	}
	for _, known := range []bool{false, true} {
		shapes := func(shape ...int) []int {
			if known {
				return shape
			}
			return nil
		}
		b := &builder{}
		x := b.in("x", tensor.Float32, shapes(0, 3, 4, 4)...)
		y := b.op("Conv", "conv", shapes(0, 3, 4, 4), map[string]any{"pads": []int64{1, 1, 1, 1}}, x, b.weight("w", random(3, 3, 3, 3)), b.weight("b", random(3)))
		y = b.op("MaxPool", "pool", shapes(0, 3, 4, 4), map[string]any{"kernel_shape": []int64{1, 1}}, y)
		y = b.op("Sigmoid", "sigmoid", shapes(0, 3, 4, 4), nil, y)
		y = b.op("Mul", "mul", shapes(0, 3, 4, 4), nil, y, b.weight("scale", random(3, 1, 1)))
		y = b.op("Add", "add", shapes(0, 3, 4, 4), nil, y, x)
		y = b.op("Concat", "concat", shapes(0, 6, 4, 4), map[string]any{"axis": int64(1)}, y, x)
		y = b.op("Transpose", "last", shapes(0, 4, 4, 6), map[string]any{"perm": []int64{0, 2, 3, 1}}, y)
		y = b.op("MatMul", "product", shapes(0, 4, 4, 5), nil, y, b.weight("m", random(6, 5)))
		y = b.op("Add", "bias", shapes(0, 4, 4, 5), nil, y, b.weight("mb", random(5)))
		b.out("y", y)
		net := b.prepare(t, Options{Threads: 2})
		for _, n := range []int{0, 1, 0} {
			if n == 1 && known {
				continue
			}
			run(t, net, map[string]*tensor.Array{"x": tensor.ArrayOf(make([]float32, n*48), n, 3, 4, 4)})
			if got := net.Result(net.At[0]).Shape; !slices.Equal(got, []int{n, 4, 4, 5}) {
				t.Errorf("known %v: %d pictures make %v", known, n, got)
			}
		}
	}
}
