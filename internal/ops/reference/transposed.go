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
				sum += gathered(g, plane, taps, d, h, w, scatterer)
			}
			y[i*g.Out[2]+w] = T(sum)
		}
	}
}

// scatterer is the input position along an axis whose tap lands on the output position at; -1 if there is none.
func scatterer(g *layer.Geometry, axis, at, tap int) int {
	p := at + g.Pads[axis].Begin - tap*g.Dilation[axis]
	if p < 0 || p%g.Stride[axis] != 0 || p/g.Stride[axis] >= g.In[axis] {
		return -1
	}
	return p / g.Stride[axis]
}
