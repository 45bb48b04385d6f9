//go:build (!amd64 && !arm64) || purego

package kernel

// GemmTile returns the rows (R) and columns of the instruction set's tile.
func (l ISA) GemmTile() (rows, cols int) { return gemmGenericRows, gemmGenericCols }

func (l ISA) gemm(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	gemmScalar(c, ldc, a, b, ldb, k, m, n, bias, lo, hi, accumulate)
}
