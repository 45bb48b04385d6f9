package network

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// operatorSet is the version that the instructions of network files are of.
const operatorSet = 21

// StageDomain is the domain of instructions that are primitives of convx, which ONNX has no operator for: Op is the primitive's
// kind, the attribute "stage" the layer.Stage, "inputs" how many of its operands are data; the others are its weights in the
// order of layer.Stage.Operands.
const StageDomain = "convx"

// Compile gives an evaluated network file its program: the same nodes as instructions, on the shapes that the evaluation found.
// Weights are taken from the arrays that are given, under the network's own names or those of a framework (see the key weights of
// network files), or drawn from the seed if stored is nil. The error is a *layer.Error where the names or shapes do not fit.
func Compile(r *Result, stored Stored, seed uint64) (*Program, error) {
	e := &emitter{program: &Program{}, result: r, outputs: make([]int, len(r.Nodes)), held: map[string]int{}}
	for i := range r.Nodes {
		n := &r.Nodes[i]
		if n.Uncounted || n.Output == nil {
			return nil, lang.Errorf("layer %q, %s, cannot be run: its shape is not known", n.Node.Name, n.Variant)
		}
		if err := e.enter(i); err != nil {
			return nil, Problem{At: n.Node.At, Node: n.Node.Name, Err: err}
		}
	}
	for _, o := range r.Graph.outputs() {
		e.program.Outputs = append(e.program.Outputs, Port{Name: r.Nodes[o].Node.Name, Value: e.outputs[o], Elem: tensor.Float32})
	}
	return e.program, e.assign(stored, seed)
}

// emitter writes a program, node by node.
type emitter struct {
	program *Program
	result  *Result
	outputs []int // the value that each node makes
	// moments are those of each value, about, from which seeded weights are scaled.
	moments []moments
	held    map[string]int // values of weights by name: layers may share them
	wanted  []request

	// Of the node at hand:
	node  int
	name  string
	owner string // of the weights
	in    []int
	ins   [][]int
	out   []int
}

// enter writes one node.
func (e *emitter) enter(i int) error {
	n := &e.result.Nodes[i]
	e.node, e.name, e.owner, e.ins, e.out = i, n.Node.Name, n.Node.Name, n.Inputs, n.Output
	if n.Node.Weights != "" {
		e.owner = n.Node.Weights
	}
	e.in = e.in[:0]
	for _, k := range n.Node.Inputs {
		e.in = append(e.in, e.outputs[k])
	}
	v, err := e.operator(n)
	if err != nil {
		return err
	}
	if slices.Contains(e.in, v) { // nothing was computed, and yet the layer has a name
		v = e.op("Identity", nil, e.out, v)
	}
	e.program.Values[v].Name = e.name
	if code := e.program.Code; len(n.Ops) < 2 && len(code) > 0 && slices.Contains(code[len(code)-1].Out, v) {
		code[len(code)-1].Name = e.name
	}
	e.outputs[i] = v
	return nil
}

func (e *emitter) operator(n *NodeResult) (int, error) {
	switch op := n.Node.Op.(type) {
	case *Input:
		v := e.value(e.name, e.out, moments{0, 1. / 3})
		e.program.Inputs = append(e.program.Inputs, Port{Name: e.name, Value: v, Elem: tensor.Float32})
		return v, nil
	case *View:
		if op.emit == nil {
			break
		}
		if v := op.emit(e); v != None {
			return v, nil
		}
	case *Computed:
		if op.emit != nil {
			return op.emit(e), nil
		}
	case *Elementwise:
		if op.Name == "multiply" {
			return e.fold("Mul", e.in, e.ins), nil
		}
	case *Primitive:
		if len(n.Stages) == 0 { // a sum that broadcasts
			return e.fold("Add", e.in, e.ins), nil
		}
		return e.stage(n, 0, e.in, op)
	case *Variant:
		return e.variant(n, op)
	}
	return 0, lang.Errorf("%s is counted alone, and cannot be run", n.Variant)
}

// variant writes the stages of a layer one after the other.
func (e *emitter) variant(n *NodeResult, op *Variant) (int, error) {
	spec := op.Spec
	spec.Input, spec.Dims = e.ins[0], len(e.ins[0])-2
	l, err := layer.Build(spec)
	if err != nil {
		return 0, err
	}
	made := map[string]int{layer.Input: e.in[0]}
	for j, name := range l.External {
		if 1+j < len(e.in) {
			made[name] = e.in[1+j]
		}
	}
	if len(l.ROIs) > 0 {
		made["rois"] = e.constant("rois", roisOf(l.ROIs))
	}
	v := e.in[0]
	for k, st := range n.Ops {
		var in []int
		for _, name := range st.Inputs {
			from, ok := made[name]
			if !ok {
				return 0, lang.Errorf("%s is given from outside, and cannot be run", name)
			}
			in = append(in, from)
		}
		if v, err = e.stage(n, k, in, nil); err != nil {
			return 0, err
		}
		if len(n.Ops) > 1 {
			e.program.Values[v].Name = e.name + "." + st.Name
			e.program.Code[len(e.program.Code)-1].Name = e.name + "." + st.Name
		}
		made[st.Name] = v
	}
	return v, nil
}

// roisOf is R x 5: batch index, x0, y0, x1, y1.
func roisOf(rois []layer.ROI) *tensor.Array {
	var data []float32
	for _, r := range rois {
		data = append(data, 0, float32(r.X0), float32(r.Y0), float32(r.X1), float32(r.Y1))
	}
	return tensor.ArrayOf(data, len(rois), 5)
}

// value makes a value of this shape.
func (e *emitter) value(name string, shape []int, m moments) int {
	e.program.Values = append(e.program.Values, Value{Name: name, Shape: shape})
	e.moments = append(e.moments, m)
	return len(e.program.Values) - 1
}

// op writes an instruction of the node that makes a value of this shape.
func (e *emitter) op(op string, attributes map[string]any, shape []int, in ...int) int {
	return e.domainOp("", op, attributes, shape, in...)
}

func (e *emitter) domainOp(domain, op string, attributes map[string]any, shape []int, in ...int) int {
	v := e.value(fmt.Sprintf("%s/%s%d", e.name, op, len(e.program.Code)), shape, e.momentsOf(op, in))
	if attributes == nil {
		attributes = map[string]any{}
	}
	e.program.Code = append(e.program.Code, Instruction{
		Name: e.program.Values[v].Name, Op: op, Domain: domain, Version: operatorSet, Attributes: attributes, In: slices.Clone(in), Out: []int{v}, Node: None,
	})
	return v
}

// counts says that the last instruction does the work that a stage of the node is counted for, from 1; 0 is all of it.
func (e *emitter) counts(k int) {
	in := &e.program.Code[len(e.program.Code)-1]
	in.Node, in.Stage = e.node, k
}

// fold applies an operator of two operands to several, which broadcast.
func (e *emitter) fold(op string, in []int, shapes [][]int) int {
	v, shape := in[0], shapes[0]
	for j := 1; j < len(in); j++ {
		shape, _ = broadcast([][]int{shape, shapes[j]}) // it was evaluated
		v = e.op(op, nil, shape, v, in[j])
		e.counts(0)
		e.program.Code[len(e.program.Code)-1].Parts = len(in) - 1
	}
	return v
}

// constant holds an array that nobody trains.
func (e *emitter) constant(name string, a *tensor.Array) int {
	v := e.value(e.name+"/"+name, a.Shape, moments{})
	e.program.Values[v].Weight = &Weight{
		Name: name, Elem: a.Elem, Shape: a.Shape, Bytes: a.Bytes(), Read: func() (*tensor.Array, error) { return a, nil },
	}
	return v
}

func (e *emitter) list(name string, list ...int) int {
	wide := make([]int64, len(list))
	for i, n := range list {
		wide[i] = int64(n)
	}
	return e.constant(name, tensor.ArrayOf(wide, len(wide)))
}

func (e *emitter) number(name string, x float32) int {
	return e.constant(name, tensor.ArrayOf([]float32{x}))
}

// reshape gives a value another shape of as many elements.
func (e *emitter) reshape(v int, shape []int) int {
	return e.op("Reshape", nil, shape, v, e.list("shape", shape...))
}
