package infer

import (
	"context"
	"math"

	"convx/internal/ops"
	"convx/internal/tensor"
)

// Convolutions by Winograd's and Fourier's transforms spread what is infinite or NaN over a tile, overflow sooner than the sums
// of the definition do, and round relative to what is large near an output. What feeds a convolution inside of a network is known
// only when it runs: with Options.Watch its numbers are looked at as they pass, and what is out of the ordinary is computed, in
// that run, by what keeps to the definition.

// Departure is a layer that was computed in another way than planned, for what it met; or, where an algorithm was asked for by its
// name and does not keep to the definition on such data, as planned.
type Departure struct {
	Layer, Algorithm, Why string
	Keeps                 bool
}

// Departures are those of the last run, in its order.
func (net *Network) Departures() []Departure { return net.departures }

// Watch switches the watch of Options on or off: it takes a little of the time of a run.
func (net *Network) Watch(on bool) { net.unwatched = !on }

// watch is what a convolution by transforms keeps to look at its data.
type watch struct {
	weights map[string]*tensor.Tensor[float32]
	sum     float64 // the most that the weights of an output come to, times their number: a bound
	odd     bool    // some are not finite
}

// mostUneven is how many times the mean magnitude of a layer's input the largest may be. In trained networks it is 20 to 100.
const mostUneven = 1024

// Sums between these bounds are far from those of float32, whatever a transform multiplies by on the way.
const (
	mostSum  = math.MaxFloat32 / (1 << 20)
	leastSum = 1e-24
)

// watchWeights makes the watch of a plan that does not keep to the definition; nil if it does.
func (p *planned) watchWeights(net *Network) *watch {
	steps := p.pipeline.Steps()
	if !net.options.Watch || len(steps) == 0 || steps[0].Tolerance == 0 {
		return nil
	}
	w := &watch{weights: p.weights}
	s := survey(p.weights["weight"].Data)
	w.odd = s.odd
	w.sum = s.most * float64(len(p.weights["weight"].Data)) / float64(max(1, p.pipeline.Output[1]))
	if b := p.weights["bias"]; b != nil {
		w.odd = w.odd || survey(b.Data).odd
	}
	return w
}

// surveyed is about some numbers: the largest finite magnitude, the mean one, and whether some are not finite.
type surveyed struct {
	most, mean float64
	odd        bool
}

func survey(data []float32) (s surveyed) {
	total, n := 0.0, len(data)
	for len(data) > 0 {
		block := data[:min(len(data), 4096)]
		data = data[len(block):]
		var most, sum float32
		for _, v := range block {
			a := max(v, -v)
			most = max(most, a)
			sum += a / 4096 // which cannot overflow
		}
		if sum-sum != 0 {
			most = s.add(block)
		}
		s.most, total = max(s.most, float64(most)), total+float64(sum)
	}
	s.mean = total * 4096 / float64(max(1, n))
	return s
}

// add looks at a block that holds what is not finite.
func (s *surveyed) add(block []float32) (most float32) {
	s.odd = true
	for _, v := range block {
		if v-v == 0 {
			most = max(most, v, -v)
		}
	}
	return most
}

// ordinary tells whether a plan by transforms is right for its input.
func (w *watch) ordinary(x []float32) bool {
	s := survey(x)
	sum := s.most * w.sum
	return !w.odd && !s.odd && sum < mostSum && (s.most == 0 || sum > leastSum && s.most <= mostUneven*s.mean)
}

// suited is the pipeline for this input, and whether it finishes the node: the planned one, if that keeps to the definition on it.
func (p *planned) suited(ctx context.Context, net *Network, n *node) (*ops.Pipeline[float32], bool, error) {
	if p.watch == nil || net.unwatched || p.watch.ordinary(p.x.Data) {
		return p.pipeline, p.finishes, nil
	}
	s, err := layerOf(p.stages, p.x.Shape)
	if err != nil {
		return nil, false, err
	}
	opt := net.opsOptions
	careful, err := ops.PrepareFor(ctx, s, p.watch.weights, &p.x, opt)
	if err != nil {
		return nil, false, err
	}
	step := careful.Steps()[0]
	if step.Data == "" {
		return p.pipeline, p.finishes, nil
	}
	net.departures = append(net.departures, Departure{Layer: n.name, Algorithm: step.Algorithm, Why: step.Data, Keeps: step.Keeps})
	return careful, n.finish != nil && careful.FinishBy(n.finish), nil
}
