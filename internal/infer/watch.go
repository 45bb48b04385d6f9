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
// name and does not keep to the definition on such data, as planned. Why is as it met such data first.
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
	sum float64 // the most that the weights of an output come to, times their number: a bound
	odd bool    // some are not finite

	met      surveyed               // what was out of the ordinary last
	careful  *ops.Pipeline[float32] // for that: the planned one where it is right after all
	finishes bool                   // it runs what finishes the node
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
	w := &watch{}
	s := survey(p.weights["weight"].Data)
	w.odd = s.odd
	w.sum = s.most * float64(len(p.weights["weight"].Data)) / float64(max(1, p.pipeline.Output[1]))
	if b := p.weights["bias"]; b != nil {
		w.odd = w.odd || survey(b.Data).odd
	}
	return w
}

// again reads a constant that is let go of where it can be read.
func (net *Network) again(v int) func() (*tensor.Array, error) {
	if w := net.values[v].weight; w != nil {
		return w.Read
	}
	a := net.values[v].constant
	return func() (*tensor.Array, error) { return a, nil }
}

// surveyed is about some numbers: the largest magnitude, about the mean one, and whether some are not finite.
type surveyed struct {
	most, mean float64
	odd        bool
}

// sampled is the distance of the numbers whose mean is taken.
const sampled = 16

// survey compares magnitudes as whole numbers, whose order is theirs; those that are not finite come last. Most is theirs then, and
// the mean that of every sixteenth.
func survey(data []float32) (s surveyed) {
	const sign, infinite = 1 << 31, 0x7f800000
	var most [4]uint32
	rest := data
	for ; len(rest) >= 4; rest = rest[4:] {
		most[0] = max(most[0], math.Float32bits(rest[0])&^sign)
		most[1] = max(most[1], math.Float32bits(rest[1])&^sign)
		most[2] = max(most[2], math.Float32bits(rest[2])&^sign)
		most[3] = max(most[3], math.Float32bits(rest[3])&^sign)
	}
	for _, v := range rest {
		most[0] = max(most[0], math.Float32bits(v)&^sign)
	}
	all := max(most[0], most[1], most[2], most[3])
	if s.odd = all >= infinite; s.odd {
		s.most = math.Inf(1)
		return s
	}
	s.most = float64(math.Float32frombits(all))
	n := 0
	for k := 0; k < len(data); k += sampled {
		s.mean += math.Abs(float64(data[k]))
		n++
	}
	s.mean /= float64(max(1, n))
	return s
}

// ordinary tells whether a plan by transforms is right for its input x, of which s is known.
func (w *watch) ordinary(x []float32, s surveyed) bool {
	sum := s.most * w.sum
	return !w.odd && !s.odd && sum < mostSum && (s.most == 0 || sum > leastSum && s.most <= mostUneven*max(s.mean, s.most/float64(len(x))))
}

// knows tells whether what was prepared for the last input out of the ordinary is right for this one: it is the same, or demands no
// more. Pipelines that keep to the definition differ in whether they add up in float64, which large sums demand.
func (w *watch) knows(s surveyed) bool {
	if w.careful == nil || s == w.met {
		return w.careful != nil
	}
	step, departs := w.careful.Departs()
	return departs && step.Keeps && s.odd == w.met.odd && (s.most*w.sum < mostSum || s.most <= w.met.most)
}

// depart notes the first step of a node's pipeline whose data is out of the ordinary, if there is one.
func (net *Network) depart(n *node, p *ops.Pipeline[float32]) {
	if step, ok := p.Departs(); ok {
		net.departures = append(net.departures, Departure{Layer: n.name, Algorithm: step.Algorithm, Why: step.Data, Keeps: step.Keeps})
	}
}

// suited is the pipeline for this input, and whether it finishes the node: the planned one, if that keeps to the definition on it.
func (p *planned) suited(ctx context.Context, net *Network, n *node) (*ops.Pipeline[float32], bool, error) {
	pipeline, finishes := p.pipeline, p.finishes
	if w := p.watch; w != nil && !net.unwatched {
		if s := survey(p.x.Data); !w.ordinary(p.x.Data, s) {
			if !w.knows(s) {
				if err := p.prepareCareful(ctx, net, n); err != nil {
					return nil, false, err
				}
				w.met = s
			}
			pipeline, finishes = w.careful, w.finishes
		}
	}
	net.depart(n, pipeline)
	return pipeline, finishes, nil
}

// prepareCareful makes the pipeline for an input out of the ordinary.
func (p *planned) prepareCareful(ctx context.Context, net *Network, n *node) error {
	s, err := layerOf(p.stages, p.x.Shape)
	if err != nil {
		return err
	}
	weights := map[string]*tensor.Tensor[float32]{}
	for name, read := range p.read {
		a, err := read()
		if err != nil {
			return err
		}
		weights[name] = widened(a)
	}
	careful, err := ops.PrepareFor(ctx, s, weights, &p.x, net.opsOptions)
	if err != nil {
		return err
	}
	w := p.watch
	w.careful, w.finishes = p.pipeline, p.finishes
	if _, departs := careful.Departs(); departs {
		w.careful, w.finishes = careful, n.finish != nil && careful.FinishBy(n.finish)
	}
	return nil
}
