package kernel

// StridedCopy copies every step-th element of rows of n columns:
//
//	dst[r*ds+j] = src[r*ss+j*step], r < rows, j < n
//
// Rows are many and short: panels of im2col. No hardware foresees the next
// ones, so the elements that stand ahead of these in src, which need not exist,
// are asked for in time.
func (l ISA) StridedCopy(dst []float32, ds int, src []float32, ss, step, n, rows, ahead int) {
	if n <= 0 || rows <= 0 || step <= 0 || len(dst) < (rows-1)*ds+n || len(src) < (rows-1)*ss+(n-1)*step+1 {
		panic("kernel: strided copy: operand out of range")
	}
	l.stridedCopy(dst, ds, src, ss, step, n, rows, ahead)
}

func stridedCopyGeneric(dst []float32, ds int, src []float32, ss, step, n, rows int) {
	for r := range rows {
		to, from := dst[r*ds:][:n], src[r*ss:]
		if step == 1 {
			copy(to, from)
			continue
		}
		for j := range to {
			to[j] = from[j*step]
		}
	}
}
