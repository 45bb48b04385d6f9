package shape

import (
	"slices"

	"convx/internal/layer"
)

// scale: x keeps its shape; the factors are N x C, or N x C x 1 x ….
func scale(_ layer.Op, in [][]int) (Stage, error) {
	x, f := in[0], in[1]
	if len(x) < 2 || len(f) < 2 || f[0] != x[0] || f[1] != x[1] || slices.ContainsFunc(f[2:], func(d int) bool { return d != 1 }) {
		return Stage{}, layer.Errorf("factors %s cannot scale the channels of %s", layer.FormatShape(f), layer.FormatShape(x))
	}
	return Stage{Output: slices.Clone(x)}, nil
}
