package ops

import (
	"context"
	"slices"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Factors computes what a layer whose last stage scales the channels of its input (squeeze-and-excitation) multiplies them by:
// N x C numbers. It is nil for other layers.
func Factors[T tensor.Float](ctx context.Context, s shape.Result, operands map[string]*tensor.Tensor[T], x *tensor.Tensor[T], o Options) ([]float64, error) {
	stages := s.Layer.Stages
	last := stages[len(stages)-1]
	if _, scales := last.Op.(layer.Scale); !scales || last.Inputs[0] != layer.Input {
		return nil, nil
	}
	gate := slices.IndexFunc(stages, func(st layer.Stage) bool { return st.Name == last.Inputs[1] })
	if gate < 0 { // given from outside
		return nil, nil
	}
	l := s.Layer
	l.Stages = stages[:gate+1]
	r, err := shape.Of(l)
	if err != nil {
		return nil, err
	}
	o.Algorithm = "auto"
	p, err := PrepareLayer(r, operands, o)
	if err != nil {
		return nil, err
	}
	out := tensor.New[T](p.Output...)
	if err := p.Run(ctx, out, x); err != nil {
		return nil, err
	}
	factors := make([]float64, len(out.Data))
	for i, v := range out.Data {
		factors[i] = float64(v)
	}
	return factors, nil
}
