//go:build !purego

package kernel

func (l Level) laneTaps(c, a []float32, step int, b []float32, taps []LaneTap, m int, bias []float32, lo, hi float32) {
	switch l {
	case AVX512:
		laneAVX512(&c[0], &a[0], step, &b[0], &taps[0].A, len(taps), m, &bias[0], lo, hi)
	case AVX2:
		laneAVX2(&c[0], &a[0], step, &b[0], &taps[0].A, len(taps), m, &bias[0], lo, hi)
	default:
		laneGeneric(l.Block(), c, a, step, b, taps, m, bias, lo, hi)
	}
}
