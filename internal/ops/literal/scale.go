package literal

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Scale is reference.Scale, on some of the outputs at a time.
func Scale[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	return problem.NewParts(p, p.Output[0]*p.Channels(), 1, func(out []T, in [][]T, from, to int) {
		reference.Scale(p.Plane(), out, in[0], in[1], from, to)
	}), nil
}
