//go:build !purego

package kernel

func (l ISA) sum(x []float32) float32 {
	if l == NEON {
		return elementwiseSumNEON(&x[0], len(x))
	}
	return sumGeneric(x)
}

func (l ISA) dot(x, y []float32) float32 {
	if l == NEON {
		return elementwiseDotNEON(&x[0], &y[0], len(x))
	}
	return dotGeneric(x, y)
}

func (l ISA) affine(dst, src []float32, a, b, lo, hi float32) {
	if l == NEON {
		elementwiseAffineNEON(&dst[0], &src[0], len(dst), a, b, lo, hi)
		return
	}
	affineGeneric(dst, src, a, b, lo, hi)
}

func (l ISA) blend(dst, x, y []float32, a, b, lo, hi float32) {
	if l == NEON {
		elementwiseBlendNEON(&dst[0], &x[0], &y[0], len(dst), a, b, lo, hi)
		return
	}
	blendGeneric(dst, x, y, a, b, lo, hi)
}

func (l ISA) logistic(dst, src []float32) {
	if l == NEON {
		elementwiseLogisticNEON(&dst[0], &src[0], len(dst))
		return
	}
	logisticGeneric(dst, src)
}

func (l ISA) product(dst, x, y []float32) {
	if l == NEON {
		elementwiseProductNEON(&dst[0], &x[0], &y[0], len(dst))
		return
	}
	productGeneric(dst, x, y)
}

func (l ISA) quotient(dst, x, y []float32) {
	if l == NEON {
		elementwiseQuotientNEON(&dst[0], &x[0], &y[0], len(dst))
		return
	}
	quotientGeneric(dst, x, y)
}

func (l ISA) largest(dst, x, y []float32) {
	if l == NEON {
		elementwiseLargestNEON(&dst[0], &x[0], &y[0], len(dst))
		return
	}
	largestGeneric(dst, x, y)
}

func (l ISA) leaky(dst, x, slopes []float32) {
	if l == NEON {
		elementwiseLeakyNEON(&dst[0], &x[0], &slopes[0], len(dst))
		return
	}
	leakyGeneric(dst, x, slopes)
}

func (l ISA) leakyBy(dst, x []float32, slope float32) {
	if l == NEON {
		elementwiseLeakyByNEON(&dst[0], &x[0], len(dst), slope)
		return
	}
	leakyByGeneric(dst, x, slope)
}

func (l ISA) erf(dst, src []float32) {
	if l == NEON {
		elementwiseErfNEON(&dst[0], &src[0], len(dst))
		return
	}
	erfGeneric(dst, src)
}

func (l ISA) swish(dst, src []float32) {
	if l == NEON {
		elementwiseSwishNEON(&dst[0], &src[0], len(dst))
		return
	}
	swishGeneric(dst, src)
}

func (l ISA) hardSwish(dst, src []float32) {
	if l == NEON {
		elementwiseHardSwishNEON(&dst[0], &src[0], len(dst))
		return
	}
	hardSwishGeneric(dst, src)
}

func (l ISA) gelu(dst, src []float32) {
	if l == NEON {
		elementwiseGeluNEON(&dst[0], &src[0], len(dst))
		return
	}
	geluGeneric(dst, src)
}
