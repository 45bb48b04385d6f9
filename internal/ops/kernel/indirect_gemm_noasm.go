//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) indirectGemm(c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	indirectGemmScalar(c, ldc, a, b, rows, m, n, bias, lo, hi, accumulate)
}
