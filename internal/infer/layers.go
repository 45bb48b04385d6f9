package infer

import (
	"time"

	"convx/internal/network"
	"convx/internal/tensor"
)

// Layer describes one step of a run.
type Layer struct {
	Name, Operator string
	// Algorithm is what package ops chose; empty for a general operator.
	Algorithm string
	// Covers are the instructions of the program that the step computes.
	Covers []int
	// Output is what it makes, where that is known or was run.
	Output []int
	Took   time.Duration // in the last run
}

// Layers describes the steps in the order in which they run.
func (net *Network) Layers() []Layer {
	layers := make([]Layer, len(net.nodes))
	for i, n := range net.nodes {
		l := Layer{Name: n.name, Operator: n.op, Covers: n.covers, Took: time.Duration(n.took)}
		if n.out[0] != network.None {
			l.Output = net.values[n.out[0]].shape
			if a := net.values[n.out[0]].array; a != nil {
				l.Output = a.Shape
			}
		}
		if p, ok := n.step.(*planned); ok && p.pipeline != nil {
			l.Algorithm = p.pipeline.Steps()[0].Algorithm
		}
		switch p := n.step.(type) {
		case *primitive:
			l.Algorithm = p.plan.Algorithm
		case *blocked:
			l.Algorithm = p.pipeline.Steps()[0].Algorithm
		}
		layers[i] = l
	}
	return layers
}

// Times appends what each step of the last run took, in the order of Layers.
func (net *Network) Times(to []time.Duration) []time.Duration {
	for _, n := range net.nodes {
		to = append(to, time.Duration(n.took))
	}
	return to
}

// Seeded are arrays for the inputs that feeds lacks: uniform in [-1, 1) for floating-point numbers, zeros for others.
func (net *Network) Seeded(feeds map[string]*tensor.Array, seed uint64) (map[string]*tensor.Array, error) {
	all := map[string]*tensor.Array{}
	for _, in := range net.Inputs {
		if a := feeds[in.Name]; a != nil {
			all[in.Name] = a
			continue
		}
		elem := in.Elem
		if elem == tensor.Invalid {
			elem = tensor.Float32
		}
		a, err := tensor.NewArray(elem, net.values[in.Value].shape...)
		if err != nil {
			return nil, err
		}
		a.FillUniform(tensor.NewStream(seed, in.Name))
		all[in.Name] = a
	}
	return all, nil
}
