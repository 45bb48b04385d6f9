package onnx

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// recorder writes down the instructions of the nodes that inference follows.
type recorder struct {
	program *network.Program
	code    *[]network.Instruction // of the program, or of the body that is being followed
}

func (r *recorder) value(v network.Value) int {
	r.program.Values = append(r.program.Values, v)
	return len(r.program.Values) - 1
}

// number gives a value of the model its place among the program's; an initialiser gets it when something reads it.
func (inf *inference) number(v *value, name string) int {
	if v.id == 0 {
		out := network.Value{Name: name, Shape: v.shape}
		if v.tensor != nil {
			out.Weight = inf.model.weight(v.tensor, name)
		}
		v.id = inf.record.value(out) + 1
	}
	return v.id - 1
}

// instruction records the node that was followed, once its outputs are known.
func (c *call) instruction() error {
	if c.record == nil {
		return nil
	}
	if c.Domain == "" && c.Op == "Constant" && c.out[0].tensor != nil {
		c.record.program.Values[c.number(&c.out[0], c.scope.prefix+c.Outputs[0])].Constant = true
		return nil
	}
	in := network.Instruction{
		Name: c.scope.prefix + c.label(), Op: c.Op, Domain: c.Domain, Version: c.scope.sets[c.Domain], Node: network.None,
		Attributes: map[string]any{},
	}
	for i, v := range c.in {
		in.In = append(in.In, network.None)
		if v != nil {
			in.In[i] = c.number(v, c.scope.prefix+c.Inputs[i])
		}
	}
	for i, name := range c.Outputs {
		in.Out = append(in.Out, network.None)
		if name != "" {
			in.Out[i] = c.number(&c.out[i], c.scope.prefix+name)
		}
		if n := c.out[i].node; name != "" && n >= 0 && in.Node == network.None && !c.scope.inner {
			in.Node = n
		}
	}
	for _, a := range c.attributes {
		if err := c.setting(&in, a); err != nil {
			return err
		}
	}
	*c.record.code = append(*c.record.code, in)
	return nil
}

// The attribute types of AttributeProto.
const (
	kindFloat = 1 + iota
	kindInt
	kindString
	kindTensor
	kindGraph
	kindFloats
	kindInts
	kindStrings
)

// setting records an attribute; a graph becomes a body.
func (c *call) setting(in *network.Instruction, a attribute) error {
	kind := a.kind
	if kind == 0 {
		kind = a.guess()
	}
	switch kind {
	case kindFloat:
		in.Attributes[a.name] = a.f
	case kindInt:
		in.Attributes[a.name] = a.i
	case kindString:
		in.Attributes[a.name] = a.s
	case kindFloats:
		in.Attributes[a.name] = a.floats
	case kindInts:
		in.Attributes[a.name] = a.ints
	case kindStrings:
		in.Attributes[a.name] = a.strings
	case kindTensor:
		if a.tensor == nil {
			return lang.Errorf("its attribute %s is no tensor", a.name)
		}
		in.Attributes[a.name] = c.model.weight(a.tensor, in.Name+"."+a.name)
	case kindGraph:
		if a.graph == nil {
			return lang.Errorf("its attribute %s is no graph", a.name)
		}
		body, err := c.recordBody(a.graph)
		if err != nil {
			return lang.Errorf("%s: %w", a.name, err)
		}
		if in.Bodies == nil {
			in.Bodies = map[string]*network.Body{}
		}
		in.Bodies[a.name] = body
	}
	return nil
}

// guess tells the type of an attribute that does not say it, as files of the first versions do not.
func (a attribute) guess() int64 {
	switch {
	case a.tensor != nil:
		return kindTensor
	case a.graph != nil:
		return kindGraph
	case a.floats != nil:
		return kindFloats
	case a.ints != nil:
		return kindInts
	case a.strings != nil:
		return kindStrings
	case a.s != "":
		return kindString
	case a.f != 0:
		return kindFloat
	}
	return kindInt
}

// recordBody follows the graph of a branch or a loop to record it: what it computes is counted elsewhere, or nowhere.
func (c *call) recordBody(g *Graph) (*network.Body, error) {
	inner := *c.inference
	inner.graph = &network.Graph{}
	inner.names, inner.again, inner.seen = map[string]bool{}, map[string]int{}, map[string]int{}
	inner.owned, inner.sets, inner.uncounted = map[string]bool{}, map[string]bool{}, nil
	body := &network.Body{}
	inner.record = &recorder{c.record.program, &body.Code}
	s := newScope(c.scope, g.values, g.Outputs)
	s.inner = true
	s.initializers(g)
	for _, in := range g.Inputs {
		if _, weight := s.values[in.Name]; weight {
			continue
		}
		v := &value{elem: in.Elem, node: -1}
		s.values[in.Name] = v
		body.Inputs = append(body.Inputs, inner.number(v, s.prefix+in.Name))
	}
	err := inner.follow(g.Nodes, s, nil)
	c.steps, c.kept = inner.steps, inner.kept
	for _, v := range inner.made[len(c.made):] {
		v.node = -1 // a node of the body's own graph
	}
	if err != nil {
		return nil, err
	}
	for _, out := range g.Outputs {
		v := s.find(out.Name)
		if v == nil {
			return nil, lang.Errorf("no node makes the output %q", out.Name)
		}
		body.Outputs = append(body.Outputs, inner.number(v, s.prefix+out.Name))
	}
	return body, nil
}

// control counts a node with graphs of its own, and records it as one instruction whatever is counted for it.
func (c *call) control(count func() error) error {
	record := c.record
	if record == nil {
		return count()
	}
	c.record = nil
	err := count()
	c.record = record
	if err != nil {
		return err
	}
	for i, name := range c.Outputs {
		if name == "" {
			continue
		}
		c.out[i] = *c.scope.find(name)
		c.out[i].id, c.out[i].tensor = 0, nil
		c.scope.values[name] = &c.out[i]
	}
	return c.instruction()
}

// ports names what enters and leaves the program. An input of a type that nothing here holds, like float8, is an error.
func (inf *inference) ports(s *scope, inputs []ValueInfo) error {
	p := inf.record.program
	for _, in := range inputs {
		if _, known := storedElems.Get()[in.Elem]; !known && in.Elem != 0 {
			return lang.Errorf("input %q is of element type %d of ONNX, which cannot be run", in.Name, in.Elem)
		}
		p.Inputs = append(p.Inputs, network.Port{Name: in.Name, Value: inf.number(s.values[in.Name], in.Name), Elem: storedElems.Get()[in.Elem], Open: inf.open[in.Name]})
	}
	for _, out := range inf.model.Graph.Outputs {
		elem := storedElems.Get()[out.Elem]
		if out.Other != "" {
			elem = tensor.Sequence
		}
		p.Outputs = append(p.Outputs, network.Port{Name: out.Name, Value: inf.number(s.find(out.Name), out.Name), Elem: elem})
	}
	names := map[string]int{}
	for i := range p.Code {
		in := &p.Code[i]
		if names[in.Name]++; names[in.Name] > 1 {
			in.Name = fmt.Sprintf("%s#%d", in.Name, names[in.Name])
		}
	}
	p.Values, p.Code = slices.Clip(p.Values), slices.Clip(p.Code)
	return nil
}
