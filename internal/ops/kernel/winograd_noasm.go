//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) winogradInput(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	winogradInputScalar(points, dst, df, src, rs, cs, ts, n)
}

func (l ISA) winogradOutput(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	winogradOutputScalar(points, m, dst, rs, cs, ts, src, sf, post, n)
}

func (l ISA) winogradInputLine(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	winogradInputLineScalar(points, dst, df, src, cs, ts, n)
}

func (l ISA) winogradOutputLine(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	winogradOutputLineScalar(points, m, dst, cs, ts, src, sf, post, n)
}
