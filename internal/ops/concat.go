package ops

import (
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

func refConcat[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	var channels []int
	for _, s := range p.Inputs {
		channels = append(channels, s[1])
	}
	return newLiteral(p, p.Output[0], 1, func(out []T, in [][]T, from, to int) {
		reference.Concat(p.plane(), channels, out, in, from, to)
	}), nil
}
