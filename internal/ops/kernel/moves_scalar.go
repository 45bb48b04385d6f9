package kernel

// Pure Go moves elements between planes and blocks four planes at a time: their places stay in registers, and the compiler
// checks bounds once for four elements.

// packNCHWcScalar is packNCHWcGeneric for blocks of pure Go.
func packNCHWcScalar(dst, src []float32, cs, channels, n int) {
	const w = scalarBlock
	if channels < w {
		clear(dst[:n*w])
	}
	c := 0
	for ; c+4 <= channels; c += 4 {
		p0, p1, p2, p3 := fourRows(src[c*cs:], cs, n)
		for j, v := range p0 {
			to := (*[4]float32)(dst[j*w+c:])
			to[0], to[1], to[2], to[3] = v, p1[j], p2[j], p3[j]
		}
	}
	for ; c < channels; c++ {
		at := c
		for _, v := range src[c*cs:][:n] {
			dst[at] = v
			at += w
		}
	}
}

// fourRows are the first n elements of four rows that are step apart.
func fourRows(x []float32, step, n int) (a, b, c, d []float32) {
	a = x[:n]
	return a, x[step:][:len(a)], x[2*step:][:len(a)], x[3*step:][:len(a)]
}

// packNCHWcPhasesScalar is packNCHWcPhasesGeneric for blocks of pure Go.
func packNCHWcPhasesScalar(dst, odd, src []float32, cs, channels, n int) {
	const w = scalarBlock
	if channels < w {
		clear(dst[:(n+1)/2*w])
		clear(odd[:n/2*w])
	}
	c := 0
	for ; c+4 <= channels; c += 4 {
		p0, p1, p2, p3 := fourRows(src[c*cs:], cs, n)
		at := c
		for j := 1; j < len(p0); j += 2 {
			to, next := (*[4]float32)(dst[at:]), (*[4]float32)(odd[at:])
			to[0], to[1], to[2], to[3] = p0[j-1], p1[j-1], p2[j-1], p3[j-1]
			next[0], next[1], next[2], next[3] = p0[j], p1[j], p2[j], p3[j]
			at += w
		}
		if j := n - 1; n%2 > 0 {
			dst[at], dst[at+1], dst[at+2], dst[at+3] = p0[j], p1[j], p2[j], p3[j]
		}
	}
	to := [2][]float32{dst, odd}
	for ; c < channels; c++ {
		for j, v := range src[c*cs:][:n] {
			to[j%2][j/2*w+c] = v
		}
	}
}

// unpackNCHWcScalar is unpackNCHWcGeneric for blocks of pure Go.
func unpackNCHWcScalar(dst []float32, cs int, src []float32, channels, n int) {
	deinterleaveScalar(dst, cs, src, scalarBlock, channels, n)
}

// deinterleaveScalar is deinterleaveGeneric.
func deinterleaveScalar(dst []float32, ds int, src []float32, ss, ways, n int) {
	r := 0
	for ; r+4 <= ways; r += 4 {
		p0, p1, p2, p3 := fourRows(dst[r*ds:], ds, n)
		at := r
		for j := range p0 {
			v := (*[4]float32)(src[at:])
			p0[j], p1[j], p2[j], p3[j] = v[0], v[1], v[2], v[3]
			at += ss
		}
	}
	for ; r < ways; r++ {
		row, at := dst[r*ds:][:n], r
		for j := range row {
			row[j] = src[at]
			at += ss
		}
	}
}

// deinterleavePairsScalar is deinterleavePairsGeneric.
func deinterleavePairsScalar(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	for r := range rows {
		x, to, next := src[r*ss:][:n], even[r*ds:][:(n+1)/2], odd[min(len(odd), r*ds):]
		next = next[:n/2]
		for j := range next {
			v := (*[2]float32)(x[2*j:])
			to[j], next[j] = v[0], v[1]
		}
		if n%2 > 0 {
			to[n/2] = x[n-1]
		}
	}
}

// interleaveScalar is interleaveGeneric: two or four rows at a time where they are as many.
func interleaveScalar(dst []float32, ds int, src [][]float32, ss []int, n, rows int) {
	if len(src) != 2 && len(src) != 4 {
		interleaveGeneric(dst, ds, src, ss, n, rows)
		return
	}
	for y := range rows {
		var at [4]int
		for r := range src {
			if y > 0 {
				at[r] = y * ss[r]
			}
		}
		to := dst[y*ds:]
		p0, p1 := src[0][at[0]:][:n], src[1][at[1]:][:n]
		if len(src) == 2 {
			for j, v := range p0 {
				q := (*[2]float32)(to[2*j:])
				q[0], q[1] = v, p1[j]
			}
			continue
		}
		p2, p3 := src[2][at[2]:][:n], src[3][at[3]:][:n]
		for j, v := range p0 {
			q := (*[4]float32)(to[4*j:])
			q[0], q[1], q[2], q[3] = v, p1[j], p2[j], p3[j]
		}
	}
}

// stridedCopyScalar is stridedCopyGeneric: rows of panels are moved whole.
func stridedCopyScalar(dst []float32, ds int, src []float32, ss, step, n, rows int) {
	if step != 1 || n != gemmGenericCols {
		stridedCopyGeneric(dst, ds, src, ss, step, n, rows)
		return
	}
	for r := range rows {
		*(*[gemmGenericCols]float32)(dst[r*ds:]) = *(*[gemmGenericCols]float32)(src[r*ss:])
	}
}

// sampleScalar is sampleGeneric for blocks of pure Go.
func sampleScalar(dst, src []float32, at []int32, w []float32, n int) {
	const b = scalarBlock
	for j := range n {
		from, by := (*[4]int32)(at[4*j:]), (*[4]float32)(w[4*j:])
		p, q := (*[b]float32)(src[from[0]:]), (*[b]float32)(src[from[1]:])
		r, s := (*[b]float32)(src[from[2]:]), (*[b]float32)(src[from[3]:])
		w0, w1, w2, w3 := by[0], by[1], by[2], by[3]
		out := (*[b]float32)(dst[j*b:])
		for c := range out {
			out[c] = w0*p[c] + w2*r[c] + (w1*q[c] + w3*s[c])
		}
	}
}
