package infer

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// fusesBlocks says whether one step for a block is ever the cheaper way: pure Go computes blocks stage by stage.
func fusesBlocks() bool { return kernel.Best() != kernel.Generic }

// bottleneck appends an inverted residual with expand times the channels, or a separable block where that is 0, and returns its
// output. Its activations are of one operator, Clip as ReLU6, Swish as a product. squeeze is the hidden channels of a
// squeeze-and-excitation before the last product, with this gate; 0 for none.
func bottleneck(b *builder, name string, x int, shape []int, expand, outs, stride int, activation string, squeeze int, gate string) (y int, out []int) {
	conv := func(name string, x, in, outs, kernel, stride, group int, shape []int) int {
		w := seeded(name+"w", outs, in/group, kernel, kernel)
		for i := range tensor.Data[float32](w) {
			tensor.Data[float32](w)[i] *= float32(math.Sqrt(6 / float64(in/group*kernel*kernel)))
		}
		pad := int64(kernel / 2)
		return b.op("Conv", name, shape, map[string]any{"pads": []int64{pad, pad, pad, pad}, "strides": []int64{int64(stride), int64(stride)}, "group": int64(group)},
			x, b.weight(name+"w", w), b.weight(name+"b", seeded(name+"b", outs)))
	}
	act := func(name string, v int, shape []int) int {
		switch activation {
		case "Clip":
			return b.op("Clip", name, shape, nil, v, b.weight(name+"lo", tensor.ArrayOf([]float32{0})), b.weight(name+"hi", tensor.ArrayOf([]float32{6})))
		case "Swish":
			return b.op("Mul", name, shape, nil, v, b.op("Sigmoid", name+"s", shape, nil, v))
		}
		return b.op(activation, name, shape, nil, v)
	}
	v, c := x, shape[1]
	if expand > 0 {
		wide := []int{shape[0], c * expand, shape[2], shape[3]}
		v, c = act(name+"ea", conv(name+"e", v, c, c*expand, 1, 1, 1, wide), wide), c*expand
	}
	filtered := []int{shape[0], c, (shape[2]-1)/stride + 1, (shape[3]-1)/stride + 1}
	v = act(name+"da", conv(name+"d", v, c, c, 3, stride, c, filtered), filtered)
	if squeeze > 0 {
		wide, narrow := []int{shape[0], c, 1, 1}, []int{shape[0], squeeze, 1, 1}
		m := b.op("GlobalAveragePool", name+"m", wide, nil, v)
		m = b.op("Relu", name+"r", narrow, nil, conv(name+"h", m, c, squeeze, 1, 1, 1, narrow))
		m = b.op(gate, name+"g", wide, nil, conv(name+"o", m, squeeze, c, 1, 1, 1, wide))
		v = b.op("Mul", name+"x", filtered, nil, v, m)
	}
	out = []int{shape[0], outs, filtered[2], filtered[3]}
	v = conv(name+"p", v, c, outs, 1, 1, 1, out)
	if stride == 1 && outs == shape[1] {
		v = b.op("Add", name+"s", out, nil, x, v)
	}
	return v, out
}

// Blocks of every form give what their convolutions give one by one; small ones with an expansion are one step.
func TestBlocks(t *testing.T) {
	for _, c := range []struct {
		shape                []int
		expand, outs, stride int
		activation           string
		whole                bool
	}{
		{[]int{1, 16, 14, 14}, 6, 16, 1, "Clip", true},
		{[]int{2, 16, 14, 13}, 4, 16, 1, "Relu", true},
		{[]int{1, 20, 14, 14}, 6, 24, 2, "Relu", true},
		{[]int{1, 32, 14, 14}, 0, 24, 1, "Clip", true},
		{[]int{1, 32, 14, 14}, 0, 32, 1, "Relu", true},
		{[]int{1, 24, 80, 81}, 6, 24, 1, "Clip", true}, // by bands
		{[]int{1, 16, 14, 14}, 6, 16, 1, "HardSwish", true},
		{[]int{2, 21, 14, 13}, 5, 24, 2, "HardSwish", true},
		{[]int{1, 16, 14, 14}, 6, 16, 1, "Swish", true},
		{[]int{1, 24, 80, 81}, 6, 24, 1, "Swish", true}, // by bands
		{[]int{1, 16, 14, 14}, 6, 16, 1, "Tanh", false},
	} {
		b := &builder{}
		y, _ := bottleneck(b, "m", b.in("x", tensor.Float32, c.shape...), c.shape, c.expand, c.outs, c.stride, c.activation, 0, "")
		b.out("y", y)
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			same(t, b, map[string]*tensor.Array{"x": seeded("x", c.shape...)})
			if n := b.prepare(t, Options{Threads: 1}).nodes; (len(n) == 1) != (c.whole && fusesBlocks()) {
				t.Errorf("%d steps: %v", len(n), n)
			}
		})
	}
}

// Blocks with squeeze-and-excitation give what their operators give one by one; the first product and the filters of small ones,
// and of those that outgrow the caches, are one step.
func TestSqueezedBlocks(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	shapes := [][]int{{1, 16, 14, 14}, {2, 21, 7, 7}, {1, 13, 9, 12}, {1, 24, 48, 49}, {2, 7, 60, 61}}
	for i := range 10 {
		shape := shapes[i%len(shapes)]
		expand, stride, hidden := 5+r.IntN(3), 1+r.IntN(2), 1+r.IntN(4)*r.IntN(2)
		activation, gate := []string{"Relu", "Clip", "HardSwish", "Swish"}[r.IntN(4)], []string{"Sigmoid", "HardSigmoid"}[r.IntN(2)]
		outs := shape[1] + r.IntN(2)*r.IntN(9)
		b := &builder{}
		y, _ := bottleneck(b, "m", b.in("x", tensor.Float32, shape...), shape, expand, outs, stride, activation, hidden, gate)
		b.out("y", y)
		t.Run(fmt.Sprint(shape, expand, outs, stride, hidden, activation, gate), func(t *testing.T) {
			same(t, b, map[string]*tensor.Array{"x": seeded("x", shape...)})
			if s := b.prepare(t, Options{Threads: 1}).nodes[0].step; (fmt.Sprintf("%T", s) == "*infer.blocked") != fusesBlocks() {
				t.Errorf("begins with a %T", s)
			}
		})
	}
}
