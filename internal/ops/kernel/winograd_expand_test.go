package kernel

import (
	"fmt"
	"testing"
)

func TestWinogradExpand(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		w := l.Block()
		for points := 1; points <= 8; points++ {
			for n := 1; n <= 9; n++ {
				ss, ds := w*(1+n%3), w*(1+points%2) // vectors side by side, and apart
				sf, df := n*ss+n, n*ds+points
				next := integers(uint64(points*n + n))
				src, g := newOperand(2*sf+(n-1)*ss+w, next), newOperand(3*points, next)
				dst := newOperand((points-1)*df+(n-1)*ds+w, next)
				want := append([]float32(nil), dst.data...)
				written := make([]bool, len(want))
				for f := range points {
					for i := range n {
						for j := range w {
							at, sum := f*df+i*ds+j, float32(0)
							for tap := range 3 {
								sum += g.data[3*f+tap] * src.data[tap*sf+i*ss+j]
							}
							want[at], written[at] = sum, true
						}
					}
				}
				l.WinogradExpand(dst.data, df, ds, src.data, sf, ss, g.data, n)
				equal(t, fmt.Sprintf("%d points of %d vectors", points, n), dst.data, want)
				dst.unchanged(t, "dst", func(i int) bool { return written[i] })
				src.unchanged(t, "src", nil)
				g.unchanged(t, "g", nil)
			}
		}
	})
}
