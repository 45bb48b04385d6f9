//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) deinterleavePairs(even, odd []float32, ds int, src []float32, ss, n, rows int) {
	deinterleavePairsScalar(even, odd, ds, src, ss, n, rows)
}

func (l ISA) deinterleave(dst []float32, ds int, src []float32, ss, ways, n int) {
	deinterleaveScalar(dst, ds, src, ss, ways, n)
}

// deinterleaveFours returns false: there is no kernel for rows.
func (l ISA) deinterleaveFours([]float32, int, int, []float32, int, int, int, int, int) bool {
	return false
}
