// Package literal prepares the definitions of package reference as runners: on every thread, some of the outputs at a time,
// with a fused activation after them. They end every list of algorithms.
package literal

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Conv is reference.Conv, on some rows at a time.
func Conv[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	return problem.NewParts(p, p.Rows(), p.WorkPerOutput(), func(out []T, in [][]T, from, to int) {
		reference.Conv(&p.Geometry, out, in[0], w.Weight, w.Bias, from, to)
	}), nil
}
