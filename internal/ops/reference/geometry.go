package reference

import "convx/internal/layer"

// Geometry is a sliding operator with every number resolved: batch, channels, groups, and three spatial axes D, H, W
// (extent 1, kernel 1 in front of 1-D and 2-D problems).
type Geometry struct {
	N, C, O, Groups          int // samples, input channels, output channels, groups
	In, Out                  [3]int
	Kernel, Stride, Dilation [3]int
	Pads                     [3]layer.Pad // a transposed convolution takes these off instead
	PadMode                  layer.PadMode
}

// Taps is the number of kernel positions.
func (g *Geometry) Taps() int { return g.Kernel[0] * g.Kernel[1] * g.Kernel[2] }

// InPlane and OutPlane are the spatial sizes in elements.
func (g *Geometry) InPlane() int  { return g.In[0] * g.In[1] * g.In[2] }
func (g *Geometry) OutPlane() int { return g.Out[0] * g.Out[1] * g.Out[2] }

// row splits the index of an output row into sample, channel, depth and height.
func (g *Geometry) row(i int) (n, o, d, h int) {
	i, h = i/g.Out[1], i%g.Out[1]
	i, d = i/g.Out[0], i%g.Out[0]
	return i / g.O, i % g.O, d, h
}

// source is the input position, along an axis, that a tap of the output position at reads; -1 is a zero.
func (g *Geometry) source(axis, at, tap int) int {
	return source(at*g.Stride[axis]-g.Pads[axis].Begin+tap*g.Dilation[axis], g.In[axis], g.PadMode)
}

// source maps position i of an axis of n elements, padded by mode, to the element that it holds, or to -1 for a zero.
// Reflect does not repeat the border, circular wraps around, replicate repeats the border.
func source(i, n int, mode layer.PadMode) int {
	if 0 <= i && i < n {
		return i
	}
	switch mode {
	case layer.PadReflect:
		if i < 0 {
			return -i
		}
		return 2*(n-1) - i
	case layer.PadReplicate:
		return min(max(i, 0), n-1)
	case layer.PadCircular:
		return (i%n + n) % n
	}
	return -1
}
