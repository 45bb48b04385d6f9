package literal

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Concat is reference.Concat, on some of the outputs at a time.
func Concat[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	var channels []int
	for _, s := range p.Inputs {
		channels = append(channels, s[1])
	}
	return problem.NewParts(p, p.Output[0], 1, func(out []T, in [][]T, from, to int) {
		reference.Concat(p.Plane(), channels, out, in, from, to)
	}), nil
}
