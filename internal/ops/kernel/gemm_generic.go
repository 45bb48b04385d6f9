package kernel

// Gemm computes one tile of a matrix product:
//
//	c[i*ldc+j] = clamp(s[i][j] + sum over p < k of a[p*R+i] * b[p*ldb+j])
//
// for i < m and j < n, where m is at most R and n at most the tile's columns
// (GemmTile). s is bias[i], or zero if bias is nil, plus c[i*ldc+j] if
// accumulate is set. clamp keeps values within lo and hi and passes NaN.
// a is a packed panel of k*R elements and bias, if any, has R elements; of b
// only the n columns are read.
func (l ISA) Gemm(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	rows, cols := l.GemmTile()
	if m <= 0 || n <= 0 || m > rows || n > cols || k < 0 {
		panic("kernel: gemm: tile out of range")
	}
	if len(c) < (m-1)*ldc+n || len(a) < k*rows || k > 0 && len(b) < (k-1)*ldb+n || bias != nil && len(bias) < rows {
		panic("kernel: gemm: short operand")
	}
	l.gemm(c, ldc, a, b, ldb, k, m, n, bias, lo, hi, accumulate)
}

const gemmGenericRows, gemmGenericCols = 4, 16

// gemmGeneric is the twin of every gemm tile; rows is the panel's R.
func gemmGeneric(rows int, c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	for i := range m {
		ci := c[i*ldc:][:n]
		var acc [64]float32
		sum := acc[:n]
		if bias != nil {
			for j := range sum {
				sum[j] = bias[i]
			}
		}
		for p := range k {
			w := a[p*rows+i]
			row := b[p*ldb:][:len(sum)]
			for j, x := range row {
				sum[j] += w * x
			}
		}
		for j, s := range sum {
			if accumulate {
				s += ci[j]
			}
			ci[j] = clamp(s, lo, hi)
		}
	}
}
