package reference

import (
	"math"

	"convx/internal/tensor"
)

// Activations are the functions of one element, as PyTorch defines them (hard sigmoid and swish by ReLU6, leaky ReLU
// with slope 0.01, GELU by erf). NaN passes through all of them.
var Activations = map[string]func(float64) float64{
	"identity":     func(x float64) float64 { return x },
	"relu":         func(x float64) float64 { return bounded(x, 0, math.Inf(1)) },
	"relu6":        func(x float64) float64 { return bounded(x, 0, 6) },
	"leaky-relu":   func(x float64) float64 { return bounded(x, 0, math.Inf(1)) + 0.01*bounded(x, math.Inf(-1), 0) },
	"sigmoid":      sigmoid,
	"tanh":         math.Tanh,
	"hard-sigmoid": hardSigmoid,
	"hard-swish":   func(x float64) float64 { return x * hardSigmoid(x) },
	"swish":        func(x float64) float64 { return x * sigmoid(x) },
	"silu":         func(x float64) float64 { return x * sigmoid(x) },
	"gelu":         func(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) },
}

// Activation applies a function to the elements from..to.
func Activation[T tensor.Float](f func(float64) float64, y, x []T, from, to int) {
	for i := from; i < to; i++ {
		y[i] = T(f(float64(x[i])))
	}
}

// Softmax is exp(x) over its sum along the channels, at each position of samples from..to of channels x plane elements.
func Softmax[T tensor.Float](channels, plane int, y, x []T, from, to int) {
	for n := from; n < to; n++ {
		for p := range plane {
			at := func(c int) int { return (n*channels+c)*plane + p }
			most, sum := math.Inf(-1), 0.0
			for c := range channels {
				most = math.Max(most, float64(x[at(c)]))
			}
			for c := range channels {
				sum += math.Exp(float64(x[at(c)]) - most)
			}
			for c := range channels {
				y[at(c)] = T(math.Exp(float64(x[at(c)])-most) / sum)
			}
		}
	}
}

func bounded(x, lo, hi float64) float64 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}

func sigmoid(x float64) float64     { return 1 / (1 + math.Exp(-x)) }
func hardSigmoid(x float64) float64 { return bounded(x+3, 0, 6) / 6 }
