//go:build (amd64 || arm64) && !purego

package kernel

// The tables of transforms are indexed by instruction set and by tile, 4, 6 or 8 points,
// those of outputs also by m.
type (
	winogradInputFunc   func(dst *float32, df int, src *float32, rs, cs, ts, n int)
	winogradOutputFunc  func(dst *float32, rs, cs, ts int, src *float32, sf int, post *float32, n int)
	winogradInLineFunc  func(dst *float32, df int, src *float32, cs, ts, n int)
	winogradOutLineFunc func(dst *float32, cs, ts int, src *float32, sf int, post *float32, n int)
)

func (l ISA) winogradInput(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	if l == Generic {
		winogradInputScalar(points, dst, df, src, rs, cs, ts, n)
		return
	}
	winogradInputFuncs[l][points/2-2](&dst[0], df, &src[0], rs, cs, ts, n)
}

func (l ISA) winogradOutput(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputScalar(points, m, dst, rs, cs, ts, src, sf, post, n)
		return
	}
	winogradOutputFuncs[l][points/2-2][m](&dst[0], rs, cs, ts, &src[0], sf, &post[0], n)
}

func (l ISA) winogradInputLine(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	if l == Generic {
		winogradInputLineScalar(points, dst, df, src, cs, ts, n)
		return
	}
	winogradInLineFuncs[l][points/2-2](&dst[0], df, &src[0], cs, ts, n)
}

func (l ISA) winogradOutputLine(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputLineScalar(points, m, dst, cs, ts, src, sf, post, n)
		return
	}
	winogradOutLineFuncs[l][points/2-2][m](&dst[0], cs, ts, &src[0], sf, &post[0], n)
}
