package infer

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// node is an instruction that is being prepared, or is ready.
type node struct {
	name, op, domain string
	version          int
	attributes       array.Attributes
	in, out          []int // values; network.None is one that was left out
	bodies           map[string]*body
	// border is what a convolution's padding holds.
	border layer.PadMode
	// clamp is the activation that is folded into the node's store: relu, relu6, or empty.
	clamp string
	// chain, if not nil, is what an elementwise node does, with those before it.
	chain *chain
	// finish, if not nil, is what becomes of a product's outputs as they are written; beside are what its links read.
	finish *chain
	beside []int
	// inner are the convolutions before a node that are computed with it.
	inner []*node
	// covers are the instructions that the node computes: its own, and those that rewrites folded into it.
	covers []int
	step   step
	// dies are the values that nobody reads after the node.
	dies []int
	// nanoseconds of the last run.
	took int64
}

// body is the graph of a branch or a loop.
type body struct {
	inputs, outputs []int
	nodes           []*node
}

// value is an array of the network.
type value struct {
	name  string
	shape []int // what it will be; nil where only a run tells
	// weight is read when something asks for it; constant is what is known before any run.
	weight   *network.Weight
	constant *tensor.Array
	// memory is what the constant was read into, if it is to be used again; nil otherwise.
	memory []byte
	// array is what the current run has made; nil before and after.
	array *tensor.Array
	elem  tensor.Elem // Invalid where only a run tells
	place place
	kept  bool // an output, or asked for: alive to the end
}

// Unsupported reports operators that nobody can run.
type Unsupported struct {
	Operator string
	Nodes    int
	First    string
	// Others are further operators that cannot be run.
	Others int
}

func (u *Unsupported) Error() string {
	text := lang.Sprintf("operator %s cannot be run: 1 node, %q", u.Operator, u.First)
	if u.Nodes > 1 {
		text = lang.Sprintf("operator %s cannot be run: %d nodes, the first of them %q", u.Operator, u.Nodes, u.First)
	}
	if u.Others > 0 {
		text += lang.Sprintf("; and %d other operators", u.Others)
	}
	return text
}

// control are the operators that run bodies.
var control = lazy.Value[map[string]func(n *node) step]{Make: func() map[string]func(n *node) step {
	return map[string]func(n *node) step{
		"If":   func(n *node) step { return &branch{} },
		"Loop": func(n *node) step { return &loop{} },
		"Scan": func(n *node) step { return &scan{} },
	}
}}

func runnable(in *network.Instruction) bool {
	if _, ok := control.Get()[in.Op]; ok && in.Domain == "" {
		return in.Op != "Scan" || in.Version >= 9 // before, it had a batch axis and inputs in another order
	}
	_, ok := array.Lookup(in.Domain, in.Op)
	return ok || in.Domain == network.StageDomain
}

// refuse looks for operators that cannot be run, in bodies too, before anything is read or computed.
func refuse(code []network.Instruction) error {
	var first *Unsupported
	counts := map[string]int{}
	var walk func(code []network.Instruction)
	walk = func(code []network.Instruction) {
		for i := range code {
			in := &code[i]
			foreign, typed := array.Foreign(in.Attributes)
			if typed || !runnable(in) {
				name := in.Op
				if in.Domain != "" {
					name = in.Domain + "." + name
				}
				if typed {
					name = lang.Sprintf("%s to element type %d", name, foreign)
				}
				if counts[name]++; first == nil {
					first = &Unsupported{Operator: name, First: in.Name}
				}
			}
			for _, b := range in.Bodies {
				walk(b.Code)
			}
		}
	}
	walk(code)
	if first == nil {
		return nil
	}
	first.Nodes, first.Others = counts[first.Operator], len(counts)-1
	return first
}

// take makes nodes of instructions.
func (net *Network) take(code []network.Instruction, outer bool) ([]*node, error) {
	nodes := make([]*node, len(code))
	for i := range code {
		in := &code[i]
		n := &node{name: in.Name, op: in.Op, domain: in.Domain, version: in.Version, in: slices.Clone(in.In), out: slices.Clone(in.Out), attributes: array.Attributes{}, border: layer.PadZeros}
		if outer {
			n.covers = []int{i}
		}
		for name, v := range in.Attributes {
			if w, ok := v.(*network.Weight); ok {
				a, err := w.Read()
				if err != nil {
					return nil, err
				}
				v = a
			}
			n.attributes[name] = v
		}
		for name, b := range in.Bodies {
			inner, err := net.take(b.Code, false)
			if err != nil {
				return nil, err
			}
			if n.bodies == nil {
				n.bodies = map[string]*body{}
			}
			n.bodies[name] = &body{b.Inputs, b.Outputs, inner}
		}
		if err := net.settleOperands(n); err != nil {
			return nil, lang.Errorf("layer %q: %s: %w", n.name, n.op, err)
		}
		nodes[i] = n
	}
	return nodes, nil
}

// settleOperands refuses a node that has not the operands of its operator. What prepares nodes relies on them, and on a first
// output: one that was left out becomes a value that nobody reads.
func (net *Network) settleOperands(n *node) error {
	missing := func(i int) bool { return n.in[i] == network.None }
	op, ok := array.Lookup(n.domain, n.op)
	if !ok {
		op = &array.Operator{Inputs: array.Arity{Min: 0, Max: len(n.in)}, Outputs: array.Arity{Min: 1, Max: -1}}
	}
	if err := op.Operands(len(n.in), len(n.out), missing); err != nil {
		return err
	}
	if n.out[0] == network.None {
		n.out[0] = len(net.values)
		net.values = append(net.values, value{})
	}
	return nil
}

// reads visits every value that a node reads, in its bodies too.
func (n *node) reads(visit func(v int)) {
	for _, p := range n.inner { // whose data is the node's
		for _, v := range p.in[1:] {
			if v != network.None {
				visit(v)
			}
		}
	}
	for _, list := range [][]int{n.in, n.beside} {
		for _, v := range list {
			if v != network.None {
				visit(v)
			}
		}
	}
	for _, b := range n.bodies {
		for _, inner := range b.nodes {
			inner.reads(visit)
		}
		for _, v := range b.outputs {
			visit(v)
		}
	}
}

// touchesEmpty reports whether the node is known to read or make an array without elements. Rewrites and steps of their own leave
// such nodes to the general step.
func (net *Network) touchesEmpty(n *node) bool {
	return slices.ContainsFunc(slices.Concat(n.in, n.out), func(v int) bool { return v != network.None && slices.Contains(net.shapeOf(v), 0) })
}

// is reports whether the node is this operator of ONNX's own domain.
func (n *node) is(ops ...string) bool {
	for _, op := range ops {
		if n.op == op && n.domain == "" {
			return true
		}
	}
	return false
}

// input is input i, or None.
func (n *node) input(i int) int {
	if i < len(n.in) {
		return n.in[i]
	}
	return network.None
}

func (n *node) intOr(name string, def int64) int64 {
	if v, ok := n.attributes[name].(int64); ok {
		return v
	}
	return def
}

// countOr is intOr of what counts channels, axes or the like: an int.
func (n *node) countOr(name string, def int64) int { return tensor.Int(n.intOr(name, def)) }

func (n *node) floatOr(name string, def float64) float64 {
	if v, ok := n.attributes[name].(float64); ok {
		return v
	}
	return def
}

func (n *node) stringOr(name, def string) string {
	if v, ok := n.attributes[name].(string); ok {
		return v
	}
	return def
}

func (n *node) ints(name string) []int64 {
	v, _ := n.attributes[name].([]int64)
	return v
}
