package problem

import "convx/internal/layer"

// ResizeScale is the factor of each of three axes: the one given, or where a size was given the ratio of the sizes, as
// PyTorch's interpolate has it.
func (p *Problem) ResizeScale() [3]float64 {
	op := p.Stage.Op.(layer.Resize)
	scale := [3]float64{1, 1, 1}
	dims := len(p.Output) - 2
	for i := range dims {
		scale[3-dims+i] = float64(p.Output[2+i]) / float64(p.Inputs[0][2+i])
		if op.Size == nil {
			scale[3-dims+i] = op.Scale[i]
		}
	}
	return scale
}
