package ops

import (
	"maps"
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Operands lists the operands of a layer of known shape: the weights of every stage, then the arrays from outside (offset, mask,
// rois).
func Operands(s shape.Result) []layer.Operand {
	var out []layer.Operand
	for i, st := range s.Layer.Stages {
		out = append(out, st.Operands(s.Stages[i].Inputs)...)
	}
	for _, name := range s.Layer.External {
		out = append(out, layer.Operand{Name: name, Shape: shape.External(s, name)})
	}
	return out
}

// checkOperands demands that a layer's operands are all there, with their shapes, and no others.
func checkOperands[T tensor.Float](s shape.Result, operands map[string]*tensor.Tensor[T]) error {
	all := Operands(s)
	if err := knownOperands(s, all, operands); err != nil {
		return err
	}
	for _, o := range all {
		t, ok := operands[o.Name]
		if !ok {
			return layer.Errorf("%s (%s) is missing", o.Name, layer.FormatShape(o.Shape))
		}
		if !slices.Equal(t.Shape, o.Shape) {
			return wrongShape(o.Name, t.Shape, o.Shape)
		}
	}
	return nil
}

func knownOperands[T tensor.Float](s shape.Result, all []layer.Operand, operands map[string]*tensor.Tensor[T]) error {
	var names []string
	for _, o := range all {
		names = append(names, o.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(operands)) {
		if slices.Contains(names, name) {
			continue
		}
		e := layer.Errorf("unknown operand %q", name)
		if len(names) == 0 {
			return e.Hint(lang.Sprintf("%s has none", s.Layer.Variant))
		}
		return e.Hint(lang.Sprintf("%s has %s", s.Layer.Variant, lang.List(names)))
	}
	return nil
}

// FillOperands adds what is missing to a layer's operands. Weights and biases are drawn from the stream of the seed and
// their own name, uniformly between -sqrt(3/n) and sqrt(3/n), n products being summed into an output: so an output
// varies about as much as the input does, and the offsets that a convolution predicts from a picture are of the order
// of a pixel. Offsets from outside are drawn from -1 to 1 pixel, masks from 0 to 1. Regions of interest are the spec's,
// in sample 0.
//
// It returns the names of those that were drawn. Wrong names and shapes among the given ones are errors (*layer.Error).
func FillOperands[T tensor.Float](s shape.Result, operands map[string]*tensor.Tensor[T], seed uint64) (seeded []string, err error) {
	l := s.Layer
	all := Operands(s)
	if err := knownOperands(s, all, operands); err != nil {
		return nil, err
	}
	for _, o := range all {
		if t, given := operands[o.Name]; given {
			if !slices.Equal(t.Shape, o.Shape) {
				return nil, wrongShape(o.Name, t.Shape, o.Shape)
			}
			continue
		}
		if o.Name == "rois" && len(l.ROIs) > 0 {
			operands[o.Name] = roisOf[T](l.ROIs)
			continue
		}
		t := tensor.New[T](o.Shape...)
		fill(t, o, tensor.NewStream(seed, o.Name))
		operands[o.Name] = t
		seeded = append(seeded, o.Name)
	}
	return seeded, nil
}

func fill[T tensor.Float](t *tensor.Tensor[T], o layer.Operand, from *tensor.Stream) {
	switch {
	case o.FanIn > 0:
		tensor.FillUniform(t, from, math.Sqrt(3/float64(o.FanIn)))
	case o.Name == "mask":
		tensor.FillUniform(t, from, 0.5)
		for i := range t.Data {
			t.Data[i] += 0.5
		}
	default:
		tensor.FillUniform(t, from, 1)
	}
}

// roisOf is R x 5: batch index, x0, y0, x1, y1.
func roisOf[T tensor.Float](rois []layer.ROI) *tensor.Tensor[T] {
	t := tensor.New[T](len(rois), 5)
	for i, r := range rois {
		copy(t.Data[5*i:], []T{0, T(r.X0), T(r.Y0), T(r.X1), T(r.Y1)})
	}
	return t
}

// GivenOperands tells a spec, before layer.Build, which arrays come from outside: those of the given operands that some
// stage would otherwise predict (offset, mask), and the number of regions in rois.
func GivenOperands[T tensor.Float](s layer.Spec, operands map[string]*tensor.Tensor[T]) layer.Spec {
	_, s.GivenOffset = operands["offset"]
	_, s.GivenMask = operands["mask"]
	if rois, ok := operands["rois"]; ok && len(rois.Shape) == 2 {
		s.GivenROIs = rois.Shape[0]
	}
	return s
}
