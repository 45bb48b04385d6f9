package kernel

import (
	"fmt"
	"slices"
	"testing"
)

func TestDepthwiseNCHWcEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for m := 1; m <= DepthwiseRows; m++ {
			for count := 1; count <= 12; count++ {
				for step := range 4 {
					testDepthwiseNCHWc(t, l, m, count, step*l.Block(), 0)
				}
				for _, line := range []int{3, 5, 7} { // taps side by side, with gaps between their lines
					testDepthwiseNCHWc(t, l, m, count, (1+m%2)*l.Block(), line)
				}
			}
		}
	})
}

func testDepthwiseNCHWc(t *testing.T, l ISA, m, count, step, line int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(m * count))
	taps := make([]DepthwiseTap, count)
	for i := range taps {
		taps[i] = DepthwiseTap{A: 4 * w * i, B: 4 * w * 2 * i}
		if line > 0 {
			taps[i] = DepthwiseTap{A: 4 * w * (i + i/line*2), B: 4 * w * (i + i/line)}
		}
	}
	last := taps[count-1]
	rows := 1 + m%3
	cs, as := (m+1)*w, step+w
	a := newOperand((rows-1)*as+last.A/4+(m-1)*step+w, next)
	b := newOperand(last.B/4+w, next)
	bias := newOperand(w, next)
	for _, clamp := range [][2]float32{{-inf, inf}, {0, 6}} {
		c := newOperand((rows-1)*cs+m*w, next)
		want := slices.Clone(c.data)
		depthwiseNCHWcGeneric(w, want, cs, a.data, as, step, b.data, taps, m, rows, bias.data, clamp[0], clamp[1])
		l.DepthwiseNCHWc(c.data, cs, a.data, as, step, b.data, taps, l.DepthwiseLine(taps), m, rows, bias.data, clamp[0], clamp[1])
		equal(t, fmt.Sprintf("m %d taps %d by %d step %d clamp %v", m, count, line, step, clamp), c.data, want)
		c.unchanged(t, "c", func(i int) bool { return i%cs < m*w })
	}
	a.unchanged(t, "a", nil)
	b.unchanged(t, "b", nil)
	bias.unchanged(t, "bias", nil)
}

func BenchmarkDepthwiseNCHWc(b *testing.B) {
	for _, l := range ISAs() {
		w := l.Block()
		for _, m := range []int{14, 7} {
			for _, k := range []int{3, 5} {
				rows := m
				b.Run(fmt.Sprintf("%v/%dx%d/%d", l, k, k, m), func(b *testing.B) {
					taps := make([]DepthwiseTap, 0, k*k)
					for y := range k {
						for x := range k {
							taps = append(taps, DepthwiseTap{A: 4 * w * (y*(m+k) + x), B: 4 * w * len(taps)})
						}
					}
					a, weights := alignedFloats((m+k)*(k+rows)*w), alignedFloats(k*k*w)
					c, bias := alignedFloats(rows*m*w), alignedFloats(w)
					line := l.DepthwiseLine(taps)
					for b.Loop() {
						l.DepthwiseNCHWc(c, m*w, a, (m+k)*w, w, weights, taps, line, m, rows, bias, 0, 6)
					}
					b.ReportMetric(2*float64(rows*k*k*m*w)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
				})
			}
		}
	}
}
