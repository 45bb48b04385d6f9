package infer

import (
	"fmt"
	"math"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// Means of whole planes are global pools, whatever names their axes; others are not.
func TestPlaneMeans(t *testing.T) {
	for _, c := range []struct {
		shape, axes []int64
		pool        bool
	}{
		{[]int64{2, 3, 5, 4}, []int64{2, 3}, true},
		{[]int64{1, 17, 7, 7}, []int64{-1, -2}, true},
		{[]int64{2, 5, 9}, []int64{2}, true},
		{[]int64{1, 3, 2, 4, 5}, []int64{4, 2, 3}, true},
		{[]int64{2, 3, 5, 4}, []int64{3}, false},
		{[]int64{2, 3, 5, 4}, []int64{1, 2, 3}, false},
		{[]int64{2, 3}, []int64{1}, false},
	} {
		for i := range int64(4) {
			keep, asInput := i%2, i/2 == 1 // as since operator set 18
			t.Run(fmt.Sprint(c.shape, c.axes, keep, asInput), func(t *testing.T) {
				var shape, out []int
				left, inner := 1, 1 // what stands before the folded axes, and in them
				for i, d := range c.shape {
					folded := false
					for _, a := range c.axes {
						folded = folded || (a+int64(len(c.shape)))%int64(len(c.shape)) == int64(i)
					}
					shape = append(shape, int(d))
					switch {
					case !folded:
						out, left = append(out, int(d)), left*int(d)
					case keep == 1:
						out, inner = append(out, 1), inner*int(d)
					default:
						inner *= int(d)
					}
				}
				b := &builder{}
				attributes, in := map[string]any{"keepdims": keep}, []int{b.in("x", tensor.Float32, shape...)}
				if asInput {
					in = append(in, b.weight("axes", tensor.ArrayOf(c.axes, len(c.axes))))
				} else {
					attributes["axes"] = c.axes
				}
				y := b.op("ReduceMean", "m", out, attributes, in...)
				b.out("y", b.op("Neg", "n", out, nil, y))
				net := b.prepare(t, Options{})
				if _, planned := net.nodes[0].step.(*planned); planned != c.pool {
					t.Errorf("it is a %T", net.nodes[0].step)
				}
				x := seeded("x", shape...)
				run(t, net, map[string]*tensor.Array{"x": x})
				want := tensor.New[float32](out...)
				for i := range left {
					sum := 0.0
					for _, v := range tensor.Data[float32](x)[i*inner:][:inner] {
						sum -= float64(v)
					}
					want.Data[i] = float32(sum / float64(inner))
				}
				if err := near(net.Result(net.At[0]), tensor.FromTensor(want)); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// A window as large as the plane, without padding and gaps, is a global pool.
func TestWindowsOfWholePlanes(t *testing.T) {
	const planes, size = 6, 20
	shape, out := []int{2, 3, 5, 4}, []int{2, 3, 1, 1}
	for op, fold := range map[string]func(sum, v float64) float64{"AveragePool": func(sum, v float64) float64 { return sum + v/size }, "MaxPool": math.Max} {
		for _, pads := range [][]int64{nil, {0, 0, 0, 0}, {1, 0, 0, 0}} {
			b := &builder{}
			attributes := map[string]any{"kernel_shape": []int64{5, 4}, "strides": []int64{5, 4}}
			if pads != nil {
				attributes["pads"] = pads
			}
			b.out("y", b.op("Neg", "n", out, nil, b.op(op, "p", out, attributes, b.in("x", tensor.Float32, shape...))))
			net := b.prepare(t, Options{})
			p, _ := net.nodes[0].step.(*planned)
			padded := pads != nil && pads[0] > 0
			if p == nil || p.stages[0].Op.(layer.Pool).Global == padded {
				t.Errorf("%s with pads %v is a %T", op, pads, net.nodes[0].step)
			}
			if padded {
				continue
			}
			x := seeded("x", shape...)
			run(t, net, map[string]*tensor.Array{"x": x})
			want := tensor.New[float32](out...)
			for i := range planes {
				sum := 0.0
				if op == "MaxPool" {
					sum = math.Inf(-1)
				}
				for _, v := range tensor.Data[float32](x)[i*size:][:size] {
					sum = fold(sum, float64(v))
				}
				want.Data[i] = float32(-sum)
			}
			if err := near(net.Result(net.At[0]), tensor.FromTensor(want)); err != nil {
				t.Errorf("%s with pads %v: %v", op, pads, err)
			}
		}
	}
}
