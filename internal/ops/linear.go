package ops

import (
	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refLinear[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	in, out := product(p.Inputs[0][1:]), p.Stage.Op.(layer.Linear).Out
	return newLiteral(p, p.elements(), float64(in), func(y []T, x [][]T, from, to int) {
		reference.Linear(in, out, y, x[0], w.Weight, w.Bias, from, to)
	}), nil
}
