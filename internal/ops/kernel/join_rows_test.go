package kernel

import (
	"fmt"
	"math"
	"testing"
)

func TestJoinRowsEveryTail(t *testing.T) {
	type join = func(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int)
	eachISA(t, func(t *testing.T, l ISA) {
		for name, f := range map[string][2]join{"sum": {l.JoinSum, joinSumGeneric}, "squares": {l.JoinSquares, joinSquaresGeneric}, "largest": {l.JoinLargest, joinLargestGeneric}} {
			for n := 1; n <= 50; n++ {
				for count := 1; count <= 4; count++ {
					rows, next := 1+n%3, integers(uint64(n))
					offsets, ss, ds := []int{3, 0, 7, 50}[:count], n+5, n+2
					src, dst := newOperand((rows-1)*ss+50+n, next), newOperand((rows-1)*ds+n, next)
					want := append([]float32(nil), dst.data...)
					f[0](dst.data, ds, src.data, ss, offsets, n, rows)
					f[1](want, ds, src.data, ss, offsets, n, rows)
					equal(t, fmt.Sprintf("%s of %d x %d", name, count, n), dst.data, want)
					dst.unchanged(t, "dst", func(i int) bool { return i%ds < n })
					src.unchanged(t, "src", nil)
				}
			}
			nan := float32(math.NaN())
			for _, two := range [][]float32{{nan, 1}, {1, nan}, {nan, inf}, {-inf, nan}} {
				dst := make([]float32, 1)
				if f[0](dst, 0, two, 0, []int{0, 1}, 1, 1); dst[0] == dst[0] {
					t.Errorf("%s of %v is %v, want NaN", name, two, dst[0])
				}
			}
		}
	})
}
