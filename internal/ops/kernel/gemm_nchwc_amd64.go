//go:build !purego

package kernel

func (l ISA) gemmNCHWc(c []float32, cs int, a []float32, as int, b, ahead []float32, k, m, vectors int, accumulate bool) {
	switch l {
	case AVX512:
		gemmNCHWcAVX512(&c[0], cs, &a[0], as, &b[0], &ahead[0], len(ahead), k, m, vectors, accumulate)
	case AVX2:
		gemmNCHWcAVX2(&c[0], cs, &a[0], as, &b[0], &ahead[0], len(ahead), k, m, vectors, accumulate)
	default:
		gemmNCHWcScalar(c, cs, a, as, b, k, m, vectors, accumulate)
	}
}
