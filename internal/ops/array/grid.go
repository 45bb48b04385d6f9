package array

import (
	"math"

	"convx/internal/tensor"
)

// sampler reads planes of two or three axes between pixels.
type sampler struct {
	shape   []int
	mode    string // linear, nearest or cubic
	padding string // zeros, border or reflection
	align   bool
	kernel  interpolation
	index   [][4]int // of each axis: the pixels, -1 for none, and their weights
	weight  [][4]float64
}

// gridSample: the grid's coordinates, x first, are -1 and 1 at the ends of the axes (Jaderberg et al., Spatial Transformer
// Networks, 2015).
func gridSample[T tensor.Float](c *Call) {
	in, grid := c.In[0], c.In[1]
	n, channels, spatial := c.batched(in)
	rank := len(spatial)
	if rank > 3 || len(grid.Shape) != rank+2 || grid.Shape[0] != n || grid.Shape[rank+1] != rank {
		c.refusef("grid %v for %v", grid, in)
	}
	s := c.samplerOf(spatial)
	shape := append(append(c.shape(rank + 2)[:0], n, channels), grid.Shape[1:rank+1]...)
	out, x, g := data[T](c, c.typed(0, shape)), data[T](c, in), data[T](c, grid)
	plane, area := sizeOf(shape[2:]), sizeOf(spatial)
	if area == 0 {
		c.refusef("%v has empty planes", in)
	}
	for image := range n {
		c.check()
		for o := range plane {
			for axis := range rank {
				s.locate(axis, placeOf(g[(image*plane+o)*rank+rank-1-axis], s.shape[axis], s.align))
			}
			for ch := range channels {
				at := image*channels + ch
				out[at*plane+o] = T(mixPixels(s, x[at*area:][:area], 0, 0))
			}
		}
	}
}

func (c *Call) samplerOf(spatial []int) *sampler {
	s := &sampler{shape: spatial, padding: c.text("padding_mode", "zeros", "border", "reflection"), align: c.flag("align_corners", false)}
	s.mode = c.text("mode", "bilinear", "linear", "nearest", "bicubic", "cubic")
	switch s.mode {
	case "bilinear", "linear":
		s.kernel = interpolation{width: 2, stretch: 1, f: triangle}
	case "bicubic", "cubic":
		if len(spatial) == 3 {
			c.refusef("cubic interpolation in three dimensions: %w", ErrUnsupported)
		}
		s.kernel = interpolation{width: 4, stretch: 1, f: cubic, a: -0.75}
	default:
		s.kernel = interpolation{width: 1}
	}
	s.index, s.weight = make([][4]int, len(spatial)), make([][4]float64, len(spatial))
	return s
}

// placeOf is where a coordinate of the grid lies on an axis of n pixels, rounded as the grid's own type rounds.
func placeOf[T tensor.Float](v T, n int, align bool) float64 {
	if align {
		return float64((v + 1) / 2 * T(n-1))
	}
	return float64(((v+1)*T(n) - 1) / 2)
}

// locate works out an axis's pixels and weights for a place.
func (s *sampler) locate(axis int, x float64) {
	n := s.shape[axis]
	index, weight := &s.index[axis], &s.weight[axis]
	switch {
	case s.mode == "nearest":
		x = math.RoundToEven(x)
	case s.kernel.width == 2: // places are held inside before they are parted between pixels, as the cubic's pixels are after
		x = s.inside(x, n)
	}
	if !(math.Abs(x) < 1<<40) {
		x = -1 << 40
	}
	first := int(math.Floor(x)) - s.kernel.width/2
	if s.kernel.width > 1 {
		first++
	}
	for i := range s.kernel.width {
		at := first + i
		weight[i] = 1
		if s.kernel.width > 1 {
			weight[i] = s.kernel.f(float64(at)-x, s.kernel.a)
		}
		index[i] = s.pixel(at, n)
	}
}

// inside holds a place within the axis, or turns it back at the ends, as the padding says.
func (s *sampler) inside(x float64, n int) float64 {
	switch s.padding {
	case "border":
		return min(max(x, 0), float64(n-1))
	case "reflection":
		return s.reflect(x, n)
	}
	return x
}

func (s *sampler) reflect(x float64, n int) float64 {
	lo, hi := -0.5, float64(n)-0.5
	if s.align {
		lo, hi = 0, float64(n-1)
	}
	span := hi - lo
	if span <= 0 {
		return 0
	}
	d := math.Mod(math.Abs(x-lo), 2*span)
	if d > span {
		d = 2*span - d
	}
	return min(max(lo+d, 0), float64(n-1))
}

// pixel is the pixel that stands for one outside of the axis; -1 for zero.
func (s *sampler) pixel(at, n int) int {
	if at >= 0 && at < n {
		return at
	}
	if s.padding == "zeros" {
		return -1
	}
	return int(math.RoundToEven(s.inside(float64(at), n)))
}

// mixPixels is the weighted sum from that axis on.
func mixPixels[T tensor.Float](s *sampler, x []T, axis, at int) float64 {
	if axis == len(s.shape) {
		return float64(x[at])
	}
	var sum float64
	for i := range s.kernel.width {
		if k := s.index[axis][i]; k >= 0 && s.weight[axis][i] != 0 {
			sum += s.weight[axis][i] * mixPixels(s, x, axis+1, at*s.shape[axis]+k)
		}
	}
	return sum
}
