package infer

import (
	"fmt"
	"math"
	"testing"

	"convx/internal/tensor"
)

// layerNorm writes a normalisation of the last axis operator by operator.
func layerNorm(b *builder, name string, x int, shape []int) int {
	c := shape[len(shape)-1]
	one := append(append([]int{}, shape[:len(shape)-1]...), 1)
	axes := map[string]any{"axes": []int64{-1}}
	mean := func(name string, v int) int {
		v = b.op("ReduceMean", name, one, axes, v)
		b.p.Code[len(b.p.Code)-1].Version = 14
		return v
	}
	off := b.op("Sub", name+"off", shape, nil, x, mean(name+"mean", x))
	variance := mean(name+"var", b.op("Pow", name+"sq", shape, nil, off, b.weight(name+"two", tensor.ArrayOf([]float32{2}))))
	root := b.op("Sqrt", name+"root", one, nil, b.op("Add", name+"eps", one, nil, variance, b.weight(name+"e", tensor.ArrayOf([]float32{1e-6}))))
	v := b.op("Div", name+"q", shape, nil, off, root)
	v = b.op("Mul", name+"g", shape, nil, v, b.weight(name+"s", seeded(name+"s", c)))
	return b.op("Add", name, shape, nil, v, b.weight(name+"t", seeded(name+"t", c)))
}

func gelu1(b *builder, name string, x int, shape []int) int {
	v := b.op("Div", name+"d", shape, nil, x, b.weight(name+"r", tensor.ArrayOf([]float32{math.Sqrt2})))
	v = b.op("Add", name+"a", shape, nil, b.op("Erf", name+"e", shape, nil, v), b.weight(name+"1", tensor.ArrayOf([]float32{1})))
	return b.op("Mul", name, shape, nil, b.op("Mul", name+"m", shape, nil, x, v), b.weight(name+"h", tensor.ArrayOf([]float32{0.5})))
}

// A ConvNeXt block, whose middle has its channels last, is computed with channels first, in four steps.
func TestChannelsLastIsComputedFirst(t *testing.T) {
	for _, c := range []int{6, 17, 600} {
		b := &builder{}
		first, last, wide := []int{2, c, 5, 7}, []int{2, 5, 7, c}, []int{2, 5, 7, 2 * c}
		x := b.in("x", tensor.Float32, first...)
		v := b.op("Conv", "dw", first, map[string]any{"pads": []int64{1, 1, 1, 1}, "group": int64(c)}, x, b.weight("w", seeded("w", c, 1, 3, 3)))
		v = b.op("Transpose", "to", last, map[string]any{"perm": []int64{0, 2, 3, 1}}, v)
		v = layerNorm(b, "norm", v, last)
		scaled := func(name string, k, n int) int {
			a := seeded(name, k, n)
			for i := range tensor.Data[float32](a) {
				tensor.Data[float32](a)[i] /= float32(math.Sqrt(float64(k)))
			}
			return b.weight(name, a)
		}
		v = b.op("Add", "b1", wide, nil, b.weight("bias1", seeded("bias1", 2*c)), b.op("MatMul", "m1", wide, nil, v, scaled("w1", c, 2*c)))
		v = gelu1(b, "gelu", v, wide)
		v = b.op("Add", "b2", last, nil, b.weight("bias2", seeded("bias2", c)), b.op("MatMul", "m2", last, nil, v, scaled("w2", 2*c, c)))
		v = b.op("Transpose", "back", first, map[string]any{"perm": []int64{0, 3, 1, 2}}, v)
		v = b.op("Mul", "scale", first, nil, b.weight("layer", seeded("layer", c, 1, 1)), v)
		b.out("y", b.op("Add", "y", first, nil, v, x))
		same(t, b, map[string]*tensor.Array{"x": seeded("x", first...)})
		if n := b.prepare(t, Options{}).nodes; len(n) != 4 {
			t.Errorf("%d channels take %d steps: %v", c, len(n), n)
		}
	}
}

// What does not fit stays as it is: a value that is asked for, one that somebody else reads, a matrix that is computed.
func TestChannelsLastThatStays(t *testing.T) {
	first, last := []int{1, 4, 3, 5}, []int{1, 3, 5, 4}
	for i, change := range []func(b *builder, v int) int{
		func(b *builder, v int) int { return v },
		func(b *builder, v int) int { b.out("inner", v); return v },
		func(b *builder, v int) int { b.out("s", b.op("Softmax", "s", last, nil, v)); return v },
		func(b *builder, v int) int {
			return b.op("Add", "plus", last, nil, v, b.in("z", tensor.Float32, last...))
		},
		func(b *builder, v int) int {
			return b.op("Mul", "twice", last, nil, v, b.weight("k", seeded("k", 5, 4)))
		},
	} {
		b := &builder{}
		x := b.in("x", tensor.Float32, first...)
		v := b.op("Transpose", "to", last, map[string]any{"perm": []int64{0, 2, 3, 1}}, x)
		v = change(b, layerNorm(b, "norm", v, last))
		b.out("y", b.op("Transpose", "back", first, map[string]any{"perm": []int64{0, 3, 1, 2}}, v))
		feeds := map[string]*tensor.Array{"x": seeded("x", first...), "z": seeded("z", last...)}
		t.Run(fmt.Sprint(i), func(t *testing.T) { same(t, b, feeds) })
	}
}
