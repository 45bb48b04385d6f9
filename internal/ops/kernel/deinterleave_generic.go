package kernel

// DeinterleavePairs parts rows of n columns into the even and the odd ones, in one pass:
//
//	even[r*ds+j] = src[r*ss+2*j], odd[r*ds+j] = src[r*ss+2*j+1], r < rows
func (l ISA) DeinterleavePairs(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	if n <= 0 || rows <= 0 || len(even) < (rows-1)*ds+(n+1)/2 || n > 1 && len(odd) < (rows-1)*ds+n/2 || len(src) < (rows-1)*ss+n {
		panic("kernel: deinterleave pairs: operand out of range")
	}
	l.deinterleavePairs(even, odd, ds, src, ss, n, rows)
}

func deinterleavePairsGeneric(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	for r := range rows {
		for j, v := range src[r*ss:][:n] {
			if j%2 == 0 {
				even[r*ds+j/2] = v
			} else {
				odd[r*ds+j/2] = v
			}
		}
	}
}

// Deinterleave is DeinterleaveRows of one row.
func (l ISA) Deinterleave(dst []float32, ds int, src []float32, ss, ways, n int) {
	l.DeinterleaveRows(dst, ds, 0, src, ss, 0, ways, n, 1)
}

// DeinterleaveRows parts rows of n pixels, ss elements apart, into one row for each of the first ways elements of a pixel:
//
//	dst[q*dr+r*ds+j] = src[q*sr+j*ss+r], q < rows, r < ways, j < n
func (l ISA) DeinterleaveRows(dst []float32, ds, dr int, src []float32, ss, sr, ways, n, rows int) {
	if ways <= 0 || n <= 0 || rows <= 0 || len(dst) < (rows-1)*dr+(ways-1)*ds+n || len(src) < (rows-1)*sr+(n-1)*ss+ways {
		panic("kernel: deinterleave: operand out of range")
	}
	if l.deinterleaveFours(dst, ds, dr, src, ss, sr, ways, n, rows) {
		return
	}
	for q := range rows {
		to, from := dst[q*dr:], src[q*sr:]
		for r := 0; r < ways; r += l.Block() {
			l.deinterleave(to[r*ds:], ds, from[r:], ss, min(l.Block(), ways-r), n)
		}
	}
}

func deinterleaveGeneric(dst []float32, ds int, src []float32, ss, ways, n int) {
	for r := range ways {
		row := dst[r*ds:][:n]
		for j := range row {
			row[j] = src[j*ss+r]
		}
	}
}
