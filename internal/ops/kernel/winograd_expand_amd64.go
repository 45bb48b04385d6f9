//go:build !purego

package kernel

func (l ISA) winogradExpand(dst []float32, df, ds int, src []float32, sf, ss int, g []float32, points, n int) {
	switch l {
	case AVX512:
		winogradExpandAVX512(&dst[0], df, ds, &src[0], sf, ss, &g[0], points, n)
	case AVX2:
		winogradExpandAVX2(&dst[0], df, ds, &src[0], sf, ss, &g[0], points, n)
	default:
		winogradExpandGeneric(l.Block(), dst, df, ds, src, sf, ss, g, points, n)
	}
}
