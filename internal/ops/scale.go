package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refScale[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	return newLiteral(p, p.Output[0]*p.channels(), 1, func(out []T, in [][]T, from, to int) {
		reference.Scale(p.plane(), out, in[0], in[1], from, to)
	}), nil
}
