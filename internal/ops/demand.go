package ops

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// demand is how closely an algorithm must keep to the definition on some data; each one includes those before it.
type demand int

const (
	// ordinary data: the accuracy that every algorithm states.
	ordinary demand = iota
	// ownProducts: an output is a sum of its own products and of no others, so that nothing large, infinite or NaN that
	// it does not meet can show in it.
	ownProducts
	// absentTaps: and taps that meet padding are left out, not multiplied by zero.
	absentTaps
	// wideSums: and sums are float64, since those of float32 would overflow on the way.
	wideSums
)

// keepsTo is how closely a keeps to the definition on p. In float64, gonum leaves out products with a weight of zero,
// whatever they are multiplied by.
func (a *algorithm) keepsTo(p *problem.Problem) demand {
	if p.Float64 && a.Name != referenceName {
		return ordinary
	}
	return a.keeps
}

// demands is that of each stage, by its name; others are ordinary.
type demands map[string]stageDemand

type stageDemand struct {
	demand
	why string
}

// of is the greatest among some nodes.
func (d demands) of(nodes []node) (most demand) {
	for _, n := range nodes {
		most = max(most, d[n.stages[0]].demand)
	}
	return most
}

// Bounds of what is ordinary. Transforms of Winograd and FFT multiply what they meet by up to 2^20 on the way, and lose what
// is smaller than the least normal float32; the sums of others must stay below the largest.
const (
	largest   = math.MaxFloat32 / 4
	nearly    = math.MaxFloat32 / (1 << 20)
	tiny      = 1e-24
	leastMean = 1. / 16 // of the magnitudes that an output meets, relative to the largest of all
	fewTerms  = 32      // products of an output below which a mean says little
)

// demandOf is what the weights and the input of one stage demand of its algorithm, and why. The range of the input is not
// looked at: see rangeDemand.
func demandOf[T tensor.Float](p *problem.Problem, input survey, w problem.Operands[T]) (d stageDemand, most float64) {
	weights, bias := surveyOf(w.Weight), surveyOf(w.Bias)
	most = input.most*weightSums(p, w.Weight).most + bias.most
	if d = weightDemand(p, weights); d.demand > ordinary {
		return d, most
	}
	switch {
	case input.odd > 0:
		return stageDemand{ownProducts, lang.Sprintf("its input holds %s", input)}, most
	case bias.odd > 0:
		return stageDemand{ownProducts, lang.Sprintf("the bias holds %s", bias)}, most
	case p.Float64:
		return stageDemand{}, most
	case most > largest:
		return stageDemand{wideSums, lang.Sprintf("its sums may reach %.2g, more than float32 holds on the way", most)}, most
	case most > nearly:
		return stageDemand{ownProducts, lang.Sprintf("its sums may reach %.2g, near the largest float32", most)}, most
	}
	return stageDemand{}, most
}

// weightDemand is what weights demand by themselves: those that are not finite.
func weightDemand(p *problem.Problem, weights survey) stageDemand {
	switch {
	case weights.odd == 0:
		return stageDemand{}
	case meetsZeros(p):
		return stageDemand{absentTaps, lang.Sprintf("the weights hold %s", weights)}
	}
	return stageDemand{ownProducts, lang.Sprintf("the weights hold %s", weights)}
}

// rangeDemand is what the range of the input and the weights demands where demandOf finds nothing: an algorithm that
// transforms its input rounds relative to what is large near an output, even where the output's own products are small.
func rangeDemand[T tensor.Float](p *problem.Problem, x []T, input survey, w problem.Operands[T]) stageDemand {
	sums := weightSums(p, w.Weight)
	switch {
	case p.Float64 || input.most == 0 || sums.most == 0:
		return stageDemand{}
	case input.most*sums.most < tiny:
		return stageDemand{ownProducts, lang.Sprintf("its sums stay below %.2g, near the least float32", input.most*sums.most)}
	case sums.uneven:
		return stageDemand{ownProducts, lang.Text("many of its weights are far smaller than the others")}
	}
	mean, terms := leastWindow(p, x)
	switch {
	case terms == 0:
		return stageDemand{ownProducts, lang.Text("some outputs meet padding alone")}
	case terms < fewTerms:
		return stageDemand{ownProducts, lang.Sprintf("some outputs are sums of %d products, few enough to be far smaller than others", terms)}
	case mean < leastMean*input.most:
		return stageDemand{ownProducts, lang.Sprintf("some outputs meet values far smaller than the largest, %.3g", input.most)}
	}
	return stageDemand{}
}

// survey is the largest finite magnitude of some values, and how many are not finite.
type survey struct {
	most float64
	odd  int
}

func (s survey) String() string {
	if s.odd == 1 {
		return lang.Text("a NaN or infinite value")
	}
	return lang.Sprintf("%d NaN or infinite values", s.odd)
}

func surveyOf[T tensor.Float](values []T) (s survey) {
	var most T
	for _, v := range values {
		if v-v != 0 {
			s.odd++
			continue
		}
		most = max(most, v, -v)
	}
	s.most = float64(most)
	return s
}

// filterSums is about the magnitudes of the weights of each output channel.
type filterSums struct {
	most   float64 // the largest sum of them, of finite ones
	uneven bool    // in one filter, more than a quarter are below a thirty-second of the mean
}

func weightSums[T tensor.Float](p *problem.Problem, w []T) (f filterSums) {
	outputs := p.O
	if op, ok := p.Stage.Op.(layer.Linear); ok {
		outputs = op.Out
	}
	n, transposed := len(w)/outputs, p.Stage.Op.Kind() == layer.KindTransposed
	filter := make([]float64, n)
	for o := range outputs {
		sum := 0.0
		for i := range filter {
			at := o*n + i
			if transposed {
				at = transposedWeight(p, o, i)
			}
			filter[i] = 0
			if v := float64(w[at]); v-v == 0 {
				filter[i] = math.Abs(v)
			}
			sum += filter[i]
		}
		small := 0
		for _, v := range filter {
			if v*float64(32*n) < sum {
				small++
			}
		}
		f.most = max(f.most, sum)
		f.uneven = f.uneven || 4*small > n
	}
	return f
}

// transposedWeight is where the i-th weight of an output channel stands among those of a transposed convolution: C x
// O/groups x kernel.
func transposedWeight(p *problem.Problem, o, i int) int {
	c, outs := p.C/p.Groups, p.O/p.Groups
	return ((o/outs*c+i/p.Taps())*outs+o%outs)*p.Taps() + i%p.Taps()
}

// meetsZeros reports whether taps of some outputs meet padding, or nothing at all.
func meetsZeros(p *problem.Problem) bool {
	switch p.Stage.Op.Kind() {
	case layer.KindLinear:
		return false
	case layer.KindConv:
		return !p.NeedsPadding() && p.Pads != [3]layer.Pad{}
	}
	return true
}
