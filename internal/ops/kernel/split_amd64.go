//go:build !purego

package kernel

import "unsafe"

func (l Level) split(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	switch l {
	case AVX512:
		splitAVX512(&even[0], unsafe.SliceData(odd), ds, &src[0], ss, n, rows)
	case AVX2:
		splitAVX2(&even[0], unsafe.SliceData(odd), ds, &src[0], ss, n, rows)
	default:
		splitGeneric(even, odd, ds, src, ss, n, rows)
	}
}
