package kernel

import (
	"fmt"
	"testing"
)

func TestWeaveEveryTail(t *testing.T) {
	eachLevel(t, func(t *testing.T, l Level) {
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
				weaveGeneric(want, src, 0, n)
				l.Weave(dst.data, src, n)
				equal(t, fmt.Sprintf("%d ways, %d columns", ways, n), dst.data, want)
				dst.unchanged(t, "dst", func(int) bool { return true })
				for r := range rows {
					rows[r].unchanged(t, "src", nil)
				}
			}
		}
	})
}

func TestUnweaveEveryTail(t *testing.T) {
	eachLevel(t, func(t *testing.T, l Level) {
		for ways := 1; ways <= 2*l.Block()+1; ways++ {
			for n := 1; n <= 2*l.Block()+1; n++ {
				next := integers(uint64(n))
				ss, ds := ways+n%3, n+ways%3
				src := newOperand((n-1)*ss+ways, func(i int) float32 {
					if i%ss >= ways {
						return canary
					}
					return next(i)
				})
				dst := newOperand((ways-1)*ds+n, func(int) float32 { return canary })
				want := append([]float32(nil), dst.data...)
				unweaveGeneric(want, ds, src.data, ss, ways, n)
				l.Unweave(dst.data, ds, src.data, ss, ways, n)
				equal(t, fmt.Sprintf("%d ways, %d pixels", ways, n), dst.data, want)
				dst.unchanged(t, "dst", func(i int) bool { return i%ds < n })
				src.unchanged(t, "src", nil)
			}
		}
	})
}

func BenchmarkWeave(b *testing.B) {
	const n = 56
	for _, l := range Levels() {
		for _, ways := range []int{2, 4, 8} {
			src := make([][]float32, ways)
			for r := range src {
				src[r] = make([]float32, n)
			}
			dst := make([]float32, n*ways)
			b.Run(fmt.Sprintf("%v/%d", l, ways), func(b *testing.B) {
				b.SetBytes(4 * n * int64(ways))
				for b.Loop() {
					l.Weave(dst, src, n)
				}
			})
		}
	}
}
