//go:build !purego

package kernel

func (l ISA) sample(dst, src []float32, at []int32, w []float32, n int) {
	if l == NEON {
		sampleNEON(&dst[0], &src[0], &at[0], &w[0], n)
		return
	}
	sampleGeneric(l.Block(), dst, src, at, w, n)
}
