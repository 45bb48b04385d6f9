// Package drawn draws the operands of random convolutions. Only tests import it.
package drawn

import (
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/ops/problem"
)

// Layers is how many random layers a test draws: a fraction of n in the short run, which the race detector makes a long one.
func Layers(n int) int {
	if testing.Short() {
		return n / 4
	}
	return n
}

// Operands are p's, normal or integers from -4 to 4: weights O x C/groups x kernel, O biases, and an input N x C x extents.
func Operands(p *problem.Convolution, integer bool) (weights, bias, in []float32) {
	r := rand.New(rand.NewPCG(uint64(p.MACs()), 7))
	fill := func(n int) []float32 {
		s := make([]float32, n)
		for i := range s {
			if s[i] = float32(r.NormFloat64()); integer {
				s[i] = float32(r.IntN(9) - 4)
			}
		}
		return s
	}
	return fill(p.O * p.GroupIn() * p.Taps()), fill(p.O), fill(p.N * p.C * p.InPlane())
}

// Magnitudes are those of s: what sums of them bound is what errors are measured by.
func Magnitudes(s []float32) []float32 {
	m := make([]float32, len(s))
	for i, v := range s {
		m[i] = float32(math.Abs(float64(v)))
	}
	return m
}
