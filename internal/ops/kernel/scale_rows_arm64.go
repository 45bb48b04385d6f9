//go:build !purego

package kernel

func (l ISA) scaleRows(dst, src, factors []float32, n int) {
	if l == NEON {
		scaleRowsNEON(&dst[0], &src[0], &factors[0], n, len(factors))
		return
	}
	scaleRowsGeneric(dst, src, factors, n)
}
