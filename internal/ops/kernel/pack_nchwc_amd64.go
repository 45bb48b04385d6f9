//go:build !purego

package kernel

func (l ISA) packNCHWc(dst, src []float32, cs, channels, n int) {
	switch l {
	case AVX512:
		packNCHWcAVX512(&dst[0], &src[0], cs, channels, n)
	case AVX2:
		packNCHWcAVX2(&dst[0], &src[0], cs, channels, n)
	default:
		packNCHWcGeneric(l.Block(), dst, src, cs, channels, n)
	}
}

func (l ISA) packNCHWcPhases(dst, odd, src []float32, cs, channels, n int) {
	switch l {
	case AVX512:
		packNCHWcPhasesAVX512(&dst[0], &odd[0], &src[0], cs, channels, n)
	case AVX2:
		packNCHWcPhasesAVX2(&dst[0], &odd[0], &src[0], cs, channels, n)
	default:
		packNCHWcPhasesGeneric(l.Block(), dst, odd, src, cs, channels, n)
	}
}

func (l ISA) unpackNCHWc(dst []float32, cs int, src []float32, channels, n int) {
	switch l {
	case AVX512:
		unpackNCHWcAVX512(&dst[0], cs, &src[0], channels, n)
	case AVX2:
		unpackNCHWcAVX2(&dst[0], cs, &src[0], channels, n)
	default:
		unpackNCHWcGeneric(l.Block(), dst, cs, src, channels, n)
	}
}
