package kernel

// Interleave interleaves rows: dst[i*len(src)+r] = src[r][i] for n columns i.
func (l ISA) Interleave(dst []float32, src [][]float32, n int) {
	if len(dst) < n*len(src) {
		panic("kernel: interleave: operand out of range")
	}
	for _, s := range src {
		if len(s) < n {
			panic("kernel: interleave: operand out of range")
		}
	}
	if len(src) == 1 {
		copy(dst, src[0][:n])
		return
	}
	done := l.interleave(dst, src, n)
	interleaveGeneric(dst, src, done, n)
}

// interleaveGeneric interleaves columns from..n.
func interleaveGeneric(dst []float32, src [][]float32, from, n int) {
	for r, s := range src {
		at := from*len(src) + r
		for _, v := range s[from:n] {
			dst[at] = v
			at += len(src)
		}
	}
}
