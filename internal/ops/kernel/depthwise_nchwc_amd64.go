//go:build !purego

package kernel

func (l ISA) depthwiseNCHWc(c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, line, m, rows int, bias []float32, lo, hi float32) {
	switch {
	case l == AVX512 && line > 1 && step == l.Block():
		depthwiseLinesAVX512(&c[0], cs, &a[0], as, &b[0], &taps[0].A, len(taps)/line, line, m, rows, &bias[0], lo, hi)
	case l == AVX512:
		depthwiseNCHWcAVX512(&c[0], cs, &a[0], as, step, &b[0], &taps[0].A, len(taps), m, rows, &bias[0], lo, hi)
	case l == AVX2:
		depthwiseNCHWcAVX2(&c[0], cs, &a[0], as, step, &b[0], &taps[0].A, len(taps), m, rows, &bias[0], lo, hi)
	default:
		depthwiseNCHWcScalar(c, cs, a, as, step, b, taps, m, rows, bias, lo, hi)
	}
}
