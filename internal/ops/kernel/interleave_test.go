package kernel

import (
	"fmt"
	"testing"
)

func TestInterleaveEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for _, ways := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 22} {
			for n := 0; n <= 35; n++ {
				const rows, between = 2, 3 // elements between two rows are nobody's
				next := integers(uint64(n))
				planes := make([]*operand, ways)
				src, ss := make([][]float32, ways), make([]int, ways)
				for r := range planes {
					ss[r] = n + r%2*between
					planes[r] = newOperand((rows-1)*ss[r]+n, next)
					src[r] = planes[r].data
				}
				ds := n*ways + between
				dst := newOperand((rows-1)*ds+n*ways, func(int) float32 { return canary })
				want := make([]float32, len(dst.data))
				for i := range want {
					if y, at := i/ds, i%ds; at < n*ways {
						want[i] = src[at%ways][y*ss[at%ways]+at/ways]
					} else {
						want[i] = canary
					}
				}
				l.Interleave(dst.data, ds, src, ss, n, rows)
				equal(t, fmt.Sprintf("%d ways, %d columns", ways, n), dst.data, want)
				dst.unchanged(t, "dst", func(i int) bool { return i%ds < n*ways })
				for r := range planes {
					planes[r].unchanged(t, "src", nil)
				}
				if n > 0 {
					one := make([]float32, n*ways)
					l.Interleave(one, 0, src, nil, n, 1)
					equal(t, fmt.Sprintf("%d ways, %d columns, one row", ways, n), one, want[:n*ways])
				}
			}
		}
	})
}

func BenchmarkInterleave(b *testing.B) {
	const n = 56
	for _, l := range ISAs() {
		for _, ways := range []int{2, 3, 4, 5, 7, 8, 19} {
			src := make([][]float32, ways)
			for r := range src {
				src[r] = make([]float32, n)
			}
			dst := make([]float32, n*ways)
			b.Run(fmt.Sprintf("%v/%d", l, ways), func(b *testing.B) {
				b.SetBytes(4 * n * int64(ways))
				for b.Loop() {
					l.Interleave(dst, 0, src, nil, n, 1)
				}
			})
		}
	}
}
