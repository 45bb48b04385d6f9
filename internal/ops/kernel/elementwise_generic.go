package kernel

import "math"

// Sum is the sum of x, in an order of the instruction set's own.
func (l ISA) Sum(x []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	return l.sum(x)
}

// Dot is the sum of the products of x and y, of equal length, in an order of
// the instruction set's own.
func (l ISA) Dot(x, y []float32) float32 {
	if len(x) != len(y) {
		panic("kernel: dot: lengths differ")
	}
	if len(x) == 0 {
		return 0
	}
	return l.dot(x, y)
}

// Affine writes dst[i] = clamp(a*src[i] + b), rounded once; clamp keeps values
// within lo and hi and passes NaN. dst may be src.
func (l ISA) Affine(dst, src []float32, a, b, lo, hi float32) {
	if len(dst) != len(src) {
		panic("kernel: affine: lengths differ")
	}
	if len(dst) > 0 {
		l.affine(dst, src, a, b, lo, hi)
	}
}

// Blend writes dst[i] = clamp(a*x[i] + b*y[i]), the first product and the sum
// rounded once. dst may be x or y.
func (l ISA) Blend(dst, x, y []float32, a, b, lo, hi float32) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernel: blend: lengths differ")
	}
	if len(dst) > 0 {
		l.blend(dst, x, y, a, b, lo, hi)
	}
}

// Logistic writes dst[i] = 1 / (1 + e^-src[i]), with a relative error under
// 2^-21 and results no less than 2^-126. NaN passes. dst may be src.
func (l ISA) Logistic(dst, src []float32) {
	if len(dst) != len(src) {
		panic("kernel: logistic: lengths differ")
	}
	if len(dst) > 0 {
		l.logistic(dst, src)
	}
}

// Erf writes the error function of src, with an absolute error under 2^-22. NaN passes. dst may be src.
func (l ISA) Erf(dst, src []float32) {
	if len(dst) != len(src) {
		panic("kernel: erf: lengths differ")
	}
	if len(dst) > 0 {
		l.erf(dst, src)
	}
}

// Product writes dst[i] = x[i]*y[i]. dst may be x or y.
func (l ISA) Product(dst, x, y []float32) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernel: product: lengths differ")
	}
	if len(dst) > 0 {
		l.product(dst, x, y)
	}
}

// Quotient writes dst[i] = x[i]/y[i]. dst may be x or y.
func (l ISA) Quotient(dst, x, y []float32) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernel: quotient: lengths differ")
	}
	if len(dst) > 0 {
		l.quotient(dst, x, y)
	}
}

// Largest writes dst[i] = max(x[i], y[i]), NaN where either is. dst may be x or y.
func (l ISA) Largest(dst, x, y []float32) {
	if len(dst) != len(x) || len(dst) != len(y) {
		panic("kernel: largest: lengths differ")
	}
	if len(dst) > 0 {
		l.largest(dst, x, y)
	}
}

// Leaky writes dst[i] = max(x[i], 0) + slopes[i]*min(x[i], 0), rounded once (He et al., Delving deep into rectifiers, 2015). NaN
// passes. dst may be x or slopes.
func (l ISA) Leaky(dst, x, slopes []float32) {
	if len(dst) != len(x) || len(dst) != len(slopes) {
		panic("kernel: leaky: lengths differ")
	}
	if len(dst) > 0 {
		l.leaky(dst, x, slopes)
	}
}

// LeakyBy is Leaky with one slope for all. dst may be x.
func (l ISA) LeakyBy(dst, x []float32, slope float32) {
	if len(dst) != len(x) {
		panic("kernel: leaky: lengths differ")
	}
	if len(dst) > 0 {
		l.leakyBy(dst, x, slope)
	}
}

func logisticGeneric(dst, src []float32) {
	for i, v := range src {
		dst[i] = float32(1 / (1 + math.Exp(-float64(v))))
	}
}

func erfGeneric(dst, src []float32) {
	for i, v := range src {
		dst[i] = float32(math.Erf(float64(v)))
	}
}

func productGeneric(dst, x, y []float32) {
	for i, v := range x {
		dst[i] = v * y[i]
	}
}

func quotientGeneric(dst, x, y []float32) {
	for i, v := range x {
		dst[i] = v / y[i]
	}
}

func largestGeneric(dst, x, y []float32) {
	for i, v := range x {
		dst[i] = max(v, y[i])
	}
}

func leakyGeneric(dst, x, slopes []float32) {
	for i, v := range x {
		dst[i] = max(v, 0) + slopes[i]*min(v, 0)
	}
}

func leakyByGeneric(dst, x []float32, slope float32) {
	for i, v := range x {
		dst[i] = max(v, 0) + slope*min(v, 0)
	}
}

// sumChain is the most numbers that are added one to the next: a longer chain loses more digits than blocks of chains do.
const sumChain = 512

// Sums and products have four chains, so that none waits for the sum before.

func sumGeneric(x []float32) float32 {
	s := float32(0)
	for len(x) > 0 {
		n := min(len(x), 4*sumChain)
		var s0, s1, s2, s3 float32
		i := 0
		for ; i+4 <= n; i += 4 {
			v := (*[4]float32)(x[i:])
			s0, s1, s2, s3 = s0+v[0], s1+v[1], s2+v[2], s3+v[3]
		}
		for _, v := range x[i:n] {
			s0 += v
		}
		s, x = s+((s0+s1)+(s2+s3)), x[n:]
	}
	return s
}

func dotGeneric(x, y []float32) float32 {
	s := float32(0)
	for len(x) > 0 {
		n := min(len(x), 4*sumChain)
		var s0, s1, s2, s3 float32
		i := 0
		for ; i+4 <= n; i += 4 {
			v, w := (*[4]float32)(x[i:]), (*[4]float32)(y[i:])
			s0, s1, s2, s3 = s0+v[0]*w[0], s1+v[1]*w[1], s2+v[2]*w[2], s3+v[3]*w[3]
		}
		for ; i < n; i++ {
			s0 += x[i] * y[i]
		}
		s, x, y = s+((s0+s1)+(s2+s3)), x[n:], y[n:]
	}
	return s
}

func affineGeneric(dst, src []float32, a, b, lo, hi float32) {
	for i, v := range src {
		dst[i] = clamp(float32(float64(a)*float64(v)+float64(b)), lo, hi)
	}
}

func blendGeneric(dst, x, y []float32, a, b, lo, hi float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	if a == 1 { // the sum of two float32 is rounded alike by way of a float64
		for i, v := range x {
			dst[i] = v + float32(b*y[i])
		}
		clampAll(dst, lo, hi)
		return
	}
	for i, v := range x {
		dst[i] = clamp(float32(float64(a)*float64(v)+float64(b*y[i])), lo, hi)
	}
}
