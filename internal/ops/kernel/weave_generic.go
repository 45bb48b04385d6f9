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

// Unweave parts a row of n pixels, ss elements apart, into one row for each of the first ways elements of a pixel:
//
//	dst[r*ds+j] = src[j*ss+r], r < ways, j < n
func (l Level) Unweave(dst []float32, ds int, src []float32, ss, ways, n int) {
	if ways <= 0 || n <= 0 || len(dst) < (ways-1)*ds+n || len(src) < (n-1)*ss+ways {
		panic("kernel: unweave: operand out of range")
	}
	for r := 0; r < ways; r += l.Block() {
		l.unweave(dst[r*ds:], ds, src[r:], ss, min(l.Block(), ways-r), n)
	}
}

func unweaveGeneric(dst []float32, ds int, src []float32, ss, ways, n int) {
	for r := range ways {
		row := dst[r*ds:][:n]
		for j := range row {
			row[j] = src[j*ss+r]
		}
	}
}
