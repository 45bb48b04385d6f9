package literal

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Add is reference.Add, on some of the outputs at a time.
func Add[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	return problem.NewParts(p, p.Elements(), float64(len(p.Inputs)), func(out []T, in [][]T, from, to int) {
		reference.Add(out, in, from, to)
	}), nil
}
