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
				sum += gathered(g, plane, taps, d, h, w, tapSource)
			}
			y[i*g.Out[2]+w] = T(sum)
		}
	}
}

// start is what a sum begins with.
func start[T tensor.Float](bias []T, o int) float64 {
	if bias == nil {
		return 0
	}
	return float64(bias[o])
}
