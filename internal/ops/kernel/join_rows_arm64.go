//go:build !purego

package kernel

func (l ISA) joinSum(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	switch l {
	case NEON:
		joinRowsSumNEON(&dst[0], ds, &src[0], ss, &offsets[0], len(offsets), n, rows)
	default:
		joinSumGeneric(dst, ds, src, ss, offsets, n, rows)
	}
}

func (l ISA) joinSquares(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	switch l {
	case NEON:
		joinRowsSquaresNEON(&dst[0], ds, &src[0], ss, &offsets[0], len(offsets), n, rows)
	default:
		joinSquaresGeneric(dst, ds, src, ss, offsets, n, rows)
	}
}

func (l ISA) joinLargest(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	switch l {
	case NEON:
		joinRowsLargestNEON(&dst[0], ds, &src[0], ss, &offsets[0], len(offsets), n, rows)
	default:
		joinLargestGeneric(dst, ds, src, ss, offsets, n, rows)
	}
}
