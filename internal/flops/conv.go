package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// conv: N*O*out*(C/g)*K MACs, and an addition per output element for the bias.
func conv(st layer.Stage, s shape.Stage) ([]cost, error) {
	return []cost{convCost(st.Op.(layer.Conv), s)}, nil
}

func convCost(c layer.Conv, s shape.Stage) cost {
	out := output(s.Output)
	macs := out.times(by("(C/g)", s.Inputs[0][1]/c.Groups)).times(extents(kernelSymbols, c.Kernel)...)
	return cost{macs: macs, extra: bias(c.Bias, out)}
}

// bias is one addition per output element.
func bias(has bool, out Term) Sum {
	if !has {
		return nil
	}
	return Sum{out}
}
