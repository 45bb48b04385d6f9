package kernel

import (
	"fmt"
	"testing"
)

func TestDirectNCHWcEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for m := 1; m <= 3*l.NCHWcRows()+1; m++ { // several tiles too
			for _, vectors := range []int{1, 2} {
				for count := 1; count <= 3; count++ {
					for _, depth := range []int{1, 2, 3, 4, 7, l.Block()} {
						testDirectNCHWc(t, l, m, vectors, count, l.DirectDepth(min(depth, l.Block())))
					}
				}
			}
		}
	})
}

// testDirectNCHWc gives the last tap a depth of its own and lets blocks overlap,
// as those of a convolution do.
func testDirectNCHWc(t *testing.T, l ISA, m, vectors, count, depth int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(m * depth))
	list := make([]DirectTap, count)
	skip := m % 2 // rows before a
	for i := range list {
		list[i] = DirectTap{A: 4 * w * (count - 1 - i + skip), B: 4 * vectors * w * w * i, Depth: w}
	}
	list[count-1].Depth = depth
	rows := m + count - 1
	a := newOperand(rows*w, next)
	if count == 1 {
		a = newOperand((m-1)*w+depth, next)
	}
	b := newOperand(vectors*w*(w*(count-1)+depth), next)
	bias := newOperand(vectors*w, next)
	ahead := [2][]float32{nil, bias.data[1:]} // shorter than what is asked for
	cs := (m + 1) * w
	for _, test := range []struct {
		bias       []float32
		lo, hi     float32
		accumulate bool
	}{{nil, -inf, inf, false}, {bias.data, 0, 6, false}, {nil, 0, inf, true}, {bias.data, -inf, inf, true}} {
		c := newOperand((vectors-1)*cs+m*w, next)
		want := append([]float32(nil), c.data...)
		directNCHWcGeneric(w, want, cs, a.data, -skip*w, b.data, list, m, vectors, test.bias, test.lo, test.hi, test.accumulate)
		l.DirectNCHWc(c.data, cs, a.data, -skip*w, b.data, ahead[m%2], list, m, vectors, test.bias, test.lo, test.hi, test.accumulate)
		equal(t, fmt.Sprintf("m %d vectors %d taps %v %+v", m, vectors, list, test), c.data, want)
		c.unchanged(t, "c", func(i int) bool { return i%cs < m*w })
	}
	a.unchanged(t, "a", nil)
	b.unchanged(t, "b", nil)
	bias.unchanged(t, "bias", nil)
}
