package draw

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// dust is a layer whose parts would be too fine to see.
type dust struct{ error }

func (d *dust) Unwrap() error { return d.error }

func dustf(format string, args ...any) error { return &dust{layer.Errorf(format, args...)} }

// drawable refuses layers whose grids would be too fine to see.
func drawable(r shape.Result, o Options) error {
	if m := r.Layer.Multiplier; m > mostChannels {
		return dustf("a multiplier of %d makes too many channels to draw: at most %d", m, mostChannels)
	}
	if v, _ := layer.VariantNamed(r.Layer.Variant); v.Regions {
		return drawableRegion(r)
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
			if t, ok := r.Layer.Stages[i].Op.(layer.Transposed); ok { // drawn with its zeros between and around
				size = max(size, n+shape.Effective(t.Kernel[a], t.Dilation[a])-1)
			}
			if size > most {
				return dustf("%s would need a grid of %d cells a side: take a smaller kernel, dilation or stride", r.Layer.Stages[i].Name, size)
			}
		}
	}
	return nil
}

// drawableRegion refuses regions and bins that leave the figure or fill it with dust.
func drawableRegion(r shape.Result) error {
	op := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.ROIPool)
	for _, roi := range r.Layer.ROIs[:min(1, len(r.Layer.ROIs))] {
		for a, ends := range [2][2]float64{{roi.Y0, roi.Y1}, {roi.X0, roi.X1}} {
			most := float64(r.Input[2+a])
			if from, to := ends[0]*op.SpatialScale, ends[1]*op.SpatialScale; from < -most || to-from > 2*most || from > most {
				return dustf("the region %g,%g,%g,%g reaches too far out of the input to draw: choose one in it", roi.X0, roi.Y0, roi.X1, roi.Y1)
			}
		}
	}
	switch {
	case op.Gamma > mostGamma:
		return dustf("a gamma of %g moves bins out of the figure: draw at most %g", op.Gamma, mostGamma)
	case op.SamplingRatio > mostSamples:
		return dustf("a sampling ratio of %d is dust in a figure: draw at most %d", op.SamplingRatio, mostSamples)
	case slices.Max(op.Pooled) > mostBins:
		return dustf("%d bins a side are dust in a figure: draw at most %d", slices.Max(op.Pooled), mostBins)
	}
	return nil
}

const mostBins = 16

// tamers bring the keys of a layer that is dust, one after the other, to what can be seen, and say so; the empty text is
// nothing to do.
var tamers = []func(s *layer.Spec) string{
	func(s *layer.Spec) string { return tame("dilation", &s.Dilation, 3) },
	func(s *layer.Spec) string { return tame("kernel", &s.Kernel, 9) },
	func(s *layer.Spec) string { return tame("stride", &s.Stride, 4) },
	func(s *layer.Spec) string { return tame("pooled", &s.Pooled, 7) },
	func(s *layer.Spec) string {
		most := 1 // of the example's stride
		if len(s.Stride) > 0 {
			most = max(slices.Min(s.Stride), 1) - 1
		}
		return tame("output-padding", &s.OutputPadding, most)
	},
	func(s *layer.Spec) string {
		before := s.Padding.String()
		s.Padding.Pairs = slices.Clone(s.Padding.Pairs)
		for i := range s.Padding.Pairs {
			p, most := &s.Padding.Pairs[i], 4
			if n := len(s.Kernel); n > 0 { // pooling takes half of a window at most
				most = min(most, s.Kernel[min(i, n-1)]/2)
			}
			p.Begin, p.End = min(p.Begin, most), min(p.End, most)
		}
		return instead("padding", before, s.Padding.String())
	},
	tameGroups,
	func(s *layer.Spec) string { return tameOne("multiplier", &s.Multiplier, 2) },
	func(s *layer.Spec) string { return tameOne("sampling-ratio", &s.SamplingRatio, 4) },
	func(s *layer.Spec) string {
		before := fmt.Sprint(s.Gamma)
		s.Gamma = min(s.Gamma, 0.5)
		return instead("gamma", before, fmt.Sprint(s.Gamma))
	},
	func(s *layer.Spec) string {
		before := fmt.Sprint(s.Scale)
		s.Scale = slices.Clone(s.Scale)
		for i := range s.Scale {
			s.Scale[i] = min(s.Scale[i], 4)
		}
		return instead("scale", before, fmt.Sprint(s.Scale))
	},
	func(s *layer.Spec) string {
		if s.ROIs == nil && s.SpatialScale == 0 {
			return ""
		}
		s.ROIs, s.SpatialScale = nil, 0
		return lang.Text("the region does not fit: drawn with the whole input in place of it")
	},
	func(s *layer.Spec) string { // the last resort
		*s = layer.Spec{Variant: s.Variant, Dims: s.Dims}
		return lang.Text("these keys together are too large to draw: this is the variant with its own")
	},
}

// tameGroups takes the most of the groups that the layer can be built with: those of a volume need not divide what its slice has.
func tameGroups(s *layer.Spec) string {
	before := itoa(s.Groups)
	for g := s.Groups; g > 0; g-- {
		t := *s
		t.Groups = g
		if t.Input == nil {
			t, _ = withExample(t)
		}
		if _, err := shape.OfSpec(t); err == nil && s.Groups%g == 0 {
			s.Groups = g
			break
		}
	}
	return instead("groups", before, itoa(s.Groups))
}

// tame brings numbers per axis down to most, even to even, odd to odd.
func tame(key string, v *[]int, most int) string {
	before := layer.FormatInts(*v)
	*v = slices.Clone(*v)
	for i, n := range *v {
		if n > most {
			if (*v)[i] = most; (n-most)%2 == 1 && most > 1 {
				(*v)[i]--
			}
		}
	}
	return instead(key, before, layer.FormatInts(*v))
}

func tameOne(key string, v *int, most int) string {
	before := itoa(*v)
	*v = min(*v, most)
	return instead(key, before, itoa(*v))
}

func instead(key, before, after string) string {
	if before == after {
		return ""
	}
	return lang.Sprintf("drawn with %s %s in place of %s", key, after, before)
}

// slice is a volume's layer without its depth.
func slice(s layer.Spec) (layer.Spec, error) {
	if s.Input != nil {
		if n := len(s.Input); n != 4 && n != 5 {
			_, err := layer.Build(s)
			return s, err
		}
		s.Input = slices.Delete(slices.Clone(s.Input), len(s.Input)-3, len(s.Input)-2)
	}
	s.Dims = 2
	for _, v := range []*[]int{&s.Kernel, &s.Stride, &s.Dilation, &s.OutputPadding} {
		if len(*v) == 3 {
			*v = (*v)[1:]
		}
	}
	if len(s.Scale) == 3 {
		s.Scale = s.Scale[1:]
	}
	if len(s.Padding.Pairs) == 3 {
		s.Padding.Pairs = s.Padding.Pairs[1:]
	}
	return s, nil
}
