package reference

import (
	"math"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// Pooling says what a pool computes beside its geometry.
type Pooling struct {
	Max bool // the maximum of the window, NaN if it holds one; otherwise the average
	// Adaptive pools output position o over the input positions floor(o*in/out) to ceil((o+1)*in/out), not the kernel.
	Adaptive bool
	// CountPadding divides an average by all taps within the padded input, not only by those within the input.
	CountPadding bool
}

// Pool reduces each window of each channel: N x C x in to N x C x out. Padding takes no part: a maximum over padding
// alone is -Inf, an average over it NaN (0 if padding counts).
func Pool[T tensor.Float](g *layer.Geometry, p Pooling, y, x []T, from, to int) {
	for i := from; i < to; i++ {
		n, c, d, h := row(g, i)
		plane := x[(n*g.C+c)*g.InPlane():][:g.InPlane()]
		for w := range g.Out[2] {
			y[i*g.Out[2]+w] = T(pooled(g, p, plane, [3]int{d, h, w}))
		}
	}
}

func pooled[T tensor.Float](g *layer.Geometry, p Pooling, plane []T, at [3]int) float64 {
	var taps [3]axisTaps
	for axis := range taps {
		taps[axis] = windowTaps(g, axis, at[axis], p.Adaptive)
	}
	sum, most, inside := 0.0, math.Inf(-1), 0
	for kd := range taps[0].count {
		for kh := range taps[1].count {
			for kw := range taps[2].count {
				d, h, w := taps[0].at(kd), taps[1].at(kh), taps[2].at(kw)
				if d < 0 || d >= g.In[0] || h < 0 || h >= g.In[1] || w < 0 || w >= g.In[2] {
					continue
				}
				v := float64(plane[(d*g.In[1]+h)*g.In[2]+w])
				sum, inside = sum+v, inside+1
				if v > most || math.IsNaN(v) {
					most = v
				}
			}
		}
	}
	if p.Max {
		return most
	}
	if p.CountPadding {
		return sum / float64(taps[0].count*taps[1].count*taps[2].count)
	}
	return sum / float64(inside)
}

// axisTaps are the positions first, first + step, … that a window meets along an axis, those within the padded input.
type axisTaps struct{ first, step, count int }

func (a axisTaps) at(k int) int { return a.first + k*a.step }

func windowTaps(g *layer.Geometry, axis, at int, adaptive bool) axisTaps {
	in, out := g.In[axis], g.Out[axis]
	if adaptive {
		first := at * in / out
		return axisTaps{first, 1, ((at+1)*in+out-1)/out - first}
	}
	a := axisTaps{at*g.Stride[axis] - g.Pads[axis].Begin, g.Dilation[axis], g.Kernel[axis]}
	// The last window of a pool that rounds its size up may reach beyond the end padding.
	for a.count > 0 && a.at(a.count-1) >= in+g.Pads[axis].End {
		a.count--
	}
	return a
}
