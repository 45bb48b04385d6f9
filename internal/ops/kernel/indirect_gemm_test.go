package kernel

import "testing"

// testIndirectGemm gives the same rows of b, by offset.
func testIndirectGemm(t *testing.T, l ISA, a, b *operand, ldb int, want []float32, ldc, k, m, n int, bias []float32, lo, hi float32, accumulate bool, before []float32) {
	t.Helper()
	rows := make([]int, k)
	for p := range rows {
		rows[p] = 4 * p * ldb
	}
	c := newOperand((m-1)*ldc+n, func(i int) float32 { return before[i] })
	l.IndirectGemm(c.data, ldc, a.data, b.data, rows, m, n, bias, lo, hi, accumulate)
	for i := range m {
		for j := range n {
			if got, want := c.data[i*ldc+j], want[i*ldc+j]; got != want {
				t.Fatalf("rows: m %d n %d k %d: c[%d][%d] = %v, want %v", m, n, k, i, j, got, want)
			}
		}
	}
	c.unchanged(t, "c", func(i int) bool { return i%ldc < n })
}
