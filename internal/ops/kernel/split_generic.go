package kernel

// Split parts rows of n columns into the even and the odd ones, in one pass:
//
//	even[r*ds+j] = src[r*ss+2*j], odd[r*ds+j] = src[r*ss+2*j+1], r < rows
func (l Level) Split(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	if n <= 0 || rows <= 0 || len(even) < (rows-1)*ds+(n+1)/2 || n > 1 && len(odd) < (rows-1)*ds+n/2 || len(src) < (rows-1)*ss+n {
		panic("kernel: split: operand out of range")
	}
	l.split(even, odd, ds, src, ss, n, rows)
}

func splitGeneric(even, odd []float32, ds int, src []float32, ss, n, rows int) {
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
