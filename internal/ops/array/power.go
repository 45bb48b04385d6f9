package array

import (
	"math"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

var errZeroDivisor = lang.New("integer division by zero")

// power raises to powers of any type; the result is of the base's.
func power(c *Call) {
	numeric{
		func(c *Call) { powers(c, floatPower[float32]) }, func(c *Call) { powers(c, floatPower[float64]) },
		func(c *Call) { powers(c, integerPower[int64]) }, func(c *Call) { powers(c, integerPower[uint64]) },
	}.run(c)
}

// powers computes with exponents as float64, and as integers where they are.
func powers[T number](c *Call, f func(base T, exponent float64, whole int64) T) {
	base, exponent := c.In[0], c.In[1]
	out := c.typed(0, c.commonShape())
	o, a := data[T](c, out), data[T](c, base)
	if x, ok := any(a).([]float32); ok && quarters(any(o).([]float32), x, exponent) {
		return
	}
	c.nest.broadcast(out.Shape, base.Shape, c.aligned(exponent))
	var at func(i int) (float64, int64)
	switch exponent.Elem {
	case tensor.Float32:
		b := tensor.Data[float32](exponent)
		at = func(i int) (float64, int64) { return float64(b[i]), int64(b[i]) }
	case tensor.Float64:
		b := tensor.Data[float64](exponent)
		at = func(i int) (float64, int64) { return b[i], int64(b[i]) }
	case tensor.Int64:
		b := tensor.Data[int64](exponent)
		at = func(i int) (float64, int64) { return float64(b[i]), b[i] }
	case tensor.Uint64:
		b := tensor.Data[uint64](exponent)
		at = func(i int) (float64, int64) { return float64(b[i]), int64(min(b[i], math.MaxInt64)) }
	default:
		c.refusef("exponent of type %v: %w", exponent.Elem, ErrUnsupported)
	}
	c.nest.rows(func(start [operands]int, count int, step [operands]int) {
		row, x, y := o[start[0]:][:count], start[1], start[2]
		for i := range row {
			exponent, whole := at(y)
			row[i] = f(a[x], exponent, whole)
			x += step[1]
			y += step[2]
		}
	})
}

// mostQuarters bounds the exponents that take products and roots: 4.
const mostQuarters = 16

// quarters raises to one exponent of some quarters, by products and roots: squares are the power that networks ask for most, and 3/4
// is that of local response normalisation.
func quarters(out, x []float32, exponent *tensor.Array) bool {
	if exponent.Len() != 1 || len(out) != len(x) || exponent.Elem != tensor.Float32 {
		return false
	}
	e := tensor.Data[float32](exponent)[0]
	if !(e > 0 && 4*e <= mostQuarters && 4*e == float32(int(4*e))) {
		return false
	}
	n := int(4 * e)
	if n == 8 {
		kernel.Best().Product(out, x, x)
		return true
	}
	for i, v := range x {
		if v < 0 {
			out[i] = float32(math.Pow(float64(v), float64(e)))
			continue
		}
		p, root := float32(1), float32(math.Sqrt(float64(v)))
		for range n / 4 {
			p *= v
		}
		if n&2 != 0 {
			p *= root
		}
		if n&1 != 0 {
			p *= float32(math.Sqrt(float64(root)))
		}
		out[i] = p
	}
	return true
}

// floatPower takes squares and roots as such: they are what networks ask for, and exact.
func floatPower[T tensor.Float](base T, exponent float64, _ int64) T {
	switch exponent {
	case 2:
		return base * base
	case 0.5:
		return T(math.Sqrt(float64(base)))
	case 1:
		return base
	case 3:
		return base * base * base
	}
	return T(math.Pow(float64(base), exponent))
}

// integerPower is exact, wrapping around; a fractional exponent goes through float64.
func integerPower[T int64 | uint64](base T, exponent float64, whole int64) T {
	if float64(whole) != exponent || exponent < 0 {
		return T(math.Pow(float64(base), exponent))
	}
	result := T(1)
	for ; whole > 0; whole >>= 1 {
		if whole&1 != 0 {
			result *= base
		}
		base *= base
	}
	return result
}
