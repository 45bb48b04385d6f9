package draw

import (
	"fmt"
	"strings"

	"convx/internal/layer"
	"convx/internal/shape"
)

// Small completes a spec for drawing: without an input it takes a grid that shows the variant well, and large inputs
// become small ones of the same kernel, stride and kind. note says what was replaced, for the reader; it is empty where
// nothing was.
func Small(s layer.Spec, o Options) (small layer.Spec, note string, err error) {
	if s.Dims == 3 {
		return s, "", layer.Errorf("a figure is flat: --dims 1 or 2, not 3")
	}
	if v, known := layer.VariantNamed(s.Variant); known && s.Input == nil {
		if s, err = withExample(s, v.Example, o); err != nil {
			return s, "", err
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		return s, "", err
	}
	asked := l.Input
	if !figureOf(s.Variant).whole && o.Scene == nil { // a scene has its size
		if s, err = shrink(s, l); err != nil {
			return s, "", err
		}
	}
	if l, err = layer.Build(s); err != nil {
		return s, "", err
	}
	r, err := shape.Of(l)
	if err != nil {
		return s, "", err
	}
	if err := drawable(r, o); err != nil {
		return s, "", err
	}
	if layer.FormatShape(asked) != layer.FormatShape(l.Input) {
		note = fmt.Sprintf("drawn on %s in place of %s", layer.FormatShape(l.Input[1:]), layer.FormatShape(asked[1:]))
	}
	return s, note, nil
}

// withExample sets the keys that the user left out to those of the variant's example, in one channel where numbers are wanted.
func withExample(s layer.Spec, example string, o Options) (layer.Spec, error) {
	for entry := range strings.SplitSeq(example, ", ") {
		key, value, _ := strings.Cut(entry, " ")
		if s.Given(key) {
			continue
		}
		if o.Numbers && (key == "groups" || key == "out-channels") {
			continue
		}
		if key == "input" {
			value = flatten(value, s.Dims)
			if o.Numbers && s.Variant != "grouped" {
				_, size, _ := strings.Cut(value, "x")
				value = "1x" + size
			}
		}
		if err := s.Set(key, value); err != nil {
			return s, err
		}
	}
	return s, nil
}

// flatten drops the height of CxHxW where there is one axis only.
func flatten(size string, dims int) string {
	parts := strings.Split(size, "x")
	if dims == 1 && len(parts) == 3 {
		return parts[0] + "x" + parts[2]
	}
	return size
}

const (
	mostCells    = 12 // of an input side that is drawn as it is
	fewCells     = 7  // of a longer one, unless the kernel needs more
	roomyCells   = 24 // of a plane with regions on it
	mostChannels = 8  // that are drawn one by one
	mostSide     = 40 // cells of any side, beyond which a figure is dust
	sceneSide    = 64 // the same of a picture
)

// shrink makes the input small: the batch 1, as many positions as show three outputs, channels that divide as before.
func shrink(s layer.Spec, l layer.Layer) (layer.Spec, error) {
	in := append([]int{}, l.Input...)
	in[0] = 1
	if v, _ := layer.VariantNamed(l.Variant); v.Regions {
		shrinkPlane(in)
		s.Input, s.ROIs = in, shrinkROIs(l, in)
		return s, nil
	}
	for i := 2; i < len(in); i++ {
		if in[i] > mostCells {
			in[i] = min(in[i], max(fewCells, cellsFor(l, i-2)))
		}
	}
	s.Input = in
	c, o := in[1], l.OutChannels
	if c <= mostChannels && o <= mostChannels {
		return s, nil
	}
	few := figureOf(l.Variant).small
	if few == nil {
		few = fewGrouped
	}
	few(&s, l, in)
	return s, nil
}

func fewGrouped(s *layer.Spec, l layer.Layer, in []int) {
	g := min(max(1, l.Groups), 4)
	in[1], s.OutChannels = g*(max(1, mostChannels/2/g)), g*max(1, mostChannels/2/g)
	if l.Groups > 1 {
		s.Groups = g
	}
}

func fewSqueezed(s *layer.Spec, l layer.Layer, in []int) {
	in[1] = 8
	s.Hidden, s.Reduction = 0, min(4, max(1, l.Channels()/l.Stages[1].Op.(layer.Linear).Out))
	for 8%s.Reduction != 0 {
		s.Reduction--
	}
}

func fewDepthwise(s *layer.Spec, l layer.Layer, in []int) {
	in[1] = 4
	s.Groups, s.OutChannels = 0, 0
	if s.Given("groups") || s.Given("out-channels") {
		s.Groups, s.OutChannels = 4, 4*l.Multiplier
	}
}

func fewSeparable(s *layer.Spec, l layer.Layer, in []int) {
	in[1], s.OutChannels = min(in[1], 4), min(l.OutChannels, 6)
}

func fewDeformable(s *layer.Spec, _ layer.Layer, in []int) {
	in[1], s.OutChannels, s.Groups, s.OffsetGroups = 1, 1, 1, 1
}

// cellsFor is an input extent that makes at least three outputs.
func cellsFor(l layer.Layer, axis int) int {
	if v, _ := layer.VariantNamed(l.Variant); len(l.Kernel) <= axis || v.Enlarges {
		return 4
	}
	return shape.Effective(l.Kernel[axis], l.Dilation[axis]) + 2*l.Stride[axis]
}

// shrinkPlane makes a plane for regions small, one channel of the same proportions: its bins need room.
func shrinkPlane(in []int) {
	in[1] = 1
	most := max(in[2], in[3])
	for i := 2; i < 4 && most > roomyCells; i++ {
		in[i] = max(1, (in[i]*roomyCells+most/2)/most)
	}
}

// shrinkROIs scales the first region with the input.
func shrinkROIs(l layer.Layer, in []int) []layer.ROI {
	if len(l.ROIs) == 0 {
		return nil
	}
	fy, fx := float64(in[2])/float64(l.Input[2]), float64(in[3])/float64(l.Input[3])
	r := l.ROIs[0]
	return []layer.ROI{{X0: r.X0 * fx, Y0: r.Y0 * fy, X1: r.X1 * fx, Y1: r.Y1 * fy}}
}

// drawable refuses layers whose grids would be too fine to see.
func drawable(r shape.Result, o Options) error {
	if m := r.Layer.Multiplier; m > mostChannels {
		return layer.Errorf("a multiplier of %d makes too many channels to draw: at most %d", m, mostChannels)
	}
	most := mostSide
	if o.Scene != nil {
		most = sceneSide
	}
	if figureOf(r.Layer.Variant).coarse {
		return nil
	}
	for i, st := range r.Stages {
		pads := st.Pads
		for a, n := range st.Output[2:] {
			size := n
			if len(st.Inputs[0]) == len(st.Output) {
				size = max(size, st.Inputs[0][2+a])
				if len(pads) > a {
					size += pads[a].Begin + pads[a].End
				}
			}
			if size > most {
				return layer.Errorf("%s would need a grid of %d cells a side: take a smaller kernel, dilation or stride", r.Layer.Stages[i].Name, size)
			}
		}
	}
	return nil
}
