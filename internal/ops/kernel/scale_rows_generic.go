package kernel

// ScaleRows writes dst[r*n+j] = src[r*n+j] * factors[r] for rows of n elements, one for each factor. dst may be src.
func (l ISA) ScaleRows(dst, src, factors []float32, n int) {
	if n < 0 || len(dst) != len(src) || len(dst) != n*len(factors) {
		panic("kernel: scale rows: lengths differ")
	}
	if len(dst) > 0 {
		l.scaleRows(dst, src, factors, n)
	}
}

func scaleRowsGeneric(dst, src, factors []float32, n int) {
	for r, f := range factors {
		for j := range n {
			dst[r*n+j] = src[r*n+j] * f
		}
	}
}
