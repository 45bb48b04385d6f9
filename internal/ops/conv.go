package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// refConv is the definition itself.
func refConv[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	return newLiteral(p, float64(p.C/p.Groups*p.Taps()), func(out []T, in [][]T, from, to int) {
		reference.Conv(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}
