package kernel

// WinogradWeights writes the transforms G w G^T, in float64, of n kernels w of r x r taps, r 2 or 3: tap t of kernel i is src[t*ss + i],
// point f of its transform dst[f*df + i]. g holds the rows of G, r numbers each; there are at most 8. n is a multiple of what Block is.
func (l ISA) WinogradWeights(dst []float32, df int, src []float32, ss int, g []float64, r, n int) {
	if r < 2 || r > 3 {
		panic("kernel: winograd weights: no such kernel")
	}
	points := len(g) / r
	if points < 1 || points > 8 || n <= 0 || n%l.Block() != 0 || ss < 0 || df < 0 {
		panic("kernel: winograd weights: tile out of range")
	}
	if len(dst) < (points*points-1)*df+n || len(src) < (r*r-1)*ss+n {
		panic("kernel: winograd weights: short operand")
	}
	l.winogradWeights(dst, df, src, ss, g, r, points, n)
}

func winogradWeightsGeneric(dst []float32, df int, src []float32, ss int, g []float64, r, points, n int) {
	var rows [8][3]float64 // taps that there are not are zero
	for i := range points {
		copy(rows[i][:], g[r*i:][:r])
	}
	for lane := range n {
		var w [3][3]float64
		for y := range r {
			for x := range r {
				w[y][x] = float64(src[(y*r+x)*ss+lane])
			}
		}
		at := lane
		for _, a := range rows[:points] {
			x := a[0]*w[0][0] + a[1]*w[1][0] + a[2]*w[2][0]
			y := a[0]*w[0][1] + a[1]*w[1][1] + a[2]*w[2][1]
			z := a[0]*w[0][2] + a[1]*w[1][2] + a[2]*w[2][2]
			for _, c := range rows[:points] {
				dst[at] = float32(x*c[0] + y*c[1] + z*c[2])
				at += df
			}
		}
	}
}
