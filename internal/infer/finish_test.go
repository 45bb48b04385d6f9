package infer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/tensor"
)

// Products of every kind with random elementwise operators behind them give what the operators give one by one, whoever
// reads what, and are one step where nothing stands between.
func TestFinishes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for round := range 60 {
		b := &builder{}
		x, shape, feeds := finishInput(b, r)
		second := x
		if r.IntN(3) == 0 { // a sum of two products
			second = finishProduct(b, r, "p2", x, shape)
		}
		y := finishProduct(b, r, "p1", x, shape)
		if r.IntN(4) == 0 && second == x {
			second = b.op("Abs", "beside", shape, nil, x) // made between the product and its reader
		}
		for i := range 1 + r.IntN(4) {
			name := fmt.Sprint("e", i)
			switch r.IntN(6) {
			case 0:
				y = b.op("Add", name, shape, nil, second, y)
			case 1:
				y = b.op("Mul", name, shape, nil, y, second)
			case 2:
				per := make([]int, len(shape))
				for k := range per {
					per[k] = 1
				}
				k := 1 + r.IntN(len(shape)-1)
				per[k] = shape[k]
				y = b.op("Mul", name, shape, nil, y, b.weight(name+"w", positive(name, per...)))
			case 3:
				y = b.op("Mul", name, shape, nil, y, b.op("Sigmoid", name+"s", shape, nil, y))
			case 4:
				y = b.op("Sub", name, shape, nil, b.weight(name+"w", tensor.ArrayOf([]float32{1})), y)
			default:
				y = b.op([]string{"HardSwish", "Relu", "Tanh", "Sigmoid"}[r.IntN(4)], name, shape, nil, y)
			}
		}
		b.out("y", y)
		t.Run(fmt.Sprint(round), func(t *testing.T) { same(t, b, feeds) })
	}
}

// finishInput is an input of as many channels as finishProduct makes, and its shape.
func finishInput(b *builder, r *rand.Rand) (x int, shape []int, feeds map[string]*tensor.Array) {
	shape = []int{1 + r.IntN(2), 8, 1 + r.IntN(20), 1 + r.IntN(20)}
	if r.IntN(3) == 0 {
		shape = []int{1, 40, 30, 33}
	}
	x = b.in("x", tensor.Float32, shape...)
	return x, shape, map[string]*tensor.Array{"x": seeded("x", shape...)}
}

// finishProduct is a convolution, a transposed one or a matrix product that keeps the shape.
func finishProduct(b *builder, r *rand.Rand, name string, x int, shape []int) int {
	c, last := shape[1], shape[3]
	scaled := func(shape ...int) int {
		a := seeded(name, shape...)
		for i := range tensor.Data[float32](a) {
			tensor.Data[float32](a)[i] /= 8
		}
		return b.weight(name+"w", a)
	}
	same := map[string]any{"pads": []int64{1, 1, 1, 1}}
	switch r.IntN(6) {
	case 0:
		return b.op("Conv", name, shape, nil, x, scaled(c, c, 1, 1))
	case 1:
		return b.op("Conv", name, shape, map[string]any{"pads": []int64{2, 2, 2, 2}, "dilations": []int64{2, 2}}, x, scaled(c, c, 3, 3), b.weight(name+"b", seeded(name+"b", c)))
	case 2:
		return b.op("Conv", name, shape, map[string]any{"pads": []int64{1, 1, 1, 1}, "group": int64(c)}, x, scaled(c, 1, 3, 3))
	case 3:
		return b.op("ConvTranspose", name, shape, same, x, scaled(c, c, 3, 3))
	case 4:
		return b.op("MatMul", name, shape, nil, x, scaled(last, last))
	}
	return b.op("Conv", name, shape, same, x, scaled(c, c, 3, 3))
}

// What models write for swish, hard swish and gelu is one link, in the store of the convolution before it.
func TestGatesAreOneLink(t *testing.T) {
	shape := []int{1, 4, 9, 8}
	for name, gate := range map[linkKind]func(b *builder, x int) int{
		swish: func(b *builder, x int) int {
			return b.op("Mul", "y", shape, nil, x, b.op("Sigmoid", "s", shape, nil, x))
		},
		hardSwish: func(b *builder, x int) int {
			return b.op("Mul", "y", shape, nil, b.op("HardSigmoid", "s", shape, map[string]any{"alpha": 1. / 6}, x), x)
		},
		gelu: func(b *builder, x int) int {
			v := b.op("Div", "d", shape, nil, x, b.weight("root", tensor.ArrayOf([]float32{math.Sqrt2})))
			v = b.op("Add", "a", shape, nil, b.op("Erf", "e", shape, nil, v), b.weight("one", tensor.ArrayOf([]float32{1})))
			return b.op("Mul", "y", shape, nil, b.op("Mul", "m", shape, nil, x, v), b.weight("half", tensor.ArrayOf([]float32{0.5})))
		},
	} {
		b := &builder{}
		x := b.in("x", tensor.Float32, shape...)
		b.out("y", gate(b, b.op("Conv", "c", shape, map[string]any{"pads": []int64{1, 1, 1, 1}}, x, b.weight("w", seeded("w", 4, 4, 3, 3)))))
		same(t, b, map[string]*tensor.Array{"x": seeded("x", shape...)})
		net := b.prepare(t, Options{})
		if len(net.nodes) != 1 || net.nodes[0].finish == nil || len(net.nodes[0].finish.links) != 1 || net.nodes[0].finish.links[0].kind != name {
			t.Errorf("gate %d takes %d steps", name, len(net.nodes))
		}
	}
}
