//go:build !purego

package kernel

import "unsafe"

func (l ISA) directNCHWc(c []float32, cs int, a []float32, at int, b, ahead []float32, taps []DirectTap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	switch l {
	case AVX512:
		directNCHWcAVX512(&c[0], cs, &a[0], at, &b[0], &ahead[0], len(ahead), &taps[0].A, len(taps), m, vectors, unsafe.SliceData(bias), lo, hi, accumulate)
	case AVX2:
		directNCHWcAVX2(&c[0], cs, &a[0], at, &b[0], &ahead[0], len(ahead), &taps[0].A, len(taps), m, vectors, unsafe.SliceData(bias), lo, hi, accumulate)
	default:
		directNCHWcScalar(c, cs, a, at, b, taps, m, vectors, bias, lo, hi, accumulate)
	}
}
