package ops

import (
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// bind finds a stage's weights among named tensors and checks their shapes. Names are the stage's own, with its prefix.
func bind[T tensor.Float](p *problem.Problem, weights map[string]*tensor.Tensor[T]) (problem.Operands[T], error) {
	var out problem.Operands[T]
	for i, o := range p.Stage.Operands(p.Inputs) {
		t, ok := weights[o.Name]
		if !ok {
			return out, layer.Errorf("%s (%s) is missing", o.Name, layer.FormatShape(o.Shape))
		}
		if !slices.Equal(t.Shape, o.Shape) {
			return out, wrongShape(o.Name, t.Shape, o.Shape)
		}
		if i == 0 {
			out.Weight = t.Data
		} else {
			out.Bias = t.Data
		}
	}
	return out, nil
}

func wrongShape(name string, got, want []int) error {
	return layer.Errorf("%s is %s; this layer needs %s", name, layer.DescribeShape(got), layer.FormatShape(want))
}
