//go:build !purego

package kernel

func (l Level) blockPack(dst, src []float32, cs, channels, n int) {
	switch l {
	case AVX512:
		blockPackAVX512(&dst[0], &src[0], cs, channels, n)
	case AVX2:
		blockPackAVX2(&dst[0], &src[0], cs, channels, n)
	default:
		blockPackGeneric(l.Block(), dst, src, cs, channels, n)
	}
}

func (l Level) blockSplit(dst, odd, src []float32, cs, channels, n int) {
	switch l {
	case AVX512:
		blockSplitAVX512(&dst[0], &odd[0], &src[0], cs, channels, n)
	case AVX2:
		blockSplitAVX2(&dst[0], &odd[0], &src[0], cs, channels, n)
	default:
		blockSplitGeneric(l.Block(), dst, odd, src, cs, channels, n)
	}
}

func (l Level) blockUnpack(dst []float32, cs int, src []float32, channels, n int) {
	switch l {
	case AVX512:
		blockUnpackAVX512(&dst[0], cs, &src[0], channels, n)
	case AVX2:
		blockUnpackAVX2(&dst[0], cs, &src[0], channels, n)
	default:
		blockUnpackGeneric(l.Block(), dst, cs, src, channels, n)
	}
}
