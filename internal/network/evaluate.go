package network

import (
	"encoding/binary"
	"fmt"
	"slices"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// Options change a network for one evaluation.
type Options struct {
	// Input replaces the (first) input's shape: C x spatial, or N x C x spatial. Nil keeps it.
	Input []int
	// Batch replaces the batch axis of every input. 0 keeps it.
	Batch int
	// Types are the element types that bytes are counted in; what is zero is what the graph has.
	Types flops.Types
	// InPlace lets elementwise operators write over an input that nobody reads later.
	InPlace bool
}

// Result is a network with its numbers.
type Result struct {
	Graph *Graph
	// Input is the first input's shape, Output the first output's.
	Input, Output []int
	// Spatial are the axes of the input that layers slide over, which receptive fields are of.
	Spatial []int
	// Nodes are the numbers of Graph.Nodes, one for one.
	Nodes []NodeResult
	// Total is the sum over the nodes, shared weights once.
	Total flops.Total
	// Constants are elements of arrays that the layers compute with and nobody trains, apart from the parameters.
	Constants int64
	// Options are those that it was evaluated under.
	Options Options
	// PeakMemory is the most bytes of activations that are live at once; weights are not in it. PeakNode is the node that is
	// running then.
	PeakMemory int64
	PeakNode   int
	// Uncounted are the operators that nobody counted: the total lacks them.
	Uncounted []Uncounted
	// Notes are what is odd: branches that do not line up, layers that nobody reads.
	Notes []string
}

// Uncounted is an operator without a rule, and how many nodes have it. Harmless says that none of them holds MACs or parameters.
type Uncounted struct {
	Operator string
	Count    int
	Harmless bool
}

// UncountedTexts are the operators that the totals lack, each with how often it occurs.
func (r *Result) UncountedTexts() []string {
	var out []string
	for _, u := range r.Uncounted {
		out = append(out, fmt.Sprintf("%s (%d)", u.Operator, u.Count))
	}
	return out
}

// NodeResult is the numbers of one node.
type NodeResult struct {
	Node *Node
	// Variant is the label to show: the variant of a layer, the name of another operator.
	Variant string
	Inputs  [][]int
	Output  []int // nil: unknown
	// Stages are the primitives that the node is made of, as operators and as shapes, one for one; Rows their costs
	// (a stage may have several). Names are within the node. All three are shared between equal nodes: do not write.
	Ops    []layer.Stage
	Stages []shape.Stage
	Rows   []flops.Row
	// Total is the sum of the rows. Shared weights count as parameters of the first node that uses them alone.
	Total flops.Total
	// Constants are elements of arrays that the node computes with and nobody trains.
	Constants int64
	// Shares is the node whose weights this one uses; nil if they are its own.
	Shares *Node
	Field  shape.Field
	// Live is the bytes of activations that exist while the node runs, its own inputs and output among them.
	Live int64
	// Types are the element types of the weights and of what is read.
	Types flops.Types
	// Uncounted says that the cost is not known; Harmless that it has no MACs and no parameters all the same.
	Uncounted, Harmless bool
}

// Counted are the nodes that do something: all but inputs and constants.
func (r *Result) Counted() []*NodeResult {
	var out []*NodeResult
	for i := range r.Nodes {
		switch r.Nodes[i].Node.Op.(type) {
		case *Input, *Constant:
		default:
			out = append(out, &r.Nodes[i])
		}
	}
	return out
}

// Evaluate works out every node. The error is an *Error with all problems; nodes after a broken one are not tried.
func Evaluate(g *Graph, o Options) (*Result, error) {
	if err := g.Check(); err != nil {
		return nil, err
	}
	e := evaluation{graph: g, options: o, memo: map[memoKey]*work{}, works: make([]*work, len(g.Nodes))}
	r := &Result{Graph: g, Options: o, Nodes: make([]NodeResult, len(g.Nodes)), Notes: slices.Clone(g.Notes)}
	owners := map[string]int{}
	var bad []Problem
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if err := e.node(r, i, owners); err != nil {
			bad = append(bad, Problem{At: n.At, Node: n.Name, Err: err})
		}
	}
	if err := problems(g.file(), bad); err != nil {
		return nil, err
	}
	if err := r.addUp(); err != nil {
		return nil, problems(g.file(), []Problem{{Err: err}})
	}
	if err := r.memory(e.works); err != nil {
		return nil, problems(g.file(), []Problem{{Err: err}})
	}
	r.fields(e.works)
	return r, nil
}

type evaluation struct {
	graph    *Graph
	options  Options
	memo     map[memoKey]*work
	works    []*work
	sawInput bool
	key      []byte
}

// memoKey is an operator (by pointer) on inputs of given shapes.
type memoKey struct {
	op     Operator
	shapes string
}

// work is what an operator comes to on inputs of given shapes.
type work struct {
	label  string
	output []int
	ops    []layer.Stage
	stages []shape.Stage
	// from are the inputs of each stage: input j of the node is -1-j, stage k of the node is k.
	from  [][]int
	rows  []flops.Row
	total flops.Total
	// alias says that the output is the first input's memory; held that the model holds it, outside of activations.
	alias, held, uncounted, harmless bool
}

// node evaluates one node; nodes that follow a broken one are left out without a word.
func (e *evaluation) node(r *Result, i int, owners map[string]int) error {
	n := &e.graph.Nodes[i]
	res := &r.Nodes[i]
	res.Node, res.Variant = n, n.Op.Label()
	in := make([][]int, len(n.Inputs))
	for j, k := range n.Inputs {
		in[j] = r.Nodes[k].Output
		if e.works[k] == nil {
			return nil // broken upstream
		}
	}
	res.Inputs = in
	w, err := e.workOf(n, in)
	if err != nil {
		return err
	}
	e.works[i] = w
	res.Variant, res.Output, res.Ops, res.Stages, res.Rows, res.Total = w.label, w.output, w.ops, w.stages, w.rows, w.total
	res.Uncounted, res.Harmless = w.uncounted, w.harmless
	if n.Held != nil {
		res.Total.Params, res.Total.WeightBytes, res.Constants = n.Held.Params, n.Held.Bytes, n.Held.Constants
	}
	if err := e.bytes(r, i); err != nil {
		return err
	}
	if n.Weights == "" {
		return nil
	}
	first, shared := owners[n.Weights]
	if !shared {
		owners[n.Weights] = i
		return nil
	}
	if owner := e.works[first].total.Params; owner != w.total.Params {
		return layer.Errorf("shares weights with %q, which has %d parameters, not %d", e.graph.Nodes[first].Name, owner, w.total.Params)
	}
	res.Shares, res.Types.Weights = &e.graph.Nodes[first], r.Nodes[first].Types.Weights
	res.Total.Params, res.Total.WeightBytes = 0, 0
	return nil
}

// workOf looks up or works out an operator on these inputs.
func (e *evaluation) workOf(n *Node, in [][]int) (*work, error) {
	if x, ok := n.Op.(*Input); ok {
		s, err := e.inputShape(x.Shape)
		return &work{label: x.Label(), output: s}, err
	}
	e.key = e.key[:0]
	for _, s := range in {
		e.key = binary.AppendVarint(e.key, int64(len(s)))
		if s == nil {
			e.key = append(e.key, 'n')
		}
		for _, d := range s {
			e.key = binary.AppendVarint(e.key, int64(d))
		}
	}
	key := memoKey{n.Op, string(e.key)}
	if w, ok := e.memo[key]; ok {
		return w, nil
	}
	w, err := workOf(n.Op, in)
	if err != nil {
		return nil, err
	}
	e.memo[key] = w
	return w, nil
}

// inputShape applies the options to an input.
func (e *evaluation) inputShape(s []int) ([]int, error) {
	s = slices.Clone(s)
	if o := e.options.Input; o != nil && !e.sawInput {
		switch len(o) {
		case len(s):
			s = slices.Clone(o)
		case len(s) - 1:
			s = append(s[:1], o...)
		default:
			return nil, layer.Errorf("input %s does not fit the network's %s", layer.FormatShape(o), layer.FormatShape(s))
		}
	}
	e.sawInput = true
	if e.options.Batch > 0 && len(s) > 0 {
		s[0] = e.options.Batch
	}
	for _, d := range s {
		if d < 1 || d > layer.MaxExtent {
			return nil, layer.Errorf("input %s has an axis outside 1 to %d", layer.FormatShape(s), layer.MaxExtent)
		}
	}
	return s, nil
}

// addUp sums the nodes and lists the uncounted.
func (r *Result) addUp() error {
	at := map[string]int{}
	for i := range r.Nodes {
		n := &r.Nodes[i]
		var err error
		if r.Total, err = r.Total.Add(n.Total); err != nil {
			return err
		}
		if r.Constants, err = layer.Sum(r.Constants, n.Constants); err != nil {
			return err
		}
		if u, unknown := n.Node.Op.(*Unknown); n.Uncounted && !(unknown && u.Again) {
			k, ok := at[n.Variant]
			if !ok {
				k = len(r.Uncounted)
				at[n.Variant] = k
				r.Uncounted = append(r.Uncounted, Uncounted{Operator: n.Variant, Harmless: true})
			}
			u := &r.Uncounted[k]
			u.Count, u.Harmless = u.Count+1, u.Harmless && n.Harmless
		}
		if _, ok := n.Node.Op.(*Input); ok && r.Input == nil {
			r.Input = n.Output
		}
	}
	r.Output = r.Nodes[r.Graph.outputs()[0]].Output
	return nil
}

// Under is the figure that a tool prints, for each node and in all. Uncounted nodes are 0 in it.
func (r *Result) Under(c flops.Convention) (nodes []int64, total int64, err error) {
	nodes = make([]int64, len(r.Nodes))
	for i := range r.Nodes {
		n := &r.Nodes[i]
		if len(n.Ops) == 0 && n.Total.MACs > 0 {
			if nodes[i], err = c.In(n.Types).OfMACs(n.Total.MACs); err != nil {
				return nil, 0, lang.Errorf("layer %q: %w", n.Node.Name, err)
			}
		}
		for k, st := range n.Ops {
			one, err := c.In(n.Types).OfStage(st, n.Stages[k])
			if err == nil {
				nodes[i], err = layer.Sum(nodes[i], one)
			}
			if err != nil {
				return nil, 0, lang.Errorf("layer %q: %w", n.Node.Name, err)
			}
		}
	}
	total, err = layer.Sum(nodes...)
	return nodes, total, err
}
