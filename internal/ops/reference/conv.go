package reference

import (
	"convx/internal/layer"
	"convx/internal/tensor"
)

// Conv is cross-correlation: y[n,o,p] = bias[o] + sum over c, t of x[n, c, p*stride - pad + t*dilation] * weight[o,c,t],
// where c runs over the channels of o's group. Taps that meet zeros of padding are absent: not even a weight that is no
// number counts there. y is N x O x out, x N x C x in, weight O x C/groups x kernel; bias may be nil.
func Conv[T tensor.Float](g *layer.Geometry, y, x, weight, bias []T, from, to int) {
	cg, og := g.C/g.Groups, g.O/g.Groups
	for i := from; i < to; i++ {
		n, o, d, h := row(g, i)
		for w := range g.Out[2] {
			sum := start(bias, o)
			for c := range cg {
				plane := x[(n*g.C+o/og*cg+c)*g.InPlane():][:g.InPlane()]
				taps := weight[(o*cg+c)*g.Taps():][:g.Taps()]
				sum += correlate(g, plane, taps, d, h, w)
			}
			y[i*g.Out[2]+w] = T(sum)
		}
	}
}

// correlate is one channel's part of one output.
func correlate[T tensor.Float](g *layer.Geometry, plane, taps []T, d, h, w int) float64 {
	sum := 0.0
	for kd := range g.Kernel[0] {
		sd := tapSource(g, 0, d, kd)
		if sd < 0 {
			continue
		}
		for kh := range g.Kernel[1] {
			sh := tapSource(g, 1, h, kh)
			if sh < 0 {
				continue
			}
			for kw := range g.Kernel[2] {
				if sw := tapSource(g, 2, w, kw); sw >= 0 {
					sum += float64(plane[(sd*g.In[1]+sh)*g.In[2]+sw]) * float64(taps[(kd*g.Kernel[1]+kh)*g.Kernel[2]+kw])
				}
			}
		}
	}
	return sum
}

// start is what a sum begins with.
func start[T tensor.Float](bias []T, o int) float64 {
	if bias == nil {
		return 0
	}
	return float64(bias[o])
}
