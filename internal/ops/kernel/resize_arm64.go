//go:build !purego

package kernel

func (l ISA) resize(dst, src []float32, r *ResizeRow, lo, hi float32) {
	if l == NEON {
		resizeFarNEON(&dst[0], &src[0], &r.words[0], len(dst), lo, hi)
		return
	}
	resizeGeneric(dst, src, r, lo, hi)
}
