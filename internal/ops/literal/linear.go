package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Linear is reference.Linear, on some of the outputs at a time.
func Linear[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	in, out := problem.Volume(p.Inputs[0][1:]), p.Stage.Op.(layer.Linear).Out
	return problem.NewParts(p, p.Elements(), float64(in), func(y []T, x [][]T, from, to int) {
		reference.Linear(in, out, y, x[0], w.Weight, w.Bias, from, to)
	}), nil
}
