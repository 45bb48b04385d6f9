//go:build !purego

package kernel

func (l ISA) resize(dst, src []float32, r *ResizeRow, lo, hi float32) {
	switch {
	case l == Generic:
		resizeGeneric(dst, src, r, lo, hi)
	case l == AVX2:
		resizeFarAVX2(&dst[0], &src[0], &r.words[0], len(dst), lo, hi)
	case r.near:
		resizeNearAVX512(&dst[0], &src[0], &r.words[0], len(dst), lo, hi)
	default:
		resizeFarAVX512(&dst[0], &src[0], &r.words[0], len(dst), lo, hi)
	}
}
