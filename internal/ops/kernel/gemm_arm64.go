//go:build !purego

package kernel

import "unsafe"

// GemmTile returns the rows (R) and columns of the instruction set's tile.
func (l ISA) GemmTile() (rows, cols int) {
	if l == NEON {
		return 8, 12
	}
	return gemmGenericRows, gemmGenericCols
}

func (l ISA) gemm(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	if l == NEON {
		gemmNEON(&c[0], ldc, unsafe.SliceData(a), unsafe.SliceData(b), ldb, k, m, n, unsafe.SliceData(bias), lo, hi, accumulate)
		return
	}
	gemmScalar(c, ldc, a, b, ldb, k, m, n, bias, lo, hi, accumulate)
}
