//go:build !purego

package kernel

func (l ISA) packNCHWc(dst, src []float32, cs, channels, n int) {
	if l == NEON {
		packNCHWcNEON(&dst[0], &src[0], cs, channels, n)
		return
	}
	packNCHWcGeneric(l.Block(), dst, src, cs, channels, n)
}

func (l ISA) packNCHWcPhases(dst, odd, src []float32, cs, channels, n int) {
	if l == NEON {
		packNCHWcPhasesNEON(&dst[0], &odd[0], &src[0], cs, channels, n)
		return
	}
	packNCHWcPhasesGeneric(l.Block(), dst, odd, src, cs, channels, n)
}

func (l ISA) unpackNCHWc(dst []float32, cs int, src []float32, channels, n int) {
	if l == NEON {
		unpackNCHWcNEON(&dst[0], cs, &src[0], channels, n)
		return
	}
	unpackNCHWcGeneric(l.Block(), dst, cs, src, channels, n)
}
