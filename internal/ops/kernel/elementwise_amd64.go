//go:build !purego

package kernel

func (l ISA) sum(x []float32) float32 {
	switch l {
	case AVX512:
		return elementwiseSumAVX512(&x[0], len(x))
	case AVX2:
		return elementwiseSumAVX2(&x[0], len(x))
	}
	return sumGeneric(x)
}

func (l ISA) dot(x, y []float32) float32 {
	switch l {
	case AVX512:
		return elementwiseDotAVX512(&x[0], &y[0], len(x))
	case AVX2:
		return elementwiseDotAVX2(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func (l ISA) affine(dst, src []float32, a, b, lo, hi float32) {
	switch l {
	case AVX512:
		elementwiseAffineAVX512(&dst[0], &src[0], len(dst), a, b, lo, hi)
	case AVX2:
		elementwiseAffineAVX2(&dst[0], &src[0], len(dst), a, b, lo, hi)
	default:
		affineGeneric(dst, src, a, b, lo, hi)
	}
}

func (l ISA) blend(dst, x, y []float32, a, b, lo, hi float32) {
	switch l {
	case AVX512:
		elementwiseBlendAVX512(&dst[0], &x[0], &y[0], len(dst), a, b, lo, hi)
	case AVX2:
		elementwiseBlendAVX2(&dst[0], &x[0], &y[0], len(dst), a, b, lo, hi)
	default:
		blendGeneric(dst, x, y, a, b, lo, hi)
	}
}

func (l ISA) logistic(dst, src []float32) {
	switch l {
	case AVX512:
		elementwiseLogisticAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		elementwiseLogisticAVX2(&dst[0], &src[0], len(dst))
	default:
		logisticGeneric(dst, src)
	}
}

func (l ISA) product(dst, x, y []float32) {
	switch l {
	case AVX512:
		elementwiseProductAVX512(&dst[0], &x[0], &y[0], len(dst))
	case AVX2:
		elementwiseProductAVX2(&dst[0], &x[0], &y[0], len(dst))
	default:
		productGeneric(dst, x, y)
	}
}

func (l ISA) quotient(dst, x, y []float32) {
	switch l {
	case AVX512:
		elementwiseQuotientAVX512(&dst[0], &x[0], &y[0], len(dst))
	case AVX2:
		elementwiseQuotientAVX2(&dst[0], &x[0], &y[0], len(dst))
	default:
		quotientGeneric(dst, x, y)
	}
}

func (l ISA) largest(dst, x, y []float32) {
	switch l {
	case AVX512:
		elementwiseLargestAVX512(&dst[0], &x[0], &y[0], len(dst))
	case AVX2:
		elementwiseLargestAVX2(&dst[0], &x[0], &y[0], len(dst))
	default:
		largestGeneric(dst, x, y)
	}
}

func (l ISA) leaky(dst, x, slopes []float32) {
	switch l {
	case AVX512:
		elementwiseLeakyAVX512(&dst[0], &x[0], &slopes[0], len(dst))
	case AVX2:
		elementwiseLeakyAVX2(&dst[0], &x[0], &slopes[0], len(dst))
	default:
		leakyGeneric(dst, x, slopes)
	}
}

func (l ISA) leakyBy(dst, x []float32, slope float32) {
	switch l {
	case AVX512:
		elementwiseLeakyByAVX512(&dst[0], &x[0], len(dst), slope)
	case AVX2:
		elementwiseLeakyByAVX2(&dst[0], &x[0], len(dst), slope)
	default:
		leakyByGeneric(dst, x, slope)
	}
}

func (l ISA) erf(dst, src []float32) {
	switch l {
	case AVX512:
		elementwiseErfAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		elementwiseErfAVX2(&dst[0], &src[0], len(dst))
	default:
		erfGeneric(dst, src)
	}
}

func (l ISA) swish(dst, src []float32) {
	switch l {
	case AVX512:
		elementwiseSwishAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		elementwiseSwishAVX2(&dst[0], &src[0], len(dst))
	default:
		swishGeneric(dst, src)
	}
}

func (l ISA) hardSwish(dst, src []float32) {
	switch l {
	case AVX512:
		elementwiseHardSwishAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		elementwiseHardSwishAVX2(&dst[0], &src[0], len(dst))
	default:
		hardSwishGeneric(dst, src)
	}
}

func (l ISA) gelu(dst, src []float32) {
	switch l {
	case AVX512:
		elementwiseGeluAVX512(&dst[0], &src[0], len(dst))
	case AVX2:
		elementwiseGeluAVX2(&dst[0], &src[0], len(dst))
	default:
		geluGeneric(dst, src)
	}
}
