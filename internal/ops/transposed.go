package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refTransposed[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	return newLiteral(p, p.rows(), p.workPerOutput(), func(out []T, in [][]T, from, to int) {
		reference.Transposed(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}
