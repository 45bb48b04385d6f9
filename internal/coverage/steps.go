package coverage

import (
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// roomyExtent is an input that any stack of ordinary kernels fits.
const roomyExtent = 1 << 16

func roomy(s layer.Spec) []int {
	dims := s.Dims
	if dims == 0 {
		dims = 2
	}
	channels := 16 // divisible by the usual groups
	if len(s.Input) > dims {
		channels = s.Input[len(s.Input)-dims-1]
	}
	in := []int{channels}
	for range dims {
		in = append(in, roomyExtent)
	}
	return in
}

// slidingSteps are a layer's sliding stages along each axis, and the first of their shapes.
func slidingSteps(r shape.Result) (byAxis [][]Step, first shape.Stage, err error) {
	l := r.Layer
	byAxis = make([][]Step, l.Dims)
	found := false
	for i, st := range l.Stages {
		var w layer.Window
		transposed := false
		switch op := st.Op.(type) {
		case layer.Conv:
			if strings.HasPrefix(st.Name, "offset") || strings.HasPrefix(st.Name, "mask") {
				continue // they predict where to look, and look at the same pixels
			}
			w = op.Window
		case layer.Deformable:
			w = op.Window
		case layer.Transposed:
			w, transposed = op.Window, true
		case layer.Pool:
			if w = op.Window; w.Kernel == nil {
				return nil, first, notSliding(l)
			}
		case layer.DepthToSpace: // a block of pixels for each, none of them twice
			for axis, n := range op.Block {
				byAxis[axis] = append(byAxis[axis], Step{Transposed: true, Kernel: n, Stride: n, Dilation: 1})
			}
			continue
		case layer.Resize, layer.ROIPool, layer.Linear:
			return nil, first, notSliding(l)
		default:
			continue
		}
		// Where several stages slide (separable), the one that spreads is counted; 1x1 stages change nothing.
		if !found || spreads(w) {
			first, found = r.Stages[i], true
		}
		for axis := range l.Dims {
			byAxis[axis] = append(byAxis[axis], Step{
				Transposed: transposed, Kernel: w.Kernel[axis], Stride: w.Stride[axis], Dilation: w.Dilation[axis], Pad: r.Stages[i].Pads[axis],
			})
		}
	}
	if !found {
		return nil, first, lang.Errorf("no stage of %s slides", l.Variant)
	}
	return onlySpreading(byAxis), first, nil
}

func notSliding(l layer.Layer) error {
	return layer.Errorf("%s is not a layer of sliding windows alone", l.Variant).Hint("name one that is, like standard, dilated or transposed")
}

func spreads(w layer.Window) bool {
	for i, k := range w.Kernel {
		if k > 1 || w.Stride[i] > 1 {
			return true
		}
	}
	return false
}

// onlySpreading drops 1x1 steps beside others: they pass every pixel on as it is.
func onlySpreading(byAxis [][]Step) [][]Step {
	var wide []int
	for i := range byAxis[0] {
		for _, steps := range byAxis {
			if steps[i].Kernel > 1 || steps[i].Stride > 1 {
				wide = append(wide, i)
				break
			}
		}
	}
	if len(wide) == 0 {
		return byAxis
	}
	out := make([][]Step, len(byAxis))
	for axis, steps := range byAxis {
		for _, i := range wide {
			out[axis] = append(out[axis], steps[i])
		}
	}
	return out
}
