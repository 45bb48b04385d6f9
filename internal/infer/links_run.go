package infer

import (
	"math"

	"convx/internal/ops/kernel"
)

// unary is y = f(x); y may be x.
func (l *link) unary(isa kernel.ISA, y, x []float32) {
	x = x[:len(y)]
	switch l.kind {
	case affine:
		isa.Affine(y, x, l.a, l.b, l.lo, l.hi)
	case logistic:
		isa.Logistic(y, x)
	case hyperbolic: // 2/(1+e^-2x) - 1
		isa.Affine(y, x, 2, 0, noLow, noHigh)
		isa.Logistic(y, y)
		isa.Affine(y, y, 2, -1, noLow, noHigh)
	case hardSwish:
		isa.HardSwish(y, x)
	case swish:
		isa.Swish(y, x)
	case gelu:
		isa.Gelu(y, x)
	case leaky:
		isa.LeakyBy(y, x, l.a)
	case root:
		for i, v := range x {
			y[i] = float32(math.Sqrt(float64(v)))
		}
	case absolute:
		for i, v := range x {
			y[i] = float32(math.Abs(float64(v)))
		}
	case reciprocal:
		for i, v := range x {
			y[i] = 1 / v
		}
	case square:
		isa.Product(y, x, x)
	case errorFunction:
		isa.Erf(y, x)
	}
}

// along is y = f(x, o) along a row, with its elements of o or with the first for all.
func (l *link) along(isa kernel.ISA, y, x, o []float32, single bool) {
	if single {
		l.number(isa, y, x, o[0])
	} else {
		l.dense(isa, y, x, o)
	}
}

// dense is y = f(x, o), element by element.
func (l *link) dense(isa kernel.ISA, y, x, o []float32) {
	x, o = x[:len(y)], o[:len(y)]
	switch {
	case l.kind == blend:
		isa.Blend(y, x, o, l.a, l.b, l.lo, l.hi)
	case l.kind == product:
		isa.Product(y, x, o)
	case l.kind == sloped:
		isa.Leaky(y, x, o)
	case l.otherFirst:
		isa.Quotient(y, o, x)
	default:
		isa.Quotient(y, x, o)
	}
}

// number is y = f(x, o) with one number for all.
func (l *link) number(isa kernel.ISA, y, x []float32, o float32) {
	x = x[:len(y)]
	switch {
	case l.kind == blend:
		isa.Affine(y, x, l.a, l.b*o, l.lo, l.hi)
	case l.kind == product:
		isa.Affine(y, x, o, 0, noLow, noHigh)
	case l.kind == sloped:
		isa.LeakyBy(y, x, o)
	default:
		l.repeated(isa, y, x, o)
	}
}

// repeated is number by a row of equal numbers.
//
//go:noinline
func (l *link) repeated(isa kernel.ISA, y, x []float32, o float32) {
	var same [256]float32
	repeat(same[:], o)
	for len(y) > 0 {
		n := min(len(y), len(same))
		l.dense(isa, y[:n], x[:n], same[:n])
		y, x = y[n:], x[n:]
	}
}

// repeat writes v everywhere.
func repeat(y []float32, v float32) {
	y[0] = v
	for n := 1; n < len(y); n *= 2 {
		copy(y[n:], y[:n])
	}
}
