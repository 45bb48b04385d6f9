package array

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/ops/kernel"
)

// vectorFunctions are functions with loops over float32 of their own: networks spend time in them. Their errors are at
// most a few units of the last place, or of that of 1 where the result is below it.
var vectorFunctions = lazy.Value[map[string]func(out, x []float32, a, b float32)]{Make: func() map[string]func(out, x []float32, a, b float32) {
	return map[string]func(out, x []float32, a, b float32){
		"Sigmoid":     func(out, x []float32, _, _ float32) { kernel.Best().Logistic(out, x) },
		"HardSigmoid": func(out, x []float32, a, b float32) { kernel.Best().Affine(out, x, a, b, 0, 1) },
		"HardSwish":   func(out, x []float32, _, _ float32) { hardSwishRow(out, x) },
		"LeakyRelu":   func(out, x []float32, a, _ float32) { kernel.Best().LeakyBy(out, x, a) },
		"Exp":         func(out, x []float32, _, _ float32) { expRow(out, x) },
		"Tanh":        func(out, x []float32, _, _ float32) { tanh32.Get().row(out, x, 1) },
		"Erf":         func(out, x []float32, _, _ float32) { erf32.Get().row(out, x, 1) },
		"Gelu":        func(out, x []float32, _, _ float32) { geluRow(out, x) },
		"Sqrt":        func(out, x []float32, _, _ float32) { sqrtRow(out, x) },
		"Reciprocal":  func(out, x []float32, _, _ float32) { vectorOps.Get()["Div"].first(kernel.Best(), out, 1, x) },
	}
}}

func expRow(out, x []float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = exp32(v)
	}
}

// piece is how many elements are kept between two passes over them.
const piece = 512

// hardSwishRow goes by pieces that stay in the cache.
func hardSwishRow(out, x []float32) {
	var kept [piece]float32
	isa := kernel.Best()
	for at := 0; at < len(x); at += piece {
		n := min(piece, len(x)-at)
		isa.Affine(kept[:n], x[at:at+n], 1./6, 0.5, 0, 1)
		isa.Product(out[at:at+n], x[at:at+n], kept[:n])
	}
}

func geluRow(out, x []float32) {
	var kept [piece]float32
	isa := kernel.Best()
	for at := 0; at < len(x); at += piece {
		n := min(piece, len(x)-at)
		erf32.Get().row(kept[:n], x[at:at+n], 1/math.Sqrt2)
		isa.Affine(kept[:n], kept[:n], 0.5, 0.5, -inf, inf)
		isa.Product(out[at:at+n], x[at:at+n], kept[:n])
	}
}

func sqrtRow(out, x []float32) {
	out = out[:len(x)]
	for i, v := range x {
		out[i] = float32(math.Sqrt(float64(v)))
	}
}

// exp32 is e^x = 2^n e^r with |r| at most half of ln 2, where a polynomial fits.
func exp32(x float32) float32 {
	if !(x > -87 && x < 88) {
		return float32(math.Exp(float64(x)))
	}
	const magic = 3 << 22 // a sum with it is rounded to an integer, which stands in its last bits
	t := float32(x*math.Log2E) + magic
	n := t - magic
	r := x - float32(n*0.693359375) - float32(n*-2.12194440e-4) // ln 2 in two parts, of which the first is short
	p := float32(1.3956190e-3)
	p = p*r + 8.3752124e-3
	p = p*r + 4.1666081e-2
	p = p*r + 1.6666414e-1
	p = p*r + 0.5
	p = p*r*r + r + 1
	return p * math.Float32frombits((math.Float32bits(t)-0x4b400000+127)<<23)
}

// odd is an odd function f(x) from zero to a limit as polynomials of f(x)/x on quarters, in the distance from the middle; from
// the limit on it is 1. The quotient is smooth where f is small, so errors are relative.
type odd struct {
	limit float32
	parts [36][6]float32
}

var (
	erf32  = lazy.Value[*odd]{Make: func() *odd { return oddOf(math.Erf, 4) }}
	tanh32 = lazy.Value[*odd]{Make: func() *odd { return oddOf(math.Tanh, 9) }}
)

// oddOf interpolates in the Chebyshev points of every quarter.
func oddOf(f func(float64) float64, limit int) *odd {
	o := &odd{limit: float32(limit)}
	for q := range 4 * limit {
		var x, y [6]float64
		for i := range x {
			x[i] = math.Cos(math.Pi*(float64(i)+0.5)/6) / 8
			at := (float64(q)+0.5)/4 + x[i]
			y[i] = f(at) / at
		}
		for i, c := range interpolate(x, y) {
			o.parts[q][i] = float32(c)
		}
	}
	return o
}

// interpolate is the coefficients of the polynomial through six points, from Newton's divided differences.
func interpolate(x, y [6]float64) (c [6]float64) {
	for k := 1; k < 6; k++ {
		for i := 5; i >= k; i-- {
			y[i] = (y[i] - y[i-1]) / (x[i] - x[i-k])
		}
	}
	for k := 5; k >= 0; k-- { // c = c * (t - x[k]) + y[k]
		for i := 5; i > 0; i-- {
			c[i] = c[i-1] - x[k]*c[i]
		}
		c[0] = y[k] - x[k]*c[0]
	}
	return c
}

// row writes f of scale times every element.
func (o *odd) row(out, x []float32, scale float32) {
	out = out[:len(x)]
	for i, v := range x {
		v *= scale
		size := math.Float32frombits(math.Float32bits(v) &^ (1 << 31))
		if !(size < o.limit) {
			out[i] = v - v // NaN stays one
			if v == v {
				out[i] = math.Float32frombits(0x3f800000 | math.Float32bits(v)&(1<<31))
			}
			continue
		}
		q := int(size * 4)
		d := size - (float32(q)*0.25 + 0.125)
		c := &o.parts[q%len(o.parts)]
		out[i] = v * (((((c[5]*d+c[4])*d+c[3])*d+c[2])*d+c[1])*d + c[0])
	}
}
