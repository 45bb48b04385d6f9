package kernel

// IndirectGemm is Gemm on rows of b that lie anywhere: row p begins rows[p] bytes
// after b. Offsets are of whole elements; k is their number.
func (l ISA) IndirectGemm(c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	r, cols := l.GemmTile()
	if m <= 0 || n <= 0 || m > r || n > cols || len(rows) == 0 {
		panic("kernel: indirect gemm: tile out of range")
	}
	if len(c) < (m-1)*ldc+n || len(a) < len(rows)*r || bias != nil && len(bias) < r {
		panic("kernel: indirect gemm: short operand")
	}
	// Lists are long and kept: the first and the last row stand for the rest.
	for _, at := range [...]int{rows[0], rows[len(rows)-1]} {
		if at < 0 || len(b) < at/4+n {
			panic("kernel: indirect gemm: row out of range")
		}
	}
	l.indirectGemm(c, ldc, a, b, rows, m, n, bias, lo, hi, accumulate)
}

// indirectGemmGeneric is the twin of every indirectGemm tile; r is the panel's R.
func indirectGemmGeneric(r int, c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	for i := range m {
		ci := c[i*ldc:][:n]
		var acc [64]float32
		sum := acc[:n]
		if bias != nil {
			for j := range sum {
				sum[j] = bias[i]
			}
		}
		for p, at := range rows {
			w := a[p*r+i]
			for j, x := range b[at/4:][:len(sum)] {
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
