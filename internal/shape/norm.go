package shape

import (
	"slices"

	"convx/internal/layer"
)

// norm: channel by channel; the shape stays.
func norm(_ layer.Op, in [][]int) (Stage, error) {
	if len(in[0]) < 2 {
		return Stage{}, layer.Errorf("a norm reads a batch of channels, not %s", layer.FormatShape(in[0]))
	}
	return Stage{Output: slices.Clone(in[0])}, nil
}
