//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) depthwiseNCHWc(c, a []float32, step int, b []float32, taps []DepthwiseTap, _, m int, bias []float32, lo, hi float32) {
	depthwiseNCHWcScalar(c, a, step, b, taps, m, bias, lo, hi)
}
