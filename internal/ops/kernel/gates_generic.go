package kernel

import "math"

// Swish writes dst[i] = src[i] times what Logistic makes of it. dst may be src.
func (l ISA) Swish(dst, src []float32) {
	if len(dst) != len(src) {
		panic("kernel: swish: lengths differ")
	}
	if len(dst) > 0 {
		l.swish(dst, src)
	}
}

// HardSwish writes dst[i] = src[i] * clamp(src[i]/6 + 1/2), within 0 and 1. dst may be src.
func (l ISA) HardSwish(dst, src []float32) {
	if len(dst) != len(src) {
		panic("kernel: hard swish: lengths differ")
	}
	if len(dst) > 0 {
		l.hardSwish(dst, src)
	}
}

// Gelu writes dst[i] = src[i] * (1 + erf(src[i]/sqrt(2)))/2, the factor with an absolute error under 2^-22 (Hendrycks &
// Gimpel, Gaussian Error Linear Units, 2016). dst may be src.
func (l ISA) Gelu(dst, src []float32) {
	if len(dst) != len(src) {
		panic("kernel: gelu: lengths differ")
	}
	if len(dst) > 0 {
		l.gelu(dst, src)
	}
}

func swishGeneric(dst, src []float32) {
	for i, v := range src {
		dst[i] = v * float32(1/(1+math.Exp(-float64(v))))
	}
}

func hardSwishGeneric(dst, src []float32) {
	for i, v := range src {
		dst[i] = v * clamp(v/6+0.5, 0, 1)
	}
}

func geluGeneric(dst, src []float32) {
	for i, v := range src {
		dst[i] = v * float32((1+math.Erf(float64(v)/math.Sqrt2))/2)
	}
}
