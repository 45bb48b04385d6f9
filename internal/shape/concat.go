package shape

import (
	"slices"

	"convx/internal/layer"
)

// concat: channels add up; every other axis agrees.
func concat(_ layer.Op, in [][]int) (Stage, error) {
	out := slices.Clone(in[0])
	for _, s := range in[1:] {
		if len(s) != len(out) || len(s) < 2 || s[0] != out[0] || !slices.Equal(s[2:], out[2:]) {
			return Stage{}, layer.Errorf("cannot concatenate %s and %s: they differ beyond their channels", layer.FormatShape(in[0]), layer.FormatShape(s))
		}
		out[1] += s[1]
	}
	return Stage{Output: out}, nil
}
