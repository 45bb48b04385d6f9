package kernel

// GemmNCHWc multiplies channel-blocked operands:
//
//	c[v*cs + r*Block + j] (+)= sum over p < k of
//	    a[p/Block*as + r*Block + p%Block] * b[(p*vectors+v)*Block + j]
//
// for m rows r, 1 or 2 vectors v and j < Block. The sum
// is added to c if accumulate is set, else it replaces it. k is a multiple of
// 4 above zero: b is padded with zero rows, and a's padding must be finite.
//
// A tile of NCHWcRows rows takes time enough for other weights to arrive: 16 of
// ahead's elements for each p are asked for on the way, but not read, until
// there are no more; a tile of one row may ask for what follows in b instead.
func (l ISA) GemmNCHWc(c []float32, cs int, a []float32, as int, b, ahead []float32, k, m, vectors int, accumulate bool) {
	w := l.Block()
	if m <= 0 || vectors < 1 || vectors > 2 || k <= 0 || k%4 != 0 {
		panic("kernel: gemm NCHWc: tile out of range")
	}
	last := (k - 1) / w
	if len(c) < (vectors-1)*cs+m*w || len(a) < last*as+(m-1)*w+k-last*w || len(b) < k*vectors*w {
		panic("kernel: gemm NCHWc: short operand")
	}
	if len(ahead) == 0 {
		ahead = b
	}
	l.gemmNCHWc(c, cs, a, as, b, ahead, k, m, vectors, accumulate)
}

func gemmNCHWcGeneric(w int, c []float32, cs int, a []float32, as int, b []float32, k, m, vectors int, accumulate bool) {
	for v := range vectors {
		for r := range m {
			var acc [16]float32
			sum := acc[:w]
			for p := range k {
				x := a[p/w*as+r*w+p%w]
				for j, y := range b[(p*vectors+v)*w:][:len(sum)] {
					sum[j] += x * y
				}
			}
			row := c[v*cs+r*w:][:w]
			for j, s := range sum {
				if accumulate {
					s += row[j]
				}
				row[j] = s
			}
		}
	}
}
