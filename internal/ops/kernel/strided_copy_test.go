package kernel

import (
	"fmt"
	"testing"
)

func TestStridedCopyEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for _, step := range []int{1, 2, 3, 4, 7} {
			for n := 1; n <= 50; n++ {
				for rows := 1; rows <= 3; rows++ {
					testStridedCopy(t, l, step, n, rows)
				}
			}
		}
	})
}

func testStridedCopy(t *testing.T, l ISA, step, n, rows int) {
	t.Helper()
	next := integers(uint64(n))
	ds, width := n+rows, (n-1)*step+1
	ss := width + rows
	src := newOperand((rows-1)*ss+width, func(i int) float32 {
		if i%ss >= width || i%ss%step != 0 {
			return canary
		}
		return next(i)
	})
	dst := newOperand((rows-1)*ds+n, next)
	want := append([]float32(nil), dst.data...)
	stridedCopyGeneric(want, ds, src.data, ss, step, n, rows)
	l.StridedCopy(dst.data, ds, src.data, ss, step, n, rows, n*step)
	what := fmt.Sprintf("step %d n %d rows %d", step, n, rows)
	equal(t, what, dst.data, want)
	dst.unchanged(t, "dst", func(i int) bool { return i%ds < n })
	src.unchanged(t, "src", nil)

	// No row at all: a run of zeros is packed from one with stride 0.
	zeros := newOperand(width, func(int) float32 { return 0 })
	l.StridedCopy(dst.data, ds, zeros.data, 0, step, n, rows, 0)
	for r := range rows {
		equal(t, what+" of zeros", dst.data[r*ds:][:n], make([]float32, n))
	}
}

func BenchmarkStridedCopy(b *testing.B) {
	const rows = 64
	src, dst := make([]float32, 56*57*rows), make([]float32, 48*rows)
	for _, l := range ISAs() {
		for _, step := range []int{1, 2, 4} {
			for _, n := range []int{48, 28, 14} {
				b.Run(fmt.Sprintf("%v/step%d/n%d", l, step, n), func(b *testing.B) {
					for b.Loop() {
						l.StridedCopy(dst, 48, src, 56*57, step, n, rows, 0)
					}
					b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*rows), "ns/row")
				})
			}
		}
	}
}
