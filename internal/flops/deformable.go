package flops

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

const (
	// perPosition is the work of placing one bilinear sample: two coordinates added up, two floors, two fractions,
	// two complements of them, and four products of those for the weights.
	perPosition = 12
	// perSample is one value: four products and three additions.
	perSample = 7
)

// deformable: the MACs of the convolution that it bends; before it, as a row of its own, the bilinear sampling. A
// position (offset group, tap, pixel) is placed once; every channel is then sampled there, and scaled if modulated.
func deformable(st layer.Stage, s shape.Stage) ([]cost, error) {
	d := st.Op.(layer.Deformable)
	taps := append(extents(outSymbols, s.Output[2:]), extents(kernelSymbols, d.Kernel)...)
	n, c := by("N", s.Output[0]), by("C", s.Inputs[0][1])
	value := by("7", perSample)
	if d.Modulated {
		value = by("8", perSample+1)
	}
	sampling := Sum{
		Term{by("12", perPosition), n, by(lang.Text("offset groups"), d.OffsetGroups)}.times(taps...),
		Term{value, n, c}.times(taps...),
	}
	return []cost{{name: string(KindSampling), kind: KindSampling, extra: sampling}, convCost(d.Conv, s)}, nil
}
