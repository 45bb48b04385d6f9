package operands

import (
	"maps"

	"convx/internal/layer"
	"convx/internal/offset"
)

// checkOffsets refuses a preset for a layer without taps to move, and one beside offsets in a file.
func (f Files) checkOffsets(s layer.Spec) error {
	if f.Offsets == nil {
		return nil
	}
	if v, known := layer.VariantNamed(s.Variant); known && !v.MovesTaps() {
		return layer.Errorf("--offsets %s: %s has no taps to move", f.Offsets.Text, s.Variant).Hint("deformable has")
	}
	if op, given := f.byName["offset"]; given {
		return layer.Errorf("--offsets %s and -w offset=%s: give one of them", f.Offsets.Text, op.path)
	}
	return nil
}

// withOffsets adds the offsets that a preset makes for a deformable layer.
func withOffsets(m map[string]made, l layer.Layer, p offset.Preset) map[string]made {
	m = maps.Clone(m)
	if m == nil {
		m = map[string]made{}
	}
	m["offset"] = made{label: p.Text + ", " + p.Says(), fill: func(set func(i int, w float64), shape []int) {
		p.Fill(set, shape, [2]int(l.Kernel), [2]int(l.Dilation))
	}}
	return m
}
