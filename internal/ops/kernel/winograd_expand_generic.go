package kernel

// WinogradExpand transforms n vectors of lines of three taps, of as many lines as Block is: dst[f*df + i*ds + j] is the sum over t < 3 of
// g[3*f+t] * src[t*sf + i*ss + j], for j < Block, i < n and the rows f of g, of which there are at most 8.
func (l ISA) WinogradExpand(dst []float32, df, ds int, src []float32, sf, ss int, g []float32, n int) {
	points, w := len(g)/3, l.Block()
	if points < 1 || points > 8 || n <= 0 || df < 0 || ds < 0 || sf < 0 || ss < 0 {
		panic("kernel: winograd expand: tile out of range")
	}
	if len(dst) < (points-1)*df+(n-1)*ds+w || len(src) < 2*sf+(n-1)*ss+w {
		panic("kernel: winograd expand: short operand")
	}
	l.winogradExpand(dst, df, ds, src, sf, ss, g, points, n)
}

func winogradExpandGeneric(w int, dst []float32, df, ds int, src []float32, sf, ss int, g []float32, points, n int) {
	for i := range n {
		from := src[i*ss:]
		x, y, z := from[:w], from[sf:][:w], from[2*sf:][:w]
		for f := range points {
			a, b, c := g[3*f], g[3*f+1], g[3*f+2]
			for j := range dst[f*df+i*ds:][:w] {
				dst[f*df+i*ds+j] = a*x[j] + b*y[j] + c*z[j]
			}
		}
	}
}
