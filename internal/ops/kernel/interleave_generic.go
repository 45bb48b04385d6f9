package kernel

// interleaveWays is the most rows that there is a kernel to interleave.
const interleaveWays = 8

// Interleave interleaves the rows of as many planes as src has, which are ss[r] elements apart in plane r, into rows that are
// ds apart: dst[y*ds+i*len(src)+r] = src[r][y*ss[r]+i] for n columns i and rows y. Of one row no ss are read.
func (l ISA) Interleave(dst []float32, ds int, src [][]float32, ss []int, n, rows int) {
	if n <= 0 || rows <= 0 {
		return
	}
	if len(dst) < (rows-1)*ds+n*len(src) {
		panic("kernel: interleave: operand out of range")
	}
	for r, s := range src {
		if len(s) < n || rows > 1 && len(s) < (rows-1)*ss[r]+n {
			panic("kernel: interleave: operand out of range")
		}
	}
	if len(src) > interleaveWays || interleaveLanes == 1 {
		interleaveScalar(dst, ds, src, ss, n, rows)
		return
	}
	var from [interleaveWays]*float32
	ways, done := len(src), 0
	for y := range rows {
		to := dst[y*ds:]
		for r, s := range src {
			if y > 0 {
				s = s[y*ss[r]:]
			}
			from[r] = &s[0]
		}
		done = l.interleave(&to[0], &from, ways, n)
		if done == 0 || done == n {
			continue
		}
		// The last columns together with some that are written again.
		last := n - interleaveLanes
		for r, s := range src {
			if y > 0 {
				s = s[y*ss[r]:]
			}
			from[r] = &s[last]
		}
		l.interleave(&to[last*ways], &from, ways, interleaveLanes)
	}
	if done == 0 {
		interleaveScalar(dst, ds, src, ss, n, rows)
	}
}

// interleaveGeneric interleaves element by element.
func interleaveGeneric(dst []float32, ds int, src [][]float32, ss []int, n, rows int) {
	for r, s := range src {
		for y := range rows {
			if y > 0 {
				s = s[ss[r]:]
			}
			if len(src) == 1 {
				copy(dst[y*ds:], s[:n])
				continue
			}
			at := y*ds + r
			for _, v := range s[:n] {
				dst[at] = v
				at += len(src)
			}
		}
	}
}
