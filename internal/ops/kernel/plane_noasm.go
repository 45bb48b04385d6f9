//go:build !amd64 || purego

package kernel

func (l Level) planes(t *PlaneTile, dst, src []float32, at int, w, bias []float32) {
	planeGeneric(l, t, dst, src, at, w, bias)
}
