package network

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/layer"
)

// Optimizer is a rule that trains weights; States are the numbers that it keeps for each of them, in float32.
type Optimizer struct {
	Name   string
	States int64
}

// Optimizers lists the optimisers: momentum keeps a velocity, Adam two moments (Kingma & Ba 2015).
func Optimizers() []Optimizer { return []Optimizer{{"sgd", 0}, {"momentum", 1}, {"adam", 2}} }

// OptimizerNamed finds an optimiser.
func OptimizerNamed(name string) (Optimizer, bool) {
	i := slices.IndexFunc(Optimizers(), func(o Optimizer) bool { return o.Name == name })
	if i < 0 {
		return Optimizer{}, false
	}
	return Optimizers()[i], true
}

// Step is what a step of training costs: multiply-accumulates, and bytes that are kept from the forward pass to the backward one.
type Step struct {
	Forward  int64 `json:"forward_macs"`
	ByInput  int64 `json:"backward_macs_by_input"`
	ByWeight int64 `json:"backward_macs_by_weight"`
	// Saved are the bytes of activations that the gradients need again; each tensor counts for the first layer that saves it.
	Saved int64 `json:"saved_bytes"`
}

// Training is a network's step of training.
type Training struct {
	// Nodes are those of the result, one for one.
	Nodes []Step
	Total Step
	// Weights, Gradients and State are bytes: of the parameters, of their gradients, of what the optimiser keeps.
	Weights, Gradients, State int64
	// Undecided are operators of which it is not known what they save or what their gradients cost, with how many nodes have them.
	Undecided []Uncounted
}

// Bytes is all that is kept at the end of the forward pass.
func (t Training) Bytes() (int64, error) {
	return layer.Sum(t.Weights, t.Gradients, t.State, t.Total.Saved)
}

// Train counts a step of training, all parameters trained. inner says that the network's input has a gradient too, as where it is
// the inside of another; else the first layers need none by their input. Errors wrap layer.ErrOverflow.
func Train(r *Result, o Optimizer, inner bool) (*Training, error) {
	w := training{r: r, t: &Training{Nodes: make([]Step, len(r.Nodes))}, out: make([]tensorID, len(r.Nodes)), graded: map[tensorID]bool{}, kept: map[tensorID]bool{}, undecided: map[string]int{}}
	for i := range r.Nodes {
		if err := w.node(i, inner); err != nil {
			return nil, Problem{Node: r.Nodes[i].Node.Name, Err: err}
		}
	}
	t := w.t
	sum := func(to *int64, n int64) (err error) {
		*to, err = layer.Sum(*to, n)
		return err
	}
	for _, n := range t.Nodes {
		for _, q := range []struct {
			to *int64
			n  int64
		}{{&t.Total.Forward, n.Forward}, {&t.Total.ByInput, n.ByInput}, {&t.Total.ByWeight, n.ByWeight}, {&t.Total.Saved, n.Saved}} {
			if err := sum(q.to, q.n); err != nil {
				return nil, err
			}
		}
	}
	var err error
	t.Weights = r.Total.WeightBytes
	if t.Gradients, err = flops.Float32.As(r.Options.Types.Weights).Bytes(r.Total.Params); err != nil {
		return nil, err
	}
	t.State, err = layer.Product(4, o.States, r.Total.Params)
	return t, err
}

// tensorID is an output: of a stage of a node, counted from 0; -1 of a node without stages.
type tensorID struct{ node, stage int }

type training struct {
	r   *Result
	t   *Training
	out []tensorID // what holds each node's output: a view's is its input's
	// graded are the tensors that have gradients, kept those that are saved.
	graded, kept map[tensorID]bool
	undecided    map[string]int
}

func (w *training) node(i int, inner bool) error {
	n, step := &w.r.Nodes[i], &w.t.Nodes[i]
	w.out[i] = tensorID{i, -1}
	in := make([]tensorID, len(n.Node.Inputs))
	for j, k := range n.Node.Inputs {
		in[j] = w.out[k]
	}
	step.Forward = n.Total.MACs
	if n.Uncounted {
		w.undecide(n.Variant)
		w.graded[w.out[i]] = slices.ContainsFunc(in, w.hasGradient)
		return nil
	}
	switch op := n.Node.Op.(type) {
	case *Input:
		w.graded[w.out[i]] = inner
		return nil
	case *Constant:
		w.graded[w.out[i]] = op.Params > 0
		return nil
	case *View:
		if !op.Copies {
			w.out[i] = in[0]
		}
		w.graded[w.out[i]] = w.graded[in[0]]
		return nil
	}
	if len(n.Ops) == 0 {
		return w.bare(i, in)
	}
	return w.stages(i, in)
}

func (w *training) hasGradient(t tensorID) bool { return w.graded[t] }

// stages follows the primitives of a node.
func (w *training) stages(i int, in []tensorID) error {
	n, step := &w.r.Nodes[i], &w.t.Nodes[i]
	at := map[string]tensorID{layer.Input: in[0]}
	given := in[1:]
	for k, st := range n.Ops {
		s := n.Stages[k]
		reads := in
		if len(n.Ops) > 1 || len(st.Inputs) > 0 {
			reads = nil
			for _, name := range st.Inputs {
				if _, known := at[name]; !known && len(given) > 0 { // from outside, in order
					at[name], given = given[0], given[1:]
				}
				if t, known := at[name]; known {
					reads = append(reads, t)
				}
			}
		}
		own := tensorID{i, k}
		at[st.Name] = own
		trained := len(st.Operands(s.Inputs)) > 0
		graded := slices.ContainsFunc(reads, w.hasGradient)
		if w.graded[own] = trained || graded; !w.graded[own] {
			continue
		}
		b, err := flops.BackwardOf(st, s)
		if err != nil {
			return err
		}
		if !graded {
			b.ByInput = 0
		}
		if step.ByInput, err = layer.Sum(step.ByInput, b.ByInput); err != nil {
			return err
		}
		if step.ByWeight, err = layer.Sum(step.ByWeight, b.ByWeight); err != nil {
			return err
		}
		saved, err := flops.SavedBy(st, s)
		if err != nil {
			return err
		}
		if step.Saved, err = layer.Sum(step.Saved, saved.Bytes); err != nil {
			return err
		}
		for _, j := range saved.Inputs {
			if j < len(reads) {
				if err := w.keep(i, reads[j], s.Inputs[j]); err != nil {
					return err
				}
			}
		}
		if saved.Output {
			if err := w.keep(i, own, s.Output); err != nil {
				return err
			}
		}
	}
	w.out[i] = tensorID{i, len(n.Ops) - 1}
	return nil
}

// keep saves a tensor of this shape for node i, if nobody saved it before.
func (w *training) keep(i int, t tensorID, shape []int) error {
	if w.kept[t] {
		return nil
	}
	w.kept[t] = true
	bytes, err := w.r.elem(t.node).BytesOf(shape)
	if err != nil {
		return err
	}
	w.t.Nodes[i].Saved, err = layer.Sum(w.t.Nodes[i].Saved, bytes)
	return err
}

// linearNames are the operators without primitives whose gradient needs nothing again.
var linearNames = map[string]bool{
	"add": true, "sub": true, "sum": true, "neg": true, "mean": true, "reduce-mean": true, "reduce-sum": true, "cast": true, "identity": true,
	"quantize-linear": true, "dequantize-linear": true, "concat": true, "gather": true, "slice": true, "pad": true, "expand": true, "tile": true, "split": true,
}

// bare follows an operator without primitives: a product of two activations has a gradient by each, one with weights by them and by
// what it reads; both save what they read, as what combines elements does, but for sums and means.
func (w *training) bare(i int, in []tensorID) error {
	n, step := &w.r.Nodes[i], &w.t.Nodes[i]
	graded := slices.ContainsFunc(in, w.hasGradient)
	trained := n.Total.Params > 0 || n.Shares != nil
	if w.graded[w.out[i]] = graded || trained; !w.graded[w.out[i]] {
		return nil
	}
	if trained {
		step.ByWeight = n.Total.MACs
		if graded {
			step.ByInput = n.Total.MACs
		}
	} else {
		for _, t := range in[:min(2, len(in))] {
			if w.graded[t] {
				var err error
				if step.ByInput, err = layer.Sum(step.ByInput, n.Total.MACs); err != nil {
					return err
				}
			}
		}
	}
	worked := n.Total.MACs > 0 || n.Total.Params > 0
	_, combines := n.Node.Op.(*Elementwise)
	switch {
	case linearNames[n.Variant], !worked && n.Total.FLOPs == 0: // which keep nothing: sums, and what moves data
		return nil
	case !worked && !combines:
		w.undecide(n.Variant)
		return nil
	}
	for j, t := range in {
		if err := w.keep(i, t, n.Inputs[j]); err != nil {
			return err
		}
	}
	return nil
}

func (w *training) undecide(name string) {
	k, known := w.undecided[name]
	if !known {
		k = len(w.t.Undecided)
		w.undecided[name] = k
		w.t.Undecided = append(w.t.Undecided, Uncounted{Operator: name})
	}
	w.t.Undecided[k].Count++
}
