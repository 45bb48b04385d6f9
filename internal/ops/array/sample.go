package array

import (
	"math"

	"convx/internal/tensor"
)

// samplers read planes at places that other inputs give.
func samplers() []Operator {
	return []Operator{
		{Name: "RoiAlign", Inputs: Arity{3, 3}, Outputs: one, Elems: floats, same: 2, Doc: "mean or largest of samples in the parts of regions", run: floating(roiAlign[float32], roiAlign[float64])},
		{Name: "GridSample", Inputs: two, Outputs: one, Elems: floats, Doc: "samples where a grid says, in two or three dimensions", run: floating(gridSample[float32], gridSample[float64])},
		{Name: "NonMaxSuppression", Inputs: Arity{2, 5}, Outputs: one, Elems: elems(tensor.Float32), native: true, Doc: "boxes of good scores that do not overlap better ones", run: nonMaxSuppression},
	}
}

// roiAlign samples each part of a region on a grid of points (He et al., Mask R-CNN, 2017).
func roiAlign[T tensor.Float](c *Call) {
	in, regions := c.In[0], c.In[1]
	batch := c.indices(c.In[2])
	if len(in.Shape) != 4 || len(regions.Shape) != 2 || regions.Shape[1] != 4 || len(batch) != regions.Shape[0] {
		c.refusef("%v, regions %v and %d batch indices", in, regions, len(batch))
	}
	n, channels, h, w := in.Shape[0], in.Shape[1], in.Shape[2], in.Shape[3]
	rows, cols, ratio := c.int("output_height", 1), c.int("output_width", 1), c.int("sampling_ratio", 0)
	if rows < 1 || cols < 1 || ratio < 0 || ratio > 1<<16 {
		c.refusef("an output of %dx%d, sampling ratio %d", rows, cols, ratio)
	}
	scale, largest := c.float("spatial_scale", 1), c.text("mode", "avg", "max") == "max"
	half := c.text("coordinate_transformation_mode", "half_pixel", "output_half_pixel") == "half_pixel"
	if c.Version > 0 && c.Version < 16 {
		half = false
	}
	out := data[T](c, c.typed(0, append(c.shape(4)[:0], len(batch), channels, rows, cols)))
	x, corners := data[T](c, in), data[T](c, regions)
	for r, image := range batch {
		c.check()
		k := region{ratio: ratio, largest: largest, half: half, rows: rows, cols: cols}
		k.set(float64(corners[r*4])*scale, float64(corners[r*4+1])*scale, float64(corners[r*4+2])*scale, float64(corners[r*4+3])*scale)
		if k.down > 1<<16 || k.across > 1<<16 {
			c.refusef("region %d is too large to sample", r)
		}
		for ch := range channels {
			c.check()
			plane := x[(c.place(image, n)*channels+ch)*h*w:][:h*w]
			to := out[(r*channels+ch)*rows*cols:][:rows*cols]
			for i := range to {
				to[i] = T(pool(&k, plane, h, w, i/cols, i%cols))
			}
		}
	}
}

// region is where a part's samples lie.
type region struct {
	ratio, rows, cols     int
	largest, half         bool
	top, left, high, wide float64 // of the first part
	down, across          int     // samples in a part
}

func (r *region) set(x1, y1, x2, y2 float64) {
	shift := 0.0
	if r.half {
		shift = 0.5
	}
	width, height := x2-x1, y2-y1
	if !r.half { // regions of less than a pixel count as one
		width, height = max(width, 1), max(height, 1)
	}
	r.top, r.left = y1-shift, x1-shift
	r.high, r.wide = height/float64(r.rows), width/float64(r.cols)
	r.down, r.across = r.ratio, r.ratio
	if r.ratio == 0 {
		r.down, r.across = int(min(max(math.Ceil(r.high), 0), 1<<17)), int(min(max(math.Ceil(r.wide), 0), 1<<17))
	}
}

func pool[T tensor.Float](r *region, x []T, h, w, row, col int) float64 {
	var sum float64
	most := math.Inf(-1)
	for i := range r.down {
		y := r.top + (float64(row)+(float64(i)+0.5)/float64(r.down))*r.high
		for j := range r.across {
			z := r.left + (float64(col)+(float64(j)+0.5)/float64(r.across))*r.wide
			v, top := edgeBilinear(x, h, w, y, z)
			sum += v
			most = max(most, top)
		}
	}
	count := r.down * r.across
	switch {
	case count == 0:
		return 0
	case r.largest:
		return most
	}
	return sum / float64(count)
}

// edgeBilinear samples a plane whose edge reaches a pixel further, with zero beyond; top is the largest of the weighted
// pixels, which is what the largest of samples is taken of.
func edgeBilinear[T tensor.Float](x []T, h, w int, at, across float64) (sum, top float64) {
	if !(at >= -1 && across >= -1 && at <= float64(h) && across <= float64(w)) {
		return 0, 0
	}
	at, across = min(max(at, 0), float64(h-1)), min(max(across, 0), float64(w-1))
	i, j := int(at), int(across)
	fy, fz := at-float64(i), across-float64(j)
	i2, j2 := min(i+1, h-1), min(j+1, w-1)
	a, b := (1-fy)*(1-fz)*float64(x[i*w+j]), (1-fy)*fz*float64(x[i*w+j2])
	d, e := fy*(1-fz)*float64(x[i2*w+j]), fy*fz*float64(x[i2*w+j2])
	return a + b + d + e, max(a, b, d, e)
}
