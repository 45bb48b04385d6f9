package kernel

import (
	"fmt"
	"testing"
)

func TestInterleaveEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for ways := 1; ways <= 9; ways++ {
			for n := 0; n <= 35; n++ {
				next := integers(uint64(n))
				rows := make([]*operand, ways)
				src := make([][]float32, ways)
				for r := range rows {
					rows[r] = newOperand(n, next)
					src[r] = rows[r].data
				}
				dst := newOperand(n*ways, func(int) float32 { return canary })
				want := make([]float32, n*ways)
				interleaveGeneric(want, src, 0, n)
				l.Interleave(dst.data, src, n)
				equal(t, fmt.Sprintf("%d ways, %d columns", ways, n), dst.data, want)
				dst.unchanged(t, "dst", func(int) bool { return true })
				for r := range rows {
					rows[r].unchanged(t, "src", nil)
				}
			}
		}
	})
}

func BenchmarkInterleave(b *testing.B) {
	const n = 56
	for _, l := range ISAs() {
		for _, ways := range []int{2, 4, 8} {
			src := make([][]float32, ways)
			for r := range src {
				src[r] = make([]float32, n)
			}
			dst := make([]float32, n*ways)
			b.Run(fmt.Sprintf("%v/%d", l, ways), func(b *testing.B) {
				b.SetBytes(4 * n * int64(ways))
				for b.Loop() {
					l.Interleave(dst, src, n)
				}
			})
		}
	}
}
