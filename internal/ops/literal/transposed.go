package literal

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Transposed is reference.Transposed, on some rows at a time.
func Transposed[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	return problem.NewParts(p, p.Rows(), p.WorkPerOutput(), func(out []T, in [][]T, from, to int) {
		reference.Transposed(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}
