package reference

import (
	"convx/internal/layer"
	"convx/internal/tensor"
)

// Transposed is the gradient of Conv with respect to its input: every input element times the whole kernel, added up
// where it lands. Read from the output: y[n,o,p] = bias[o] + sum over c, t, i with i*stride + t*dilation = p + pad of
// x[n,c,i] * weight[c,o,t]. y is N x O x out, x N x C x in, weight C x O/groups x kernel; bias may be nil.
func Transposed[T tensor.Float](g *layer.Geometry, y, x, weight, bias []T, from, to int) {
	cg, og := g.C/g.Groups, g.O/g.Groups
	for i := from; i < to; i++ {
		n, o, d, h := row(g, i)
		for w := range g.Out[2] {
			sum := start(bias, o)
			for j := range cg {
				c := o/og*cg + j
				plane := x[(n*g.C+c)*g.InPlane():][:g.InPlane()]
				taps := weight[(c*og+o%og)*g.Taps():][:g.Taps()]
				sum += scattered(g, plane, taps, d, h, w)
			}
			y[i*g.Out[2]+w] = T(sum)
		}
	}
}

// scattered is one channel's part of one output.
func scattered[T tensor.Float](g *layer.Geometry, plane, taps []T, d, h, w int) float64 {
	sum := 0.0
	for kd := range g.Kernel[0] {
		sd := scatterer(g, 0, d, kd)
		if sd < 0 {
			continue
		}
		for kh := range g.Kernel[1] {
			sh := scatterer(g, 1, h, kh)
			if sh < 0 {
				continue
			}
			for kw := range g.Kernel[2] {
				if sw := scatterer(g, 2, w, kw); sw >= 0 {
					sum += float64(plane[(sd*g.In[1]+sh)*g.In[2]+sw]) * float64(taps[(kd*g.Kernel[1]+kh)*g.Kernel[2]+kw])
				}
			}
		}
	}
	return sum
}

// scatterer is the input position along an axis whose tap lands on the output position at; -1 if there is none.
func scatterer(g *layer.Geometry, axis, at, tap int) int {
	p := at + g.Pads[axis].Begin - tap*g.Dilation[axis]
	if p < 0 || p%g.Stride[axis] != 0 || p/g.Stride[axis] >= g.In[axis] {
		return -1
	}
	return p / g.Stride[axis]
}
