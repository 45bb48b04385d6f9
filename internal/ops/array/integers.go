package array

import (
	"math"

	"convx/internal/tensor"
)

// blendIntegers interpolates integers. The specification leaves their rounding open: it is ONNX Runtime's, to the last bit where
// weights are shares of a power of two.
func (c *Call) blendIntegers(out *tensor.Array) {
	lo, hi := bounds(c.origin)
	to := data[int64](c, out)
	switch {
	case c.flag("antialias", false):
		c.smooth(out.Shape, to, lo, hi)
	case c.text("mode", "nearest", "linear", "cubic", "bilinear", "trilinear") == "cubic":
		c.afford(tensor.Float64, out.Shape)
		wide := make([]float64, len(to))
		blendAxes(c, wide, tensor.Data[float64](c.converted(c.In[0], tensor.Float64)))
		for i, v := range wide {
			to[i] = saturate(float64(float32(v)), lo, hi)
		}
	default:
		c.corners(out.Shape, to, lo, hi)
	}
}

// smooth goes along the last axis first, and rounds to the nearest after every axis; bytes are weighed in steps of 2^-22.
func (c *Call) smooth(shape []int, out []int64, lo, hi int64) {
	x := tensor.Data[float64](c.converted(c.In[0], tensor.Float64))
	have := append(c.shape(len(shape))[:0], c.In[0].Shape...)
	for axis := len(shape) - 1; axis >= 0; axis-- {
		m := &c.mixes[axis]
		if m.rests(have[axis], shape[axis]) {
			continue
		}
		if c.origin.Size() == 1 {
			for i, w := range m.weight {
				m.weight[i] = math.Round(w*(1<<22)) / (1 << 22)
			}
		}
		a := aroundAxis(have, axis)
		have[axis] = shape[axis]
		c.afford(tensor.Float64, have)
		into := make([]float64, sizeOf(have))
		blendAxis(into, x, a, shape[axis], m)
		for i, v := range into {
			into[i] = min(max(math.Floor(v+0.5), float64(lo)), float64(hi))
		}
		x = into
	}
	for i, v := range x {
		out[i] = int64(v)
	}
}

// mostCorners is the number of axes, each of which doubles the corners.
const mostCorners = 8

// corners adds up the pixels around each place, two along every axis of pixels, the last axis turning fastest: in float32, by the products
// of their weights, which are halves where both are the last pixel. What comes out is cut off toward zero.
func (c *Call) corners(shape []int, out []int64, lo, hi int64) {
	x := data[int64](c, c.In[0])
	step, at := strides(nil, c.In[0].Shape), make([]int, len(shape))
	first, still := 0, true // of the axes that may be resized: those of pixels, or all
	if len(shape) > 3 {
		first = 2
	}
	for axis, n := range c.In[0].Shape {
		if !c.mixes[axis].rests(n, shape[axis]) {
			first, still = min(first, axis), false
		}
	}
	if still {
		copy(out, x)
		return
	}
	if len(shape)-first > mostCorners {
		c.refusef("interpolation along %d axes: %w", len(shape)-first, ErrUnsupported)
	}
	place, weight := make([]int, 1<<(len(shape)-first)), make([]float32, 1<<(len(shape)-first))
	for o := range out {
		n := 1
		place[0], weight[0] = 0, 1
		for axis, i := range at {
			place[0] += i * step[axis]
		}
		for axis := len(shape) - 1; axis >= first; axis-- {
			m := &c.mixes[axis]
			index, near, far := m.index[2*at[axis]:][:2], float32(m.weight[2*at[axis]]), float32(m.weight[2*at[axis]+1])
			if index[0] == index[1] {
				near, far = 0.5, 0.5
			}
			base := at[axis] * step[axis]
			for i := range n {
				from, by := place[i]-base, weight[i]
				place[i], weight[i] = from+index[0]*step[axis], by*near
				place[n+i], weight[n+i] = from+index[1]*step[axis], by*far
			}
			n *= 2
		}
		var sum float32
		for i, from := range place {
			sum += float32(weight[i] * float32(x[from]))
		}
		out[o] = saturate(float64(sum), lo, hi)
		for axis := len(shape) - 1; axis >= 0; axis-- {
			if at[axis]++; at[axis] < shape[axis] {
				break
			}
			at[axis] = 0
		}
	}
}
