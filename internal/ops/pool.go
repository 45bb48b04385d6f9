package ops

import (
	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refPool[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	op := p.Stage.Op.(layer.Pool)
	how := reference.Pooling{Max: op.Func == layer.MaxPool, Adaptive: op.Adaptive != nil, CountPadding: op.CountPadding}
	window := max(p.Taps(), p.InPlane()/p.OutPlane())
	return newLiteral(p, p.rows(), float64(window), func(out []T, in [][]T, from, to int) {
		reference.Pool(&p.Geometry, how, out, in[0], from, to)
	}), nil
}
