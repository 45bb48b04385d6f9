package kernel

// JoinSum writes dst[r*ds+j] = the sum of src[r*ss+offset+j] over the offsets, in their order, for r < rows and j < n. There
// must be an offset; dst and src must not overlap.
func (l ISA) JoinSum(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	if checkJoin(dst, ds, src, ss, offsets, n, rows) {
		l.joinSum(dst, ds, src, ss, offsets, n, rows)
	}
}

// JoinSquares is JoinSum of the squares, each product and sum rounded once.
func (l ISA) JoinSquares(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	if checkJoin(dst, ds, src, ss, offsets, n, rows) {
		l.joinSquares(dst, ds, src, ss, offsets, n, rows)
	}
}

// JoinLargest is JoinSum for the maximum, NaN where any is.
func (l ISA) JoinLargest(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	if checkJoin(dst, ds, src, ss, offsets, n, rows) {
		l.joinLargest(dst, ds, src, ss, offsets, n, rows)
	}
}

// checkJoin reports whether there is anything to do.
func checkJoin(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) bool {
	if n <= 0 || rows <= 0 {
		return false
	}
	if len(offsets) == 0 || ds < 0 || ss < 0 || len(dst) < (rows-1)*ds+n {
		panic("kernel: join: short operand")
	}
	for _, o := range offsets {
		if o < 0 || len(src) < (rows-1)*ss+o+n {
			panic("kernel: join: source out of range")
		}
	}
	return true
}

func joinSumGeneric(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	for r := range rows {
		to := dst[r*ds:][:n]
		copy(to, src[r*ss+offsets[0]:])
		for _, o := range offsets[1:] {
			for j, v := range src[r*ss+o:][:n] {
				to[j] += v
			}
		}
	}
}

func joinLargestGeneric(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	for r := range rows {
		to := dst[r*ds:][:n]
		copy(to, src[r*ss+offsets[0]:])
		for _, o := range offsets[1:] {
			for j, v := range src[r*ss+o:][:n] {
				to[j] = max(to[j], v)
			}
		}
	}
}

func joinSquaresGeneric(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	for r := range rows {
		to := dst[r*ds:][:n]
		clear(to)
		for _, o := range offsets {
			for j, v := range src[r*ss+o:][:n] {
				to[j] = float32(float64(v)*float64(v) + float64(to[j]))
			}
		}
	}
}
