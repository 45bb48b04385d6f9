//go:build !purego

package kernel

func (l ISA) winogradWeights(dst []float32, df int, src []float32, ss int, g []float64, r, points, n int) {
	switch {
	case l == AVX512 && r == 2:
		winogradWeights2AVX512(&dst[0], df, &src[0], ss, &g[0], points, n/8)
	case l == AVX512:
		winogradWeights3AVX512(&dst[0], df, &src[0], ss, &g[0], points, n/8)
	case l == AVX2 && r == 2:
		winogradWeights2AVX2(&dst[0], df, &src[0], ss, &g[0], points, n/4)
	case l == AVX2:
		winogradWeights3AVX2(&dst[0], df, &src[0], ss, &g[0], points, n/4)
	default:
		winogradWeightsGeneric(dst, df, src, ss, g, r, points, n)
	}
}
