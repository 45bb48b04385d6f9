//go:build !purego

package kernel

func (l ISA) depthwiseNCHWc(c, a []float32, step int, b []float32, taps []DepthwiseTap, _, m int, bias []float32, lo, hi float32) {
	if l == NEON {
		depthwiseNCHWcNEON(&c[0], &a[0], step, &b[0], &taps[0].A, len(taps), m, &bias[0], lo, hi)
		return
	}
	depthwiseNCHWcScalar(c, a, step, b, taps, m, bias, lo, hi)
}
