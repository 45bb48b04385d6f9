package kernel

import (
	"fmt"
	"testing"
)

func TestScaleRowsEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for n := 1; n <= 50; n++ {
			rows, next := 1+n%5, integers(uint64(n))
			dst, src, factors := newOperand(rows*n, next), newOperand(rows*n, next), newOperand(rows, next)
			want := make([]float32, rows*n)
			scaleRowsGeneric(want, src.data, factors.data, n)
			l.ScaleRows(dst.data, src.data, factors.data, n)
			equal(t, fmt.Sprintf("%d rows of %d", rows, n), dst.data, want)
			dst.unchanged(t, "dst", func(int) bool { return true })
			src.unchanged(t, "src", nil)
			factors.unchanged(t, "factors", nil)
			l.ScaleRows(src.data, src.data, factors.data, n)
			equal(t, fmt.Sprintf("%d rows of %d in place", rows, n), src.data, want)
		}
	})
}
