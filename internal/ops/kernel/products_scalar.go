package kernel

import "math"

// Pure Go computes products as assembly does: sums stay in registers. Two rows by four columns are what the 16 registers of
// most machines hold beside their operands; the compiler keeps them there if distances between operands are constants, so
// that the usual ones have loops of their own and others are left to the twins. It fuses a product and a sum where the
// target has an instruction for it (arm64, riscv64, ppc64le, s390x, loong64, and amd64 from GOAMD64=v3 on).

// scalarBlock is the Block of pure Go.
const scalarBlock = 8

// gemmScalar is gemmGeneric with the tile of pure Go.
func gemmScalar(c []float32, ldc int, a, b []float32, ldb, k, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	const rows, cols = gemmGenericRows, gemmGenericCols
	if ldb != cols || n < 4 || k == 0 {
		gemmGeneric(rows, c, ldc, a, b, ldb, k, m, n, bias, lo, hi, accumulate)
		return
	}
	limited := limits(lo, hi)
	for i := 0; i < m; i += 2 {
		s, t := pairBias(bias, i)
		for done := 0; done < n; done += 4 {
			j := min(done, n-4) // the last four columns: some of them may be done
			s0, s1, s2, s3, t0, t1, t2, t3 := gemmPair(s, t, a[i:], b[j:], k)
			first := (*[4]float32)(c[i*ldc+j:])
			second := first // the same if there is none
			if i+1 < m {
				second = (*[4]float32)(c[(i+1)*ldc+j:])
			}
			if accumulate {
				accumulatePair(first, second, s0, s1, s2, s3, t0, t1, t2, t3, done-j, lo, hi)
				continue
			}
			storePair(first, second, s0, s1, s2, s3, t0, t1, t2, t3, lo, hi, limited)
		}
	}
}

// pairBias is the bias of two rows of a panel, or zero.
func pairBias(bias []float32, i int) (s, t float32) {
	if bias == nil {
		return 0, 0
	}
	return bias[i], bias[i+1]
}

// storePair stores four sums of each of two rows; those of the first last, where there is no second and it stands in its place.
func storePair(first, second *[4]float32, s0, s1, s2, s3, t0, t1, t2, t3, lo, hi float32, limited bool) {
	if limited {
		s0, s1, s2, s3 = clamp(s0, lo, hi), clamp(s1, lo, hi), clamp(s2, lo, hi), clamp(s3, lo, hi)
		t0, t1, t2, t3 = clamp(t0, lo, hi), clamp(t1, lo, hi), clamp(t2, lo, hi), clamp(t3, lo, hi)
	}
	second[0], second[1], second[2], second[3] = t0, t1, t2, t3
	first[0], first[1], first[2], first[3] = s0, s1, s2, s3
}

// accumulatePair adds them to what the rows hold, from the first column on that is not done.
func accumulatePair(first, second *[4]float32, s0, s1, s2, s3, t0, t1, t2, t3 float32, done int, lo, hi float32) {
	for q, v := range [4]float32{s0, s1, s2, s3} {
		if q >= done {
			first[q] = clamp(first[q]+v, lo, hi)
		}
	}
	if first == second {
		return
	}
	for q, v := range [4]float32{t0, t1, t2, t3} {
		if q >= done {
			second[q] = clamp(second[q]+v, lo, hi)
		}
	}
}

// gemmPair adds the products of two rows of a panel and four columns of b to s and t.
func gemmPair(s, t float32, a, b []float32, k int) (s0, s1, s2, s3, t0, t1, t2, t3 float32) {
	const rows, cols = gemmGenericRows, gemmGenericCols
	s0, s1, s2, s3, t0, t1, t2, t3 = s, s, s, s, t, t, t, t
	p := 0
	for ; p+4 <= k; p += 4 {
		w, x := (*[3*rows + 2]float32)(a[p*rows:]), (*[3*cols + 4]float32)(b[p*cols:])
		u, v := w[0], w[1]
		s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
		t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
		u, v = w[rows], w[rows+1]
		s0, s1, s2, s3 = s0+u*x[cols], s1+u*x[cols+1], s2+u*x[cols+2], s3+u*x[cols+3]
		t0, t1, t2, t3 = t0+v*x[cols], t1+v*x[cols+1], t2+v*x[cols+2], t3+v*x[cols+3]
		u, v = w[2*rows], w[2*rows+1]
		s0, s1, s2, s3 = s0+u*x[2*cols], s1+u*x[2*cols+1], s2+u*x[2*cols+2], s3+u*x[2*cols+3]
		t0, t1, t2, t3 = t0+v*x[2*cols], t1+v*x[2*cols+1], t2+v*x[2*cols+2], t3+v*x[2*cols+3]
		u, v = w[3*rows], w[3*rows+1]
		s0, s1, s2, s3 = s0+u*x[3*cols], s1+u*x[3*cols+1], s2+u*x[3*cols+2], s3+u*x[3*cols+3]
		t0, t1, t2, t3 = t0+v*x[3*cols], t1+v*x[3*cols+1], t2+v*x[3*cols+2], t3+v*x[3*cols+3]
	}
	for ; p < k; p++ {
		w, x := (*[2]float32)(a[p*rows:]), (*[4]float32)(b[p*cols:])
		u, v := w[0], w[1]
		s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
		t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
	}
	return s0, s1, s2, s3, t0, t1, t2, t3
}

// indirectGemmScalar is indirectGemmGeneric with the tile of pure Go.
func indirectGemmScalar(c []float32, ldc int, a, b []float32, rows []int, m, n int, bias []float32, lo, hi float32, accumulate bool) {
	if n < 4 {
		indirectGemmGeneric(gemmGenericRows, c, ldc, a, b, rows, m, n, bias, lo, hi, accumulate)
		return
	}
	limited := limits(lo, hi)
	for i := 0; i < m; i += 2 {
		s, t := pairBias(bias, i)
		for done := 0; done < n; done += 4 {
			j := min(done, n-4) // as in gemmScalar
			s0, s1, s2, s3, t0, t1, t2, t3 := indirectPair(s, t, a[i:], b[j:], rows)
			first := (*[4]float32)(c[i*ldc+j:])
			second := first // the same if there is none
			if i+1 < m {
				second = (*[4]float32)(c[(i+1)*ldc+j:])
			}
			if accumulate {
				accumulatePair(first, second, s0, s1, s2, s3, t0, t1, t2, t3, done-j, lo, hi)
				continue
			}
			storePair(first, second, s0, s1, s2, s3, t0, t1, t2, t3, lo, hi, limited)
		}
	}
}

// indirectPair adds the products of two rows of a panel and four columns of rows of b to s and t.
func indirectPair(s, t float32, a, b []float32, rows []int) (s0, s1, s2, s3, t0, t1, t2, t3 float32) {
	const r = gemmGenericRows
	s0, s1, s2, s3, t0, t1, t2, t3 = s, s, s, s, t, t, t, t
	p := 0
	for ; p+4 <= len(rows); p += 4 {
		at, w := (*[4]int)(rows[p:]), (*[3*r + 2]float32)(a[p*r:])
		x, y := (*[4]float32)(b[uint(at[0])/4:]), (*[4]float32)(b[uint(at[1])/4:])
		z, q := (*[4]float32)(b[uint(at[2])/4:]), (*[4]float32)(b[uint(at[3])/4:])
		u, v := w[0], w[1]
		s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
		t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
		u, v = w[r], w[r+1]
		s0, s1, s2, s3 = s0+u*y[0], s1+u*y[1], s2+u*y[2], s3+u*y[3]
		t0, t1, t2, t3 = t0+v*y[0], t1+v*y[1], t2+v*y[2], t3+v*y[3]
		u, v = w[2*r], w[2*r+1]
		s0, s1, s2, s3 = s0+u*z[0], s1+u*z[1], s2+u*z[2], s3+u*z[3]
		t0, t1, t2, t3 = t0+v*z[0], t1+v*z[1], t2+v*z[2], t3+v*z[3]
		u, v = w[3*r], w[3*r+1]
		s0, s1, s2, s3 = s0+u*q[0], s1+u*q[1], s2+u*q[2], s3+u*q[3]
		t0, t1, t2, t3 = t0+v*q[0], t1+v*q[1], t2+v*q[2], t3+v*q[3]
	}
	for ; p < len(rows); p++ {
		w, x := (*[2]float32)(a[p*r:]), (*[4]float32)(b[uint(rows[p])/4:])
		u, v := w[0], w[1]
		s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
		t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
	}
	return s0, s1, s2, s3, t0, t1, t2, t3
}

// gemmNCHWcScalar is gemmNCHWcGeneric for blocks of pure Go: a matrix is a list of blocks like any other.
func gemmNCHWcScalar(c []float32, cs int, a []float32, as int, b []float32, k, m, vectors int, accumulate bool) {
	var list [64]DirectTap
	row := vectors * scalarBlock
	for from := 0; from < k; from += len(list) * scalarBlock {
		to := min(k, from+len(list)*scalarBlock)
		taps := list[:(to-from+scalarBlock-1)/scalarBlock]
		for i := range taps {
			p := from + i*scalarBlock
			taps[i] = DirectTap{A: 4 * p / scalarBlock * as, B: 4 * p * row, Depth: min(scalarBlock, to-p)}
		}
		directNCHWcScalar(c, cs, a, 0, b, taps, m, vectors, nil, float32(math.Inf(-1)), float32(math.Inf(1)), accumulate || from > 0)
	}
}

// directNCHWcScalar is directNCHWcGeneric for blocks of pure Go.
func directNCHWcScalar(c []float32, cs int, a []float32, at int, b []float32, taps []DirectTap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	const w = scalarBlock
	limited := limits(lo, hi)
	for r := 0; r < m; r += 2 {
		first := at + r*w
		second := min(first+w, at+(m-1)*w) // the same if there is none
		for j := 0; j < vectors*w; j += 4 {
			var q [4]float32
			if bias != nil {
				q = [4]float32(bias[j:])
			}
			var s0, s1, s2, s3, t0, t1, t2, t3 float32
			if vectors == 2 {
				s0, s1, s2, s3, t0, t1, t2, t3 = blockPair(&q, a, first, second, b, j, taps)
			} else {
				s0, s1, s2, s3, t0, t1, t2, t3 = blockPairOfOne(&q, a, first, second, b, j, taps)
			}
			to := c[j/w*cs+r*w+j%w:]
			above, below := (*[4]float32)(to), (*[4]float32)(to[(second-first):])
			if accumulate {
				accumulatePair(above, below, s0, s1, s2, s3, t0, t1, t2, t3, 0, lo, hi)
				continue
			}
			storePair(above, below, s0, s1, s2, s3, t0, t1, t2, t3, lo, hi, limited)
		}
	}
}

// blockPair adds the products of two rows of blocks of a and four columns of two vectors of b to the bias.
func blockPair(bias *[4]float32, a []float32, first, second int, b []float32, column int, taps []DirectTap) (s0, s1, s2, s3, t0, t1, t2, t3 float32) {
	const row = 2 * scalarBlock
	s0, s1, s2, s3 = bias[0], bias[1], bias[2], bias[3]
	t0, t1, t2, t3 = s0, s1, s2, s3
	for i := range taps {
		at := taps[i].A >> 2
		from := taps[i].B>>2 + column
		if taps[i].Depth != scalarBlock {
			f, g, x := (*[4]float32)(a[first+at:]), (*[4]float32)(a[second+at:]), (*[3*row + 4]float32)(b[from:])
			for p := range f {
				u, v := f[p], g[p]
				x := (*[4]float32)(x[p*row:])
				s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
				t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
			}
			continue
		}
		f, g, x := (*[8]float32)(a[first+at:]), (*[8]float32)(a[second+at:]), (*[7*row + 4]float32)(b[from:])
		u, v := f[0], g[0]
		s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
		t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
		u, v = f[1], g[1]
		s0, s1, s2, s3 = s0+u*x[row], s1+u*x[row+1], s2+u*x[row+2], s3+u*x[row+3]
		t0, t1, t2, t3 = t0+v*x[row], t1+v*x[row+1], t2+v*x[row+2], t3+v*x[row+3]
		u, v = f[2], g[2]
		s0, s1, s2, s3 = s0+u*x[2*row], s1+u*x[2*row+1], s2+u*x[2*row+2], s3+u*x[2*row+3]
		t0, t1, t2, t3 = t0+v*x[2*row], t1+v*x[2*row+1], t2+v*x[2*row+2], t3+v*x[2*row+3]
		u, v = f[3], g[3]
		s0, s1, s2, s3 = s0+u*x[3*row], s1+u*x[3*row+1], s2+u*x[3*row+2], s3+u*x[3*row+3]
		t0, t1, t2, t3 = t0+v*x[3*row], t1+v*x[3*row+1], t2+v*x[3*row+2], t3+v*x[3*row+3]
		u, v = f[4], g[4]
		s0, s1, s2, s3 = s0+u*x[4*row], s1+u*x[4*row+1], s2+u*x[4*row+2], s3+u*x[4*row+3]
		t0, t1, t2, t3 = t0+v*x[4*row], t1+v*x[4*row+1], t2+v*x[4*row+2], t3+v*x[4*row+3]
		u, v = f[5], g[5]
		s0, s1, s2, s3 = s0+u*x[5*row], s1+u*x[5*row+1], s2+u*x[5*row+2], s3+u*x[5*row+3]
		t0, t1, t2, t3 = t0+v*x[5*row], t1+v*x[5*row+1], t2+v*x[5*row+2], t3+v*x[5*row+3]
		u, v = f[6], g[6]
		s0, s1, s2, s3 = s0+u*x[6*row], s1+u*x[6*row+1], s2+u*x[6*row+2], s3+u*x[6*row+3]
		t0, t1, t2, t3 = t0+v*x[6*row], t1+v*x[6*row+1], t2+v*x[6*row+2], t3+v*x[6*row+3]
		u, v = f[7], g[7]
		s0, s1, s2, s3 = s0+u*x[7*row], s1+u*x[7*row+1], s2+u*x[7*row+2], s3+u*x[7*row+3]
		t0, t1, t2, t3 = t0+v*x[7*row], t1+v*x[7*row+1], t2+v*x[7*row+2], t3+v*x[7*row+3]
	}
	return s0, s1, s2, s3, t0, t1, t2, t3
}

// blockPairOfOne is blockPair for one vector of b, which few panels have: its loop is short.
func blockPairOfOne(bias *[4]float32, a []float32, first, second int, b []float32, column int, taps []DirectTap) (s0, s1, s2, s3, t0, t1, t2, t3 float32) {
	const row = scalarBlock
	s0, s1, s2, s3 = bias[0], bias[1], bias[2], bias[3]
	t0, t1, t2, t3 = s0, s1, s2, s3
	for i := range taps {
		at, from, depth := taps[i].A>>2, taps[i].B>>2+column, taps[i].Depth
		for p := 0; p < depth; p += 2 {
			f, g, x := (*[2]float32)(a[first+at+p:]), (*[2]float32)(a[second+at+p:]), (*[row + 4]float32)(b[from+p*row:])
			u, v := f[0], g[0]
			s0, s1, s2, s3 = s0+u*x[0], s1+u*x[1], s2+u*x[2], s3+u*x[3]
			t0, t1, t2, t3 = t0+v*x[0], t1+v*x[1], t2+v*x[2], t3+v*x[3]
			u, v = f[1], g[1]
			s0, s1, s2, s3 = s0+u*x[row], s1+u*x[row+1], s2+u*x[row+2], s3+u*x[row+3]
			t0, t1, t2, t3 = t0+v*x[row], t1+v*x[row+1], t2+v*x[row+2], t3+v*x[row+3]
		}
	}
	return s0, s1, s2, s3, t0, t1, t2, t3
}
