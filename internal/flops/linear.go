package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// linear: N*in*out MACs over all non-batch axes.
func linear(st layer.Stage, s shape.Stage) ([]cost, error) {
	x := s.Inputs[0]
	in, err := layer.Product(x[1:]...)
	if err != nil {
		return nil, err
	}
	out := output(s.Output)
	return []cost{{macs: out.times(by("in", in)), extra: bias(st.Op.(layer.Linear).Bias, out)}}, nil
}
