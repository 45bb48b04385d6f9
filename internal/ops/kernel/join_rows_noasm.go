//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) joinSum(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	joinSumGeneric(dst, ds, src, ss, offsets, n, rows)
}

func (l ISA) joinSquares(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	joinSquaresGeneric(dst, ds, src, ss, offsets, n, rows)
}

func (l ISA) joinLargest(dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int) {
	joinLargestGeneric(dst, ds, src, ss, offsets, n, rows)
}
