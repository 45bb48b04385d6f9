package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// refConv is the definition itself.
func refConv[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	return newLiteral(p, p.rows(), p.workPerOutput(), func(out []T, in [][]T, from, to int) {
		reference.Conv(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}

// workPerOutput is the multiply-accumulates of one output of a convolution.
func (p *Problem) workPerOutput() float64 { return float64(p.C/p.Groups) * float64(p.Taps()) }
