package ops

import (
	"math"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// leastWindow looks at the input that each output of a convolution meets, padding left out: the least mean of its magnitudes
// over all outputs, and the fewest values. Of a transposed convolution it takes the windows of its phases.
func leastWindow[T tensor.Float](p *problem.Problem, x []T) (mean float64, terms int) {
	channels, plane := p.C/p.Groups, p.InPlane()
	axes := windowsOf(p)
	mean, terms = math.Inf(1), math.MaxInt
	sums := make([]float64, plane)
	for image := range p.N * p.Groups {
		clear(sums)
		for c := range channels {
			for i, v := range x[(image*channels+c)*plane:][:plane] {
				sums[i] += math.Abs(float64(v))
			}
		}
		v, size := sums, p.In
		for axis := range axes {
			v = sumAlong(v, size, axis, axes[axis])
			size[axis] = len(axes[axis])
		}
		for i, sum := range v {
			n := channels
			for axis, at := 2, i; axis >= 0; axis-- {
				n *= len(axes[axis][at%size[axis]])
				at /= size[axis]
			}
			if terms = min(terms, n); n == 0 {
				return 0, 0
			}
			mean = min(mean, sum/float64(n))
		}
	}
	return mean, terms
}

// windowsOf lists, for each output of each axis, the inputs that it meets.
func windowsOf(p *problem.Problem) (axes [3][][]int) {
	for a := range axes {
		out, kernel, stride, dilation, pad := p.Out[a], p.Kernel[a], p.Stride[a], p.Dilation[a], p.Pads[a].Begin
		if p.Stage.Op.Kind() == layer.KindTransposed {
			kernel = max(1, kernel/stride)
			stride, pad = 1, kernel-1
			out = p.In[a] + pad
		}
		axes[a] = make([][]int, out)
		for o := range axes[a] {
			for k := range kernel {
				if at := o*stride - pad + k*dilation; at >= 0 && at < p.In[a] {
					axes[a][o] = append(axes[a][o], at)
				}
			}
		}
	}
	return axes
}

// sumAlong sums windows of one axis of a volume.
func sumAlong(v []float64, size [3]int, axis int, windows [][]int) []float64 {
	inner := 1
	for _, n := range size[axis+1:] {
		inner *= n
	}
	outer := len(v) / max(1, inner*size[axis])
	out := make([]float64, outer*len(windows)*inner)
	for o := range outer {
		for w, from := range windows {
			dst := out[(o*len(windows)+w)*inner:][:inner]
			for _, at := range from {
				for i, s := range v[(o*size[axis]+at)*inner:][:inner] {
					dst[i] += s
				}
			}
		}
	}
	return out
}
