//go:build !purego

package kernel

func (l ISA) scaleRows(dst, src, factors []float32, n int) {
	switch l {
	case AVX512:
		scaleRowsAVX512(&dst[0], &src[0], &factors[0], n, len(factors))
	case AVX2:
		scaleRowsAVX2(&dst[0], &src[0], &factors[0], n, len(factors))
	default:
		scaleRowsGeneric(dst, src, factors, n)
	}
}
