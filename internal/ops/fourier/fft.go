// Package fourier computes convolutions of large kernels by the fast Fourier
// transform: a tile of the input and the kernel are transformed along the width
// and the height, multiplied frequency by frequency, and transformed back
// (Mathieu, Henaff & LeCun, Fast Training of Convolutional Networks through
// FFTs, 2014). The work of a tile does not depend on the kernel's size, only
// the number of tiles does, which overlap by the kernel less one (overlap-save).
//
// A vector holds one pixel in as many channels as it has lanes, so that every
// butterfly is made of whole vectors. Rows are real: two of them are one
// complex row, whose spectrum is split in two, and half of each is kept.
//
// What an FFT rounds, it rounds in proportion to the whole tile. An infinity or
// a NaN makes all of its tile NaN, in the channels that it meets: no output that
// the definition makes NaN is a number, but its neighbours are lost with it.
package fourier

import (
	"math"

	"convx/internal/lang"
	"convx/internal/ops/problem"
)

// Tolerance bounds the error of an output, relative to the largest sum of
// magnitudes |bias| + sum |weight * input| of any output of the layer. Over
// random layers the worst seen was 6e-7.
const Tolerance = 2e-6

const (
	// maxWorkspace bounds a thread's memory.
	maxWorkspace = 8 << 20
	// maxPacked bounds the bytes of the weights' spectra, unless they are less than four times the weights.
	maxPacked = 128 << 20
)

// Declines says why New cannot compute p, or "".
func Declines(p *problem.Convolution) string {
	switch {
	case p.Stride != [3]int{1, 1, 1}:
		return lang.Text("the stride is not 1")
	case p.Kernel[1] > 1 && p.Dilation[1] > 1 || p.Kernel[2] > 1 && p.Dilation[2] > 1:
		return lang.Text("the kernel is dilated")
	case p.Kernel[0] != 1 || p.Pads[0].Begin != 0 || p.In[0] != p.Out[0]:
		return lang.Text("the kernel has three axes")
	}
	if !anyFits(p) {
		return lang.Text("the spectra of no tile fit the memory")
	}
	return ""
}

// Cost estimates a run of New on one thread in nanoseconds. It is infinite for
// kernels of up to 3 x 3, which others compute quicker at any size.
func Cost(p *problem.Convolution) float64 {
	if max(p.Kernel[1], p.Kernel[2]) <= 3 {
		return math.Inf(1)
	}
	_, cost := best(p)
	return cost
}

// New transforms the weights of p, which Declines must have found nothing
// against. bias may be nil.
func New(p problem.Convolution, weights, bias []float32) problem.Conv {
	t, _ := best(&p)
	return newConv(newLayout(&p, t), weights, bias)
}

// PackedBytes is what New keeps of the weights of p, which Declines must have found nothing against.
func PackedBytes(p *problem.Convolution) int {
	t, _ := best(p)
	lanes, outs := p.ISA.Block(), p.O/p.Groups
	bias := ceilDiv(p.Groups, lanes) * lanes * outs
	if t.matrix {
		bias = p.Groups * ceilDiv(outs, lanes) * lanes
	}
	return t.packed(p) + 4*bias
}

func newConv(l *layout, weights, bias []float32) problem.Conv {
	if l.matrix {
		return newMatrix(l, weights, bias)
	}
	return newDepthwise(l, weights, bias)
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
