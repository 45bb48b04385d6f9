package operands

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// Values are a layer's operands, by name.
type Values[T tensor.Float] struct {
	Tensors map[string]*tensor.Tensor[T]
	Origins []string // where each came from, in words
	Inexact int      // elements that T could not hold
}

// Load reads the operands that were given, takes what filters made, and draws the rest from the seed.
func Load[T tensor.Float](s *Settled, seed uint64) (Values[T], error) {
	v := Values[T]{Tensors: map[string]*tensor.Tensor[T]{}}
	for _, n := range s.needed {
		if op, ok := s.files.byName[n.Name]; ok {
			if err := v.read(op, n); err != nil {
				return v, err
			}
		} else if m, ok := s.made[n.Name]; ok {
			t := tensor.New[T](n.Shape...)
			m.fill(func(i int, w float64) { t.Data[i] = T(w) }, n.Shape)
			v.Tensors[n.Name] = t
			v.Origins = append(v.Origins, sized(n)+lang.Text(": ")+m.label)
		}
	}
	drawn, err := ops.FillOperands(s.Result, v.Tensors, seed)
	if err != nil {
		return v, err
	}
	var parts []string
	for _, n := range s.needed {
		_, given := s.files.byName[n.Name]
		switch {
		case slices.Contains(drawn, n.Name):
			parts = append(parts, sized(n))
		case n.Name == "rois" && !given:
			v.Origins = append(v.Origins, lang.Sprintf("rois: %s in image 0", formatROIs(s.Layer.ROIs)))
		}
	}
	if rois, ok := v.Tensors["rois"]; ok {
		if note := outsideNote(rois, s.Layer); note != "" {
			v.Origins = append(v.Origins, note)
		}
	}
	if parts != nil {
		v.Origins = append(v.Origins, lang.Sprintf("drawn from seed %d: %s", seed, lang.List(parts)))
	}
	return v, nil
}

// read loads an operand from its file.
func (v *Values[T]) read(op given, n layer.Operand) error {
	t, info, err := npy.Load[T](op.file, op.key)
	if err != nil {
		return err
	}
	if n.Name == "rois" {
		if err := checkROIs(t, op.path); err != nil {
			return err
		}
	}
	v.Inexact += info.Inexact
	v.Tensors[n.Name] = t.Reshape(n.Shape...)
	v.Origins = append(v.Origins, lang.Sprintf("%s from %q", sized(n), op.path))
	return nil
}

// sized is an operand with its shape: weight 8x3x3x3.
func sized(n layer.Operand) string { return n.Name + " " + layer.FormatShape(n.Shape) }

func formatROIs(rois []layer.ROI) string {
	k, _ := layer.KeyNamed("roi")
	return k.Value(layer.Spec{ROIs: rois})
}
