package array

import (
	"math"

	"convx/internal/tensor"
)

// deformable samples every tap where the offsets put it (Dai et al., Deformable Convolutional Networks, 2017; with a mask,
// Zhu et al., Deformable ConvNets v2, 2019). Offsets are (dy, dx) by tap, in groups of channels.
func deformable[T tensor.Float](c *Call) {
	in, weights := c.In[0], c.In[1]
	if len(in.Shape) != 4 {
		c.refusef("%v, expected two spatial axes", in)
	}
	n, filters, w, spatial := c.convShape(in, weights)
	channels, groups, parts := in.Shape[1], c.int("group", 1), c.int("offset_group", 1)
	taps, plane := sizeOf(w.kernel), sizeOf(spatial)
	if parts < 1 || channels%parts != 0 {
		c.refusef("%d channels in %d offset groups", channels, parts)
	}
	offset, mask := data[T](c, c.In[2]), []T(nil)
	if m := c.in(4); m != nil {
		mask = data[T](c, m)
	}
	if len(offset) != n*parts*taps*2*plane || mask != nil && len(mask) != n*parts*taps*plane {
		c.refusef("offsets %v for an output of %s", c.In[2], format(spatial))
	}
	out := data[T](c, c.typed(0, []int{n, filters, spatial[0], spatial[1]}))
	x, k := data[T](c, in), data[T](c, weights)
	bias := make([]float64, filters)
	if b := c.in(3); b != nil {
		if b.Len() != filters {
			c.refusef("bias %v for %d output channels", b, filters)
		}
		loadFloats(bias, b, 0)
	}
	area, depth := sizeOf(w.in), channels/groups
	column := make([]float64, channels*taps) // what all taps see at one output
	for image := range n {
		for o := range plane {
			c.check()
			for ch := range channels {
				part := image*parts + ch/(channels/parts)
				for t := range taps {
					at := ((part*taps+t)*2)*plane + o
					y := float64(o/spatial[1]*w.stride[0]-w.before[0]+t/w.kernel[1]*w.dilation[0]) + float64(offset[at])
					z := float64(o%spatial[1]*w.stride[1]-w.before[1]+t%w.kernel[1]*w.dilation[1]) + float64(offset[at+plane])
					v := bilinear(x[(image*channels+ch)*area:][:area], w.in[0], w.in[1], y, z)
					if mask != nil {
						v *= float64(mask[(part*taps+t)*plane+o])
					}
					column[ch*taps+t] = v
				}
			}
			for f := range filters {
				sum := bias[f]
				seen := column[f/(filters/groups)*depth*taps:][:depth*taps]
				for i, v := range k[f*depth*taps:][:depth*taps] {
					sum += float64(v) * seen[i]
				}
				out[(image*filters+f)*plane+o] = T(sum)
			}
		}
	}
}

// bilinear samples a plane of h x w pixels that is zero outside.
func bilinear[T tensor.Float](x []T, h, w int, at, across float64) float64 {
	if !(at > -1 && across > -1 && at < float64(h) && across < float64(w)) {
		return 0
	}
	y, z := math.Floor(at), math.Floor(across)
	fy, fz := at-y, across-z
	pixel := func(i, j int) float64 {
		if i < 0 || j < 0 || i >= h || j >= w {
			return 0
		}
		return float64(x[i*w+j])
	}
	i, j := int(y), int(z)
	return (1-fy)*((1-fz)*pixel(i, j)+fz*pixel(i, j+1)) + fy*((1-fz)*pixel(i+1, j)+fz*pixel(i+1, j+1))
}
