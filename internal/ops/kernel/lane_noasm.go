//go:build !amd64 || purego

package kernel

func (l Level) laneTaps(c, a []float32, step int, b []float32, taps []LaneTap, m int, bias []float32, lo, hi float32) {
	laneGeneric(l.Block(), c, a, step, b, taps, m, bias, lo, hi)
}
