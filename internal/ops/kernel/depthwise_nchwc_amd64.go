//go:build !purego

package kernel

func (l ISA) depthwiseNCHWc(c, a []float32, step int, b []float32, taps []DepthwiseTap, line, m int, bias []float32, lo, hi float32) {
	switch {
	case l == AVX512 && line > 1 && step == l.Block():
		depthwiseLinesAVX512(&c[0], &a[0], &b[0], &taps[0].A, len(taps)/line, line, m, &bias[0], lo, hi)
	case l == AVX512:
		depthwiseNCHWcAVX512(&c[0], &a[0], step, &b[0], &taps[0].A, len(taps), m, &bias[0], lo, hi)
	case l == AVX2:
		depthwiseNCHWcAVX2(&c[0], &a[0], step, &b[0], &taps[0].A, len(taps), m, &bias[0], lo, hi)
	default:
		depthwiseNCHWcScalar(c, a, step, b, taps, m, bias, lo, hi)
	}
}
