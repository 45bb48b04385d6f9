package kernel

// WinogradWeights writes the transforms G w G^T, in float64, of n kernels w of 3x3 taps: tap t of kernel i is src[t*ss + i], point f of
// its transform dst[f*df + i]. g holds the rows of G, three numbers each; there are at most 8. n is a multiple of what Block is.
func (l ISA) WinogradWeights(dst []float32, df int, src []float32, ss int, g []float64, n int) {
	points := len(g) / 3
	if points < 1 || points > 8 || n <= 0 || n%l.Block() != 0 || ss < 0 || df < 0 {
		panic("kernel: winograd weights: tile out of range")
	}
	if len(dst) < (points*points-1)*df+n || len(src) < 8*ss+n {
		panic("kernel: winograd weights: short operand")
	}
	l.winogradWeights(dst, df, src, ss, g, points, n)
}

func winogradWeightsGeneric(dst []float32, df int, src []float32, ss int, g []float64, points, n int) {
	var rows [8][3]float64
	for i := range points {
		rows[i] = [3]float64(g[3*i:])
	}
	for lane := range n {
		var w [9]float64
		for t := range w {
			w[t] = float64(src[t*ss+lane])
		}
		at := lane
		for _, r := range rows[:points] {
			x := r[0]*w[0] + r[1]*w[3] + r[2]*w[6]
			y := r[0]*w[1] + r[1]*w[4] + r[2]*w[7]
			z := r[0]*w[2] + r[1]*w[5] + r[2]*w[8]
			for _, c := range rows[:points] {
				dst[at] = float32(x*c[0] + y*c[1] + z*c[2])
				at += df
			}
		}
	}
}
