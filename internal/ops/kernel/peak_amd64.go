//go:build !purego

package kernel

func (l ISA) peak(n int) {
	switch l {
	case AVX512:
		peakAVX512(n)
	case AVX2:
		peakAVX2(n)
	default:
		peakGeneric(n)
	}
}
