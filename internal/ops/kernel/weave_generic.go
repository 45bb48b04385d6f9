package kernel

// Weave interleaves rows: dst[i*len(src)+r] = src[r][i] for n columns i.
func (l Level) Weave(dst []float32, src [][]float32, n int) {
	if len(dst) < n*len(src) {
		panic("kernel: weave: operand out of range")
	}
	for _, s := range src {
		if len(s) < n {
			panic("kernel: weave: operand out of range")
		}
	}
	done := l.weave(dst, src, n)
	weaveGeneric(dst, src, done, n)
}

// weaveGeneric interleaves columns from..n.
func weaveGeneric(dst []float32, src [][]float32, from, n int) {
	for r, s := range src {
		at := from*len(src) + r
		for _, v := range s[from:n] {
			dst[at] = v
			at += len(src)
		}
	}
}
