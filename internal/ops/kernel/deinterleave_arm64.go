//go:build !purego

package kernel

import "unsafe"

func (l ISA) deinterleavePairs(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	if l == NEON {
		deinterleavePairsNEON(&even[0], unsafe.SliceData(odd), ds, &src[0], ss, n, rows)
		return
	}
	deinterleavePairsGeneric(even, odd, ds, src, ss, n, rows)
}

func (l ISA) deinterleave(dst []float32, ds int, src []float32, ss, ways, n int) {
	if l == NEON {
		deinterleaveNEON(&dst[0], ds, &src[0], ss, ways, n)
		return
	}
	deinterleaveGeneric(dst, ds, src, ss, ways, n)
}

// deinterleaveFours returns false: there is no kernel for rows.
func (l ISA) deinterleaveFours([]float32, int, int, []float32, int, int, int, int, int) bool {
	return false
}
