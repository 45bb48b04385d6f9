package array

import (
	"math"
	"slices"

	"convx/internal/lazy"
	"convx/internal/ops/kernel"
)

// vectorOp is an operator on rows of float32 whose operands are both dense, or one of them a single number.
type vectorOp struct {
	dense  func(isa kernel.ISA, out, a, b []float32)
	second func(isa kernel.ISA, out, a []float32, b float32) // b is the number
	first  func(isa kernel.ISA, out []float32, a float32, b []float32)
}

// inf is no bound, and negativeZero what added to any number leaves it as it is.
var (
	inf          = float32(math.Inf(1))
	negativeZero = float32(math.Copysign(0, -1))
)

// vectorOps are those that the kernels have, and division, which needs no call for each element.
var vectorOps = lazy.Value[map[string]vectorOp]{Make: func() map[string]vectorOp {
	return map[string]vectorOp{
		"Add": sumOp, "Sum": sumOp,
		"Sub": {
			dense:  func(isa kernel.ISA, out, a, b []float32) { isa.Blend(out, a, b, 1, -1, -inf, inf) },
			second: func(isa kernel.ISA, out, a []float32, b float32) { isa.Affine(out, a, 1, -b, -inf, inf) },
			first:  func(isa kernel.ISA, out []float32, a float32, b []float32) { isa.Affine(out, b, -1, a, -inf, inf) },
		},
		"Mul": {
			dense:  func(isa kernel.ISA, out, a, b []float32) { isa.Product(out, a, b) },
			second: scaleBy,
			first:  func(isa kernel.ISA, out []float32, a float32, b []float32) { scaleBy(isa, out, b, a) },
		},
		"PRelu": {
			dense:  func(isa kernel.ISA, out, a, b []float32) { isa.Leaky(out, a, b) },
			second: func(isa kernel.ISA, out, a []float32, b float32) { isa.LeakyBy(out, a, b) },
		},
		"Max": {second: func(isa kernel.ISA, out, a []float32, b float32) { isa.Affine(out, a, 1, negativeZero, b, inf) }},
		"Min": {second: func(isa kernel.ISA, out, a []float32, b float32) { isa.Affine(out, a, 1, negativeZero, -inf, b) }},
		"Div": {
			dense: func(_ kernel.ISA, out, a, b []float32) {
				a, b = a[:len(out)], b[:len(out)]
				for i := range out {
					out[i] = a[i] / b[i]
				}
			},
			second: func(_ kernel.ISA, out, a []float32, b float32) {
				a = a[:len(out)]
				for i := range out {
					out[i] = a[i] / b
				}
			},
			first: func(_ kernel.ISA, out []float32, a float32, b []float32) {
				b = b[:len(out)]
				for i := range out {
					out[i] = a / b[i]
				}
			},
		},
	}
}}

var sumOp = vectorOp{
	dense:  func(isa kernel.ISA, out, a, b []float32) { isa.Blend(out, a, b, 1, 1, -inf, inf) },
	second: func(isa kernel.ISA, out, a []float32, b float32) { isa.Affine(out, a, 1, b, -inf, inf) },
	first:  func(isa kernel.ISA, out []float32, a float32, b []float32) { isa.Affine(out, b, 1, a, -inf, inf) },
}

func scaleBy(isa kernel.ISA, out, a []float32, b float32) {
	isa.Affine(out, a, b, negativeZero, -inf, inf)
}

// vectorPairs runs the call's nest by rows if it can.
func vectorPairs(c *Call, out []float32, x, y any) bool {
	op, ok := vectorOps.Get()[c.Op]
	a, isFloat := x.([]float32)
	n := &c.nest
	last := len(n.extent) - 1
	if !ok || !isFloat || last < 0 || n.stride[1][last] > 1 || n.stride[2][last] > 1 || n.extent[last] < 4 {
		return false
	}
	b, isa := y.([]float32), kernel.Best()
	switch {
	case n.stride[1][last] == 0 && op.first == nil, n.stride[2][last] != 0 && n.stride[1][last] != 0 && op.dense == nil, op.dense == nil && slices.ContainsFunc(b, isNaN32):
		return false
	}
	n.rows(func(at [operands]int, count int, step [operands]int) {
		row := out[at[0]:][:count]
		switch {
		case step[1] == 0:
			op.first(isa, row, a[at[1]], b[at[2]:][:count])
		case step[2] == 0:
			op.second(isa, row, a[at[1]:][:count], b[at[2]])
		default:
			op.dense(isa, row, a[at[1]:][:count], b[at[2]:][:count])
		}
	})
	return true
}

func isNaN32(v float32) bool { return v != v }
