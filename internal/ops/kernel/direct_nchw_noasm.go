//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) directNCHW(t *PlaneTile, dst, src []float32, at int, w, bias []float32, times int) {
	directNCHWScalar(l, t, dst, src, at, w, bias, times)
}
