//go:build !purego

package kernel

func (l Level) sum(x []float32) float32 {
	switch l {
	case AVX512:
		return streamSumAVX512(&x[0], len(x))
	case AVX2:
		return streamSumAVX2(&x[0], len(x))
	}
	return sumGeneric(x)
}

func (l Level) dot(x, y []float32) float32 {
	switch l {
	case AVX512:
		return streamDotAVX512(&x[0], &y[0], len(x))
	case AVX2:
		return streamDotAVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func (l Level) affine(dst, src []float32, a, b, lo, hi float32) {
	switch l {
	case AVX512:
		streamAffineAVX512(&dst[0], &src[0], len(dst), a, b, lo, hi)
	case AVX2:
		streamAffineAVX2(&dst[0], &src[0], len(dst), a, b, lo, hi)
	default:
		affineGeneric(dst, src, a, b, lo, hi)
	}
}

func (l Level) blend(dst, x, y []float32, a, b, lo, hi float32) {
	switch l {
	case AVX512:
		streamBlendAVX512(&dst[0], &x[0], &y[0], len(dst), a, b, lo, hi)
	case AVX2:
		streamBlendAVX2(&dst[0], &x[0], &y[0], len(dst), a, b, lo, hi)
	default:
		blendGeneric(dst, x, y, a, b, lo, hi)
	}
}

func (l Level) logistic(dst, src []float32) {
	switch l {
	case AVX512:
		streamLogisticAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		streamLogisticAVX2(&dst[0], &src[0], len(dst))
	default:
		logisticGeneric(dst, src)
	}
}

func (l Level) product(dst, x, y []float32) {
	switch l {
	case AVX512:
		streamProductAVX512(&dst[0], &x[0], &y[0], len(dst))
	case AVX2:
		streamProductAVX2(&dst[0], &x[0], &y[0], len(dst))
	default:
		productGeneric(dst, x, y)
	}
}
