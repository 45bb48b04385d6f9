package kernel

// depthwiseNCHWcScalar is depthwiseNCHWcGeneric for blocks of pure Go, three taps at a time.
func depthwiseNCHWcScalar(c, a []float32, step int, b []float32, taps []DepthwiseTap, m int, bias []float32, lo, hi float32) {
	const w = scalarBlock
	for r := range m {
		row := (*[w]float32)(c[r*w:])
		copy(row[:], bias)
		i := 0
		for ; i+3 <= len(taps); i += 3 {
			t, u, v := &taps[i], &taps[i+1], &taps[i+2]
			x, y, z := (*[w]float32)(a[t.A/4+r*step:]), (*[w]float32)(a[u.A/4+r*step:]), (*[w]float32)(a[v.A/4+r*step:])
			p, q, s := (*[w]float32)(b[t.B/4:]), (*[w]float32)(b[u.B/4:]), (*[w]float32)(b[v.B/4:])
			for j, sum := range row {
				sum += x[j] * p[j]
				sum += y[j] * q[j]
				row[j] = sum + z[j]*s[j]
			}
		}
		for _, t := range taps[i:] {
			x, p := (*[w]float32)(a[t.A/4+r*step:]), (*[w]float32)(b[t.B/4:])
			for j, v := range x {
				row[j] += v * p[j]
			}
		}
		for j, v := range row {
			row[j] = clamp(v, lo, hi)
		}
	}
}
