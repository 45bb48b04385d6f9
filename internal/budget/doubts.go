package budget

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
)

// doubts say why a baseline may be the wrong one. Its counts are compared all the same.
func doubts(s, before Subject, changed []Change) (notes []string) {
	if len(before.Input) > 0 && len(s.Input) > 0 && !slices.Equal(before.Input, s.Input) {
		notes = append(notes, lang.Sprintf("the baseline was counted on an input of %s, this on %s", layer.FormatShape(before.Input), layer.FormatShape(s.Input)))
	}
	if len(before.Layers) == 0 || len(s.Layers) == 0 {
		return notes
	}
	common := len(s.Layers)
	for _, c := range changed {
		if c.After != nil {
			common--
		}
	}
	switch few := 2*common < len(s.Layers); {
	case few && s.Name != before.Name:
		notes = append(notes, lang.Sprintf("the baseline counts %s, this is %s: %d of its %d layers are in it", before.Name, s.Name, common, len(s.Layers)))
	case few && len(before.Layers) < len(s.Layers):
		notes = append(notes, lang.Sprintf("%d of %d layers are in the baseline: where it shows a fold of the layers, make it again", common, len(s.Layers)))
	}
	return notes
}
