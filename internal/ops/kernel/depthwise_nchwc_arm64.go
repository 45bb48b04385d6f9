//go:build !purego

package kernel

func (l ISA) depthwiseNCHWc(c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, _, m, rows int, bias []float32, lo, hi float32) {
	if l == NEON {
		depthwiseNCHWcNEON(&c[0], cs, &a[0], as, step, &b[0], &taps[0].A, len(taps), m, rows, &bias[0], lo, hi)
		return
	}
	depthwiseNCHWcScalar(c, cs, a, as, step, b, taps, m, rows, bias, lo, hi)
}
