//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) winogradExpand(dst []float32, df, ds int, src []float32, sf, ss int, g []float32, points, n int) {
	winogradExpandGeneric(l.Block(), dst, df, ds, src, sf, ss, g, points, n)
}
