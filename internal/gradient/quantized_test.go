package gradient

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// What comes back through quantized operators is what comes back through those that they stand for, on the weights that theirs stand
// for; nothing does from beyond a type's range.
func TestQuantizedPassThrough(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	bytes := func(shape ...int) *tensor.Array {
		data := make([]uint8, elements(shape))
		for i := range data {
			data[i] = uint8(r.IntN(256))
		}
		return tensor.ArrayOf(data, shape...)
	}
	one := func(v float32) *tensor.Array { return tensor.ArrayOf([]float32{v}) }
	zero := func(v uint8) *tensor.Array { return tensor.ArrayOf([]uint8{v}) }
	image, matrix := []int{1, 3, 6, 7}, []int{5, 6}
	padded := attributes{"pads": []int64{1, 0, 0, 1}, "strides": []int64{2, 1}}
	scales := tensor.ArrayOf([]float32{0.01, 0.02, 0.005, 0.03}, 4)
	type graph func(b *backward, x int, w *tensor.Array, out []int) int
	quantizedX := func(b *backward, x int) (q, s, z int) {
		s, z = b.constant(one(1./100)), b.constant(zero(128))
		return b.op("QuantizeLinear", nil, b.shape(x), x, s, z), s, z
	}
	float := func(op string, attributes attributes, scale, zeros *tensor.Array) graph {
		return func(b *backward, x int, w *tensor.Array, out []int) int {
			return b.op(op, attributes, out, x, b.real(b.constant(w), b.constant(scale), b.constant(zeros), 0))
		}
	}
	linear := func(op string, attributes attributes, scale, zeros *tensor.Array) graph {
		return func(b *backward, x int, w *tensor.Array, out []int) int {
			q, s, z := quantizedX(b, x)
			in := []int{q, s, z, b.constant(w), b.constant(scale), b.constant(zeros), b.constant(one(0.5)), b.constant(zero(100))}
			if op == "QLinearConv" {
				in = append(in, b.constant(tensor.ArrayOf(make([]int32, out[1]), out[1])))
			}
			return b.op("DequantizeLinear", nil, out, b.op(op, attributes, out, in...), in[6], in[7])
		}
	}
	integer := func(op string, attributes attributes, zeros *tensor.Array) graph {
		return func(b *backward, x int, w *tensor.Array, out []int) int {
			made := b.ops("", "DynamicQuantizeLinear", nil, []int{x}, b.shape(x), []int{}, []int{})
			sums := b.op(op, attributes, out, made[0], b.constant(w), made[2], b.constant(zeros))
			return b.mul(b.op("Cast", map[string]any{"to": int64(1)}, out, sums), made[1])
		}
	}
	fours := tensor.ArrayOf([]uint8{128, 128, 100, 3}, 4)
	for what, c := range map[string]struct {
		in, out          []int
		weights          *tensor.Array
		quantized, float graph
	}{
		"QLinearConv":         {image, []int{1, 4, 3, 6}, bytes(4, 3, 3, 3), linear("QLinearConv", padded, one(0.02), zero(120)), float("Conv", padded, one(0.02), zero(120))},
		"QLinearConv by axis": {image, []int{1, 4, 3, 6}, bytes(4, 3, 3, 3), linear("QLinearConv", padded, scales, fours), float("Conv", padded, scales, fours)},
		"QLinearMatMul":       {matrix, []int{5, 4}, bytes(6, 4), linear("QLinearMatMul", nil, one(0.02), zero(120)), float("MatMul", nil, one(0.02), zero(120))},
		"ConvInteger":         {image, []int{1, 4, 3, 6}, bytes(4, 3, 3, 3), integer("ConvInteger", padded, zero(120)), float("Conv", padded, one(1), zero(120))},
		"MatMulInteger":       {matrix, []int{5, 4}, bytes(6, 4), integer("MatMulInteger", nil, zero(120)), float("MatMul", nil, one(1), zero(120))},
	} {
		x, seeded := draws(r, c.in), draws(r, c.out)
		var got [2][]float32
		for i, g := range []graph{c.quantized, c.float} {
			got[i] = gradientOf(t, what, c.in, func(b *backward, x int) int { return g(b, x, c.weights, c.out) }, x, seeded)
		}
		for i, v := range got[0] {
			if d := math.Abs(float64(v - got[1][i])); d > 1e-4*math.Max(1, math.Abs(float64(v))) {
				t.Errorf("%s: element %d is %g, and %g without rounding", what, i, v, got[1][i])
				break
			}
		}
	}
	far := gradientOf(t, "saturated", []int{3}, func(b *backward, x int) int {
		q, s, z := quantizedX(b, x)
		return b.op("DequantizeLinear", nil, []int{3}, q, s, z)
	}, tensor.ArrayOf([]float32{-2, 0.123, 1.5}, 3), tensor.ArrayOf([]float32{1, 1, 1}, 3))
	if far[0] != 0 || math.Abs(float64(far[1])-1) > 1e-6 || far[2] != 0 {
		t.Errorf("beyond the range, within, beyond: %v", far)
	}
}

// gradientOf is what comes back to x from what a graph makes of it.
func gradientOf(t *testing.T, what string, shape []int, graph func(b *backward, x int) int, x, seeded *tensor.Array) []float32 {
	t.Helper()
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	in := b.value("x", shape)
	p.Inputs = []network.Port{{Name: "x", Value: in, Elem: tensor.Float32}}
	back, err := Of(p, graph(b, in), in)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	net, err := infer.Prepare(context.Background(), &network.Graph{Program: back}, infer.Options{Threads: 1})
	if err == nil {
		err = net.Run(context.Background(), map[string]*tensor.Array{"x": x, seed: seeded})
	}
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	return slices.Clone(tensor.Data[float32](net.Result(back.Outputs[1])))
}
