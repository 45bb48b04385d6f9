package reference

import (
	"convx/internal/layer"
	"convx/internal/tensor"
)

// row splits the index of an output row into sample, channel, depth and height.
func row(g *layer.Geometry, i int) (n, o, d, h int) {
	i, h = i/g.Out[1], i%g.Out[1]
	i, d = i/g.Out[0], i%g.Out[0]
	return i / g.O, i % g.O, d, h
}

// gathered is one channel's part of one output, at (d, h, w): of a plane of the input, what each tap meets times its weight. source
// is the position along an axis that a tap of an output position meets, and -1 where it meets none.
func gathered[T tensor.Float](g *layer.Geometry, plane, taps []T, d, h, w int, source func(g *layer.Geometry, axis, at, tap int) int) float64 {
	sum := 0.0
	for kd := range g.Kernel[0] {
		sd := source(g, 0, d, kd)
		if sd < 0 {
			continue
		}
		for kh := range g.Kernel[1] {
			sh := source(g, 1, h, kh)
			if sh < 0 {
				continue
			}
			for kw := range g.Kernel[2] {
				if sw := source(g, 2, w, kw); sw >= 0 {
					sum += float64(plane[(sd*g.In[1]+sh)*g.In[2]+sw]) * float64(taps[(kd*g.Kernel[1]+kh)*g.Kernel[2]+kw])
				}
			}
		}
	}
	return sum
}

// tapSource is the input position, along an axis, that a tap of the output position at reads; -1 is a zero.
func tapSource(g *layer.Geometry, axis, at, tap int) int {
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
