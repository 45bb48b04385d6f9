package literal

import (
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// Norm is one of the norms of package reference, on some of the outputs at a time.
func Norm[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	op := p.Stage.Op.(layer.Norm)
	n, c, plane := p.Output[0], p.Channels(), p.Plane()
	blocks := func(size int) (problem.Runner[T], error) {
		return problem.NewParts(p, n*c/size, 4, func(out []T, in [][]T, from, to int) {
			reference.Standardize(c, size, plane, out, in[0], w.Weight, w.Bias, from, to)
		}), nil
	}
	switch op.Func {
	case "batch":
		return problem.NewParts(p, n*c, 1, func(out []T, in [][]T, from, to int) {
			reference.ScaleShift(c, plane, out, in[0], w.Weight, w.Bias, from, to)
		}), nil
	case "layer":
		return blocks(c)
	case "instance":
		return blocks(1)
	case "group":
		if op.Size < 1 || c%op.Size != 0 {
			return nil, layer.Errorf("%d groups do not divide the %d channels of a group norm", op.Size, c)
		}
		return blocks(c / op.Size)
	case "lrn":
		return problem.NewParts(p, n*c, float64(20+op.Size), func(out []T, in [][]T, from, to int) {
			reference.LocalResponse(c, op.Size, plane, out, in[0], from, to)
		}), nil
	}
	return nil, layer.Errorf("unknown norm %q", op.Func).Hint("norms are batch, layer, instance, group, lrn")
}
