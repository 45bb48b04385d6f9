package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// transposed: each input element meets each weight of its channel once: N*C*in*(O/g)*K MACs. Products that the padding
// then crops are counted, as a convolution's padded taps are.
func transposed(st layer.Stage, s shape.Stage) ([]cost, error) {
	t := st.Op.(layer.Transposed)
	macs := input(s.Inputs[0]).times(by("(O/g)", t.OutChannels/t.Groups)).times(extents(kernelSymbols, t.Kernel)...)
	return []cost{{macs: macs, extra: bias(t.Bias, output(s.Output))}}, nil
}
