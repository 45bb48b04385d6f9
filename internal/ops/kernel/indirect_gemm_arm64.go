//go:build !purego

package kernel

import "unsafe"

func (l ISA) indirectGemm(c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	if l == NEON {
		indirectGemmNEON(&c[0], ldc, &a[0], &b[0], &rows[0], len(rows), m, n, unsafe.SliceData(bias), lo, hi, accumulate)
		return
	}
	indirectGemmScalar(c, ldc, a, b, rows, m, n, bias, lo, hi, accumulate)
}
