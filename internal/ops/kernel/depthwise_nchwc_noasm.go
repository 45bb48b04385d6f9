//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) depthwiseNCHWc(c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, _, m, rows int, bias []float32, lo, hi float32) {
	depthwiseNCHWcScalar(c, cs, a, as, step, b, taps, m, rows, bias, lo, hi)
}
