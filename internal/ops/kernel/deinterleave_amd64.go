//go:build !purego

package kernel

import "unsafe"

func (l ISA) deinterleavePairs(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	switch l {
	case AVX512:
		deinterleavePairsAVX512(&even[0], unsafe.SliceData(odd), ds, &src[0], ss, n, rows)
	case AVX2:
		deinterleavePairsAVX2(&even[0], unsafe.SliceData(odd), ds, &src[0], ss, n, rows)
	default:
		deinterleavePairsGeneric(even, odd, ds, src, ss, n, rows)
	}
}

func (l ISA) deinterleave(dst []float32, ds int, src []float32, ss, ways, n int) {
	switch l {
	case AVX512:
		deinterleaveAVX512(&dst[0], ds, &src[0], ss, ways, n)
	case AVX2:
		deinterleaveAVX2(&dst[0], ds, &src[0], ss, ways, n)
	default:
		deinterleaveGeneric(dst, ds, src, ss, ways, n)
	}
}

// deinterleaveFours parts few ways four at a time, which is quicker up to as many as AVX2 has lanes, or returns false.
func (l ISA) deinterleaveFours(dst []float32, ds, dr int, src []float32, ss, sr, ways, n, rows int) bool {
	switch {
	case l == Generic || ways > 8:
		return false
	case l == AVX512:
		deinterleaveFoursAVX512(&dst[0], ds, dr, &src[0], ss, sr, ways, n, rows)
	default:
		deinterleaveFoursAVX2(&dst[0], ds, dr, &src[0], ss, sr, ways, n, rows)
	}
	return true
}
