//go:build !amd64 || purego

package kernel

// GemmTile returns the rows (R) and columns of the level's dense tile.
func (l Level) GemmTile() (rows, cols int) { return gemmGenericRows, gemmGenericCols }

func (l Level) gemm(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	gemmGeneric(gemmGenericRows, c, ldc, a, b, ldb, k, m, n, bias, lo, hi, accumulate)
}

func (l Level) gemmRows(c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	gemmRowsGeneric(gemmGenericRows, c, ldc, a, b, rows, m, n, bias, lo, hi, accumulate)
}
