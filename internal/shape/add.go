package shape

import (
	"slices"

	"convx/internal/layer"
)

// add: all inputs have one shape.
func add(_ layer.Op, in [][]int) (Stage, error) {
	for _, s := range in[1:] {
		if !slices.Equal(s, in[0]) {
			return Stage{}, layer.Errorf("cannot add %s and %s: a shortcut needs equal sizes", layer.FormatShape(in[0]), layer.FormatShape(s)).
				Hint("use --padding same")
		}
	}
	return Stage{Output: slices.Clone(in[0])}, nil
}
