package shape

import (
	"slices"

	"convx/internal/layer"
)

// deformable: the shape of the convolution that it bends; offset and mask must have that shape's rows and columns.
func deformable(op layer.Op, in [][]int) (Stage, error) {
	d := op.(layer.Deformable)
	st, err := conv(d.Conv, in[:1])
	if err != nil {
		return Stage{}, err
	}
	taps := d.OffsetGroups * d.Kernel[0] * d.Kernel[1]
	planes := []int{2 * taps, taps}
	for i, s := range in[1:] {
		want := []int{in[0][0], planes[i], st.Output[2], st.Output[3]}
		if !slices.Equal(s, want) {
			return Stage{}, layer.Errorf("%s is %s; this layer needs %s (2 planes, dy and dx, per tap and offset group; a mask has 1)",
				[]string{"offset", "mask"}[i], layer.FormatShape(s), layer.FormatShape(want))
		}
	}
	return st, nil
}
