package kernel

// depthwiseNCHWcScalar is depthwiseNCHWcGeneric for blocks of pure Go: a tap passes over all rows, its weights in registers.
func depthwiseNCHWcScalar(c, a []float32, step int, b []float32, taps []DepthwiseTap, m int, bias []float32, lo, hi float32) {
	const w = scalarBlock
	for r := range m {
		copy(c[r*w:][:w], bias)
	}
	for i := range taps {
		at := taps[i].A / 4
		p := (*[w]float32)(b[taps[i].B/4:])
		p0, p1, p2, p3, p4, p5, p6, p7 := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
		for r := range m {
			x, y := (*[w]float32)(a[at+r*step:]), (*[w]float32)(c[r*w:])
			y[0] += x[0] * p0
			y[1] += x[1] * p1
			y[2] += x[2] * p2
			y[3] += x[3] * p3
			y[4] += x[4] * p4
			y[5] += x[5] * p5
			y[6] += x[6] * p6
			y[7] += x[7] * p7
		}
	}
	for j, v := range c[:m*w] {
		c[j] = clamp(v, lo, hi)
	}
}
