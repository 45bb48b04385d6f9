//go:build !purego

package kernel

func (l ISA) sample(dst, src []float32, at []int32, w []float32, n int) {
	switch l {
	case AVX512:
		sampleAVX512(&dst[0], &src[0], &at[0], &w[0], n)
	case AVX2:
		sampleAVX2(&dst[0], &src[0], &at[0], &w[0], n)
	default:
		sampleGeneric(l.Block(), dst, src, at, w, n)
	}
}
