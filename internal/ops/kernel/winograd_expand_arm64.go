//go:build !purego

package kernel

func (l ISA) winogradExpand(dst []float32, df, ds int, src []float32, sf, ss int, g []float32, points, n int) {
	if l == NEON {
		winogradExpandNEON(&dst[0], df, ds, &src[0], sf, ss, &g[0], points, n)
		return
	}
	winogradExpandGeneric(l.Block(), dst, df, ds, src, sf, ss, g, points, n)
}
