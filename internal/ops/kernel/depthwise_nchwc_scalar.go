package kernel

// depthwiseNCHWcScalar is depthwiseNCHWcGeneric for blocks of pure Go, row by row.
func depthwiseNCHWcScalar(c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, m, rows int, bias []float32, lo, hi float32) {
	for y := range rows {
		depthwiseRowScalar(c[y*cs:], a[y*as:], step, b, taps, m, bias, lo, hi)
	}
}

// depthwiseRowScalar computes a row channel by channel, with several taps in a pass over
// all rows, whose weights stay in registers. Taps of neighbouring pixels are a line, and lines of three are added three at a
// time.
func depthwiseRowScalar(c, a []float32, step int, b []float32, taps []DepthwiseTap, m int, bias []float32, lo, hi float32) {
	const w = scalarBlock
	c = c[:m*w]
	for r := 0; r < len(c); r += w {
		*(*[w]float32)(c[r:]) = *(*[w]float32)(bias)
	}
	for len(taps) > 0 {
		n := blockLine(taps)
		switch {
		case n == 3 && len(taps) >= 9 && blockLine(taps[3:]) == 3 && blockLine(taps[6:]) == 3:
			n = 9
			blockNine(c, a, step, b, (*[9]DepthwiseTap)(taps), m)
		case n == 3:
			blockThree(c, a, step, b, taps[0], m)
		case n == 5:
			blockFive(c, a, step, b, taps[0], m)
		case n == 7:
			blockSeven(c, a, step, b, taps[0], m)
		default:
			blockOne(c, a, step, b, taps[0], m)
		}
		taps = taps[n:]
	}
	clampAll(c, lo, hi)
}

// blockLine is how many of the first taps make a line: 7, 5 or 3 that meet neighbouring pixels and whose weights follow each
// other, or 1.
func blockLine(taps []DepthwiseTap) int {
	const bytes = 4 * scalarBlock
	n := 1
	for n < 7 && n < len(taps) && taps[n].A == taps[n-1].A+bytes && taps[n].B == taps[n-1].B+bytes {
		n++
	}
	return n - (n+1)%2
}

// blockSource is what n neighbouring taps meet, for m rows.
func blockSource(a []float32, t DepthwiseTap, step, m, n int) []float32 {
	return a[t.A/4:][:(m-1)*step+n*scalarBlock]
}

func blockOne(c, a []float32, step int, b []float32, t DepthwiseTap, m int) {
	const w = scalarBlock
	x, p := blockSource(a, t, step, m, 1), (*[w]float32)(b[t.B/4:])
	p0, p1, p2, p3, p4, p5, p6, p7 := p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]
	for r := range m {
		x, y := (*[w]float32)(x[r*step:]), (*[w]float32)(c[r*w:])
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

func blockThree(c, a []float32, step int, b []float32, t DepthwiseTap, m int) {
	const w = scalarBlock
	x, p := blockSource(a, t, step, m, 3), (*[3 * w]float32)(b[t.B/4:])
	for j := range w {
		p0, p1, p2 := p[j], p[w+j], p[2*w+j]
		i := j
		for k := j; k < len(c); k += w {
			v := (*[2*w + 1]float32)(x[i:])
			s := c[k]
			s += p0 * v[0]
			s += p1 * v[w]
			c[k] = s + p2*v[2*w]
			i += step
		}
	}
}

func blockFive(c, a []float32, step int, b []float32, t DepthwiseTap, m int) {
	const w = scalarBlock
	x, p := blockSource(a, t, step, m, 5), (*[5 * w]float32)(b[t.B/4:])
	for j := range w {
		p0, p1, p2, p3, p4 := p[j], p[w+j], p[2*w+j], p[3*w+j], p[4*w+j]
		i := j
		for k := j; k < len(c); k += w {
			v := (*[4*w + 1]float32)(x[i:])
			s := c[k]
			s += p0 * v[0]
			s += p1 * v[w]
			s += p2 * v[2*w]
			s += p3 * v[3*w]
			c[k] = s + p4*v[4*w]
			i += step
		}
	}
}

func blockSeven(c, a []float32, step int, b []float32, t DepthwiseTap, m int) {
	const w = scalarBlock
	x, p := blockSource(a, t, step, m, 7), (*[7 * w]float32)(b[t.B/4:])
	for j := range w {
		p0, p1, p2, p3, p4, p5, p6 := p[j], p[w+j], p[2*w+j], p[3*w+j], p[4*w+j], p[5*w+j], p[6*w+j]
		i := j
		for k := j; k < len(c); k += w {
			v := (*[6*w + 1]float32)(x[i:])
			s := c[k]
			s += p0 * v[0]
			s += p1 * v[w]
			s += p2 * v[2*w]
			s += p3 * v[3*w]
			s += p4 * v[4*w]
			s += p5 * v[5*w]
			c[k] = s + p6*v[6*w]
			i += step
		}
	}
}

// blockNine adds three lines of three.
func blockNine(c, a []float32, step int, b []float32, t *[9]DepthwiseTap, m int) {
	const w = scalarBlock
	x, y, z := blockSource(a, t[0], step, m, 3), blockSource(a, t[3], step, m, 3), blockSource(a, t[6], step, m, 3)
	y, z = y[:len(x)], z[:len(x)]
	p, q, r := (*[3 * w]float32)(b[t[0].B/4:]), (*[3 * w]float32)(b[t[3].B/4:]), (*[3 * w]float32)(b[t[6].B/4:])
	for j := range w {
		p0, p1, p2 := p[j], p[w+j], p[2*w+j]
		q0, q1, q2 := q[j], q[w+j], q[2*w+j]
		r0, r1, r2 := r[j], r[w+j], r[2*w+j]
		i := 2*w + j
		for k := j; k < len(c); k += w {
			if i < 2*w || uint(i) >= uint(len(x)) {
				break // never: what the compiler needs to know
			}
			s := c[k]
			s += p0 * x[i-2*w]
			s += p1 * x[i-w]
			s += p2 * x[i]
			s += q0 * y[i-2*w]
			s += q1 * y[i-w]
			s += q2 * y[i]
			s += r0 * z[i-2*w]
			s += r1 * z[i-w]
			c[k] = s + r2*z[i]
			i += step
		}
	}
}
