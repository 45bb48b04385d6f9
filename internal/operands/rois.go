package operands

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// checkROIs refuses a region of interest (R x 5: batch index, x0, y0, x1, y1) that ends before it begins: MMCV and
// torchvision allow none either, and pooling it would give numbers that mean nothing.
func checkROIs[T tensor.Float](rois *tensor.Tensor[T], path string) error {
	for i := 0; i+5 <= len(rois.Data); i += 5 {
		r := rois.Data[i:][:5]
		if !(r[1] <= r[3] && r[2] <= r[4]) { // NaN is neither
			return lang.Errorf("rois in %q: region %d is %g,%g,%g,%g: a region is x0,y0,x1,y1 with x0 <= x1 and y0 <= y1", path, i/5, r[1], r[2], r[3], r[4])
		}
	}
	return nil
}

// outsideNote says how many regions lie wholly beside the plane, where there is nothing to pool; empty where none does.
func outsideNote[T tensor.Float](rois *tensor.Tensor[T], l layer.Layer) string {
	height, width := T(l.Input[2])/T(l.SpatialScale), T(l.Input[3])/T(l.SpatialScale)
	outside, first := 0, 0
	for i := 0; i+5 <= len(rois.Data); i += 5 {
		r := rois.Data[i:][:5]
		if r[3] >= 0 && r[1] <= width && r[4] >= 0 && r[2] <= height {
			continue
		}
		if outside == 0 {
			first = i / 5
		}
		outside++
	}
	if outside == 0 {
		return ""
	}
	r := rois.Data[5*first:][:5]
	return lang.Sprintf("note: %d of %d regions lie outside of the input, which spans 0,0,%g,%g: the first is %g,%g,%g,%g",
		outside, len(rois.Data)/5, width, height, r[1], r[2], r[3], r[4])
}
