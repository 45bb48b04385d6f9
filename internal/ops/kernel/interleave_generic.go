package kernel

// interleaveWays is the most rows that a kernel interleaves at once.
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
	if len(src) == 1 || !l.Interleaves(n) {
		interleaveScalar(dst, ds, src, ss, n, rows)
		return
	}
	ways := len(src)
	together := min(ways, 4) // as many planes as there is a kernel for
	if ways == interleaveWays {
		together = ways
	}
	var from [interleaveWays]*float32
	var steps [interleaveWays]int
	for first := 0; first < ways; first += together {
		first := min(first, ways-together) // the last together with some that are written again
		for r, s := range src[first:][:together] {
			from[r] = &s[0]
		}
		if rows > 1 {
			copy(steps[:together], ss[first:])
		}
		l.interleave(&dst[first], ways, ds, &from, &steps, n, rows)
	}
}

// Interleaves reports whether vectors interleave rows of n columns.
func (l ISA) Interleaves(n int) bool { return l != Generic && n >= interleaveLanes }

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
