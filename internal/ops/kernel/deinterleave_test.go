package kernel

import (
	"fmt"
	"testing"
)

func TestDeinterleavePairsEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for n := 1; n <= 100; n++ {
			for rows := 1; rows <= 3; rows++ {
				next := integers(uint64(n))
				ds, ss := (n+1)/2+rows, n+rows
				src := newOperand((rows-1)*ss+n, func(i int) float32 {
					if i%ss >= n {
						return canary
					}
					return next(i)
				})
				fill := func(int) float32 { return canary }
				even, odd := newOperand((rows-1)*ds+(n+1)/2, fill), newOperand((rows-1)*ds+max(1, n/2), fill)
				l.DeinterleavePairs(even.data, odd.data, ds, src.data, ss, n, rows)
				for r := range rows {
					for j := range n {
						if got := [2]*operand{even, odd}[j%2].data[r*ds+j/2]; got != src.data[r*ss+j] {
							t.Fatalf("%s: row %d column %d is %v, want %v", fmt.Sprint("n ", n), r, j, got, src.data[r*ss+j])
						}
					}
				}
				even.unchanged(t, "even", func(i int) bool { return i%ds < (n+1)/2 })
				odd.unchanged(t, "odd", func(i int) bool { return i%ds < n/2 })
				src.unchanged(t, "src", nil)
			}
		}
	})
}

func TestDeinterleaveEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for ways := 1; ways <= 2*l.Block()+1; ways++ {
			for n := 1; n <= 2*l.Block()+1; n++ {
				rows := 1 + (ways+n)%3
				next := integers(uint64(n))
				ss, ds := ways+n%3, n+ways%3
				sr, dr := n*ss+ways%2, ways*ds+n%2
				src := newOperand((rows-1)*sr+(n-1)*ss+ways, func(i int) float32 {
					if i%sr >= n*ss || i%sr%ss >= ways {
						return canary
					}
					return next(i)
				})
				dst := newOperand((rows-1)*dr+(ways-1)*ds+n, func(int) float32 { return canary })
				want := append([]float32(nil), dst.data...)
				for q := range rows {
					deinterleaveGeneric(want[q*dr:], ds, src.data[q*sr:], ss, ways, n)
				}
				l.DeinterleaveRows(dst.data, ds, dr, src.data, ss, sr, ways, n, rows)
				equal(t, fmt.Sprintf("%d ways, %d pixels, %d rows", ways, n, rows), dst.data, want)
				dst.unchanged(t, "dst", func(i int) bool { return i%dr < ways*ds && i%dr%ds < n })
				src.unchanged(t, "src", nil)
			}
		}
	})
}

func BenchmarkDeinterleave(b *testing.B) {
	const n, rows = 56, 3
	for _, l := range ISAs() {
		for _, ways := range []int{3, 4, 7, 8, 10, 12, 13, 16} {
			src, dst := make([]float32, rows*n*ways), make([]float32, rows*n*ways)
			b.Run(fmt.Sprintf("%v/%d", l, ways), func(b *testing.B) {
				b.SetBytes(4 * rows * n * int64(ways))
				for b.Loop() {
					l.DeinterleaveRows(dst, n, n*ways, src, ways, n*ways, ways, n, rows)
				}
			})
		}
	}
}
