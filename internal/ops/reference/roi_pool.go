package reference

import (
	"math"

	"convx/internal/tensor"
)

// ROIPooling is the geometry of RoI pooling: N x C x Height x Width pooled to R x C x Pooled[0] x Pooled[1].
type ROIPooling struct {
	C, Height, Width int
	Pooled           [2]int
	SamplingRatio    int // points per bin and axis
	SpatialScale     float64
	Gamma            float64
}

// ROIPool averages, for each bin of each region, SamplingRatio x SamplingRatio bilinear samples, aligned: a region begins
// at its coordinate times the scale minus half a pixel (He et al. 2017). rois is R x 5: batch index, x0, y0, x1, y1.
// offset, if not nil, moves each bin by Gamma times the region's size times its two numbers (Dai et al. 2017; R x 2 x
// pooled, plane 0 is x, plane 1 is y), as MMCV's deform_roi_pool. It computes rows from..to of the output.
func ROIPool[T tensor.Float](p *ROIPooling, y, x, rois, offset []T, from, to int) {
	bins := p.Pooled[0] * p.Pooled[1]
	for i := from; i < to; i++ {
		ph, c, r := i%p.Pooled[0], i/p.Pooled[0]%p.C, i/p.Pooled[0]/p.C
		roi := rois[r*5:][:5]
		plane := x[(int(roi[0])*p.C+c)*p.Height*p.Width:][:p.Height*p.Width]
		x0, y0 := float64(roi[1])*p.SpatialScale-0.5, float64(roi[2])*p.SpatialScale-0.5
		width, height := float64(roi[3])*p.SpatialScale-0.5-x0, float64(roi[4])*p.SpatialScale-0.5-y0
		for pw := range p.Pooled[1] {
			left, top := x0, y0
			if offset != nil {
				bin := ph*p.Pooled[1] + pw
				left += p.Gamma * width * float64(offset[2*r*bins+bin])
				top += p.Gamma * height * float64(offset[(2*r+1)*bins+bin])
			}
			binH, binW := height/float64(p.Pooled[0]), width/float64(p.Pooled[1])
			y[i*p.Pooled[1]+pw] = T(p.average(func(row, col float64) float64 {
				return aligned(plane, p.Height, p.Width, top+(float64(ph)+row)*binH, left+(float64(pw)+col)*binW)
			}))
		}
	}
}

// average samples a bin at the centres of its SamplingRatio x SamplingRatio cells, in fractions of the bin.
func (p *ROIPooling) average(sample func(row, col float64) float64) float64 {
	s, sum := p.SamplingRatio, 0.0
	for iy := range s {
		for ix := range s {
			sum += sample((float64(iy)+0.5)/float64(s), (float64(ix)+0.5)/float64(s))
		}
	}
	return sum / float64(s*s)
}

// aligned is RoIAlign's bilinear sample: zero more than a pixel outside of the plane, otherwise clamped to it.
func aligned[T tensor.Float](plane []T, height, width int, row, col float64) float64 {
	if row < -1 || row > float64(height) || col < -1 || col > float64(width) {
		return 0
	}
	if math.IsNaN(row + col) {
		return math.NaN()
	}
	row, col = min(max(row, 0), float64(height-1)), min(max(col, 0), float64(width-1))
	return Bilinear(plane, height, width, row, col)
}
