package shape

import (
	"slices"

	"convx/internal/layer"
)

// roiPool: one C x P x P block per region: R x C x P x P.
func roiPool(op layer.Op, in [][]int) (Stage, error) {
	r := op.(layer.ROIPool)
	x := in[0]
	if len(x) != 4 {
		return Stage{}, layer.Errorf("RoI pooling reads N x C x H x W, not %s", layer.FormatShape(x))
	}
	if want := []int{r.ROIs, 5}; !slices.Equal(in[1], want) {
		return Stage{}, layer.Errorf("rois is %s; this layer needs %s (batch index, x0, y0, x1, y1)", layer.FormatShape(in[1]), layer.FormatShape(want))
	}
	if r.Deform {
		n, err := layer.Product(in[2]...)
		if err != nil || n != r.ROIs*2*r.Pooled[0]*r.Pooled[1] || in[2][0] != r.ROIs {
			return Stage{}, layer.Errorf("offset is %s; this layer needs %s (plane 0 is x, plane 1 is y)", layer.FormatShape(in[2]), layer.FormatShape([]int{r.ROIs, 2, r.Pooled[0], r.Pooled[1]}))
		}
	}
	return Stage{Output: []int{r.ROIs, x[1], r.Pooled[0], r.Pooled[1]}}, nil
}
