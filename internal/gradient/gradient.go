// Package gradient propagates one output of a network's layer back to the network's input: reverse mode, operator by operator,
// as further instructions of the same program, so that whatever runs the network runs its gradient too. And it does without
// channels of a layer in turn, to see what each of them matters for the output.
package gradient

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// Missing reports an operator between the input and the layer whose gradient nobody wrote, or not for such operands.
type Missing struct{ Operator, Layer, Why string }

func (m *Missing) Error() string {
	text := lang.Sprintf("the gradient of %s, layer %q, is not known", m.Operator, m.Layer)
	if m.Why != "" {
		text += lang.Text(": ") + m.Why
	}
	return text
}

// seed is the name under which a program with a gradient is fed what comes back from the layer, in the shape of its output.
const seed = "gradient"

// backward writes the instructions of a gradient.
type backward struct {
	p     *network.Program
	needs []bool      // of a value: it depends on the input
	grads map[int]int // of a value: the value that is its gradient so far
	rules map[string]rule
	// stages are the rules of primitives that ONNX has no operator for.
	stages map[string]rule
	at     *network.Instruction
}

// rule adds to the gradients of an instruction's inputs, given those of its outputs: None where nothing came back. The error says
// for which operands there is no gradient.
type rule func(b *backward, in *network.Instruction, g []int) error

// unknown ends a rule.
type unknown string

func (u unknown) Error() string { return string(u) }

// Of is the part of a program that makes the value target, and what propagates a gradient of target, fed under the name
// "gradient" in its shape, back to the input. All of its floats are float32. Its outputs are target and the gradient, in the shape of the input. The error is a
// *Missing where an operator in between has no rule.
func Of(p *network.Program, target, input int) (*network.Program, error) {
	code := needed(p, target)
	q := &network.Program{Values: slices.Clone(p.Values), Code: code, Inputs: slices.Clone(p.Inputs)}
	b := &backward{p: q, needs: make([]bool, len(q.Values)), grads: map[int]int{}, rules: rules.Get(), stages: stages.Get()}
	b.needs[input] = true
	for i := range code {
		if _, stops := flat.Get()[code[i].Op]; stops {
			continue
		}
		if slices.ContainsFunc(code[i].In, b.depends) {
			for _, v := range code[i].Out {
				if v != network.None {
					b.needs[v] = true
				}
			}
		}
	}
	if !b.needs[target] {
		return nil, &Missing{lang.Text("what the layer reads"), name(p, target), lang.Text("it does not depend on the input")}
	}
	g := b.value(seed, p.Values[target].Shape)
	q.Inputs = append(q.Inputs, network.Port{Name: seed, Value: g, Elem: tensor.Float32})
	b.grads[target] = g
	for i := len(code) - 1; i >= 0; i-- {
		if err := b.through(code[i]); err != nil {
			return nil, err
		}
	}
	from, ok := b.grads[input]
	if !ok {
		return nil, &Missing{lang.Text("what the layer reads"), name(p, target), lang.Text("it does not depend on the input")}
	}
	q.Outputs = []network.Port{{Name: "layer", Value: target}, {Name: "input", Value: from}}
	return q, nil
}

// through propagates the gradients of an instruction's outputs to its inputs.
func (b *backward) through(in network.Instruction) error {
	g := make([]int, len(in.Out))
	some := false
	for k, v := range in.Out {
		g[k] = network.None
		if grad, ok := b.grads[v]; ok {
			g[k], some = grad, true
		}
	}
	if !some || !slices.ContainsFunc(in.In, b.depends) {
		return nil
	}
	missing := &Missing{Operator: in.Op, Layer: in.Name}
	r, ok := b.rules[in.Op]
	if in.Domain == network.StageDomain {
		r, ok = b.stages[in.Op]
	} else if in.Domain != "" || in.Bodies != nil {
		ok = false
	}
	if !ok {
		return missing
	}
	for _, v := range slices.Concat(in.In, in.Out) {
		if v != network.None && b.p.Values[v].Shape == nil && b.p.Values[v].Weight == nil {
			missing.Why = lang.Text("shapes are not known before the network runs")
			return missing
		}
	}
	b.at = &in
	if err := r(b, &in, g); err != nil {
		missing.Why = err.Error()
		return missing
	}
	return nil
}

// needed are the instructions that a value comes from, in their order; what makes given values is not needed.
func needed(p *network.Program, target int, given ...int) []network.Instruction {
	want := map[int]bool{target: true}
	var code []network.Instruction
	for i := len(p.Code) - 1; i >= 0; i-- {
		in := p.Code[i]
		if !slices.ContainsFunc(in.Out, func(v int) bool { return want[v] && !slices.Contains(given, v) }) {
			continue
		}
		reads(in, func(v int) { want[v] = true })
		in.Node = network.None // the program is no longer the graph's
		code = append(code, in)
	}
	slices.Reverse(code)
	return code
}

// reads visits the values that an instruction reads, in its bodies too.
func reads(in network.Instruction, visit func(v int)) {
	for _, v := range in.In {
		visit(v)
	}
	for _, body := range in.Bodies {
		for _, v := range body.Outputs {
			visit(v)
		}
		for _, inner := range body.Code {
			reads(inner, visit)
		}
	}
}

func name(p *network.Program, v int) string { return p.Values[v].Name }

func (b *backward) depends(v int) bool {
	return v != network.None && v < len(b.needs) && b.needs[v]
}

func (b *backward) shape(v int) []int { return b.p.Values[v].Shape }

// add adds g to the gradient of v, if v depends on the input.
func (b *backward) add(v, g int) {
	if !b.depends(v) {
		return
	}
	if before, ok := b.grads[v]; ok {
		g = b.op("Add", nil, b.shape(v), before, g)
	}
	b.grads[v] = g
}

// value makes a value of this shape; nil is not known before it is computed.
func (b *backward) value(name string, shape []int) int {
	b.p.Values = append(b.p.Values, network.Value{Name: name, Shape: shape})
	return len(b.p.Values) - 1
}

// set is the version that the instructions of a gradient are of.
const set = 21

// op writes an instruction with one output.
func (b *backward) op(op string, attributes map[string]any, shape []int, in ...int) int {
	return b.ops("", op, attributes, in, shape)[0]
}

// ops writes an instruction with an output of each of these shapes.
func (b *backward) ops(domain, op string, attributes map[string]any, in []int, shapes ...[]int) []int {
	if attributes == nil {
		attributes = map[string]any{}
	}
	title := fmt.Sprintf("%s/back/%s%d", b.at.Name, op, len(b.p.Code))
	out := make([]int, len(shapes))
	for i, s := range shapes {
		out[i] = b.value(fmt.Sprintf("%s.%d", title, i), s)
	}
	b.p.Code = append(b.p.Code, network.Instruction{
		Name: title, Op: op, Domain: domain, Version: set, Attributes: attributes, In: slices.Clone(in), Out: out, Node: network.None,
	})
	return out
}

func (b *backward) constant(a *tensor.Array) int {
	v := b.value(fmt.Sprintf("%s/back/constant%d", b.at.Name, len(b.p.Values)), a.Shape)
	b.p.Values[v].Weight = &network.Weight{
		Name: b.p.Values[v].Name, Elem: a.Elem, Shape: a.Shape, Bytes: a.Bytes(), Read: func() (*tensor.Array, error) { return a, nil },
	}
	return v
}

func (b *backward) number(x float64) int { return b.constant(tensor.ArrayOf([]float32{float32(x)})) }

func (b *backward) list(list ...int) int {
	wide := make([]int64, len(list))
	for i, n := range list {
		wide[i] = int64(n)
	}
	return b.constant(tensor.ArrayOf(wide, len(wide)))
}

// reshape gives a value another shape of as many elements.
func (b *backward) reshape(v int, shape []int) int {
	if slices.Equal(b.shape(v), shape) {
		return v
	}
	if len(shape) == 0 {
		return b.op("Reshape", nil, shape, v, b.constant(tensor.ArrayOf([]int64{}, 0)))
	}
	return b.op("Reshape", nil, shape, v, b.list(shape...))
}

// mul, plus and their kin are elementwise on values of one shape, or with a number.
func (b *backward) mul(x, y int) int  { return b.op("Mul", nil, b.wider(x, y), x, y) }
func (b *backward) plus(x, y int) int { return b.op("Add", nil, b.wider(x, y), x, y) }
func (b *backward) sub(x, y int) int  { return b.op("Sub", nil, b.wider(x, y), x, y) }
func (b *backward) div(x, y int) int  { return b.op("Div", nil, b.wider(x, y), x, y) }

// wider is the shape of two values together, of which one broadcasts to the other.
func (b *backward) wider(x, y int) []int {
	if elements(b.shape(x)) >= elements(b.shape(y)) && len(b.shape(x)) >= len(b.shape(y)) {
		return b.shape(x)
	}
	return b.shape(y)
}

// apply is a function of one value, element by element.
func (b *backward) apply(op string, attributes map[string]any, x int) int {
	return b.op(op, attributes, b.shape(x), x)
}

// mask is 1 where the comparison holds, and 0 elsewhere.
func (b *backward) mask(comparison string, x, y int) int {
	return b.op("Cast", map[string]any{"to": int64(1)}, b.wider(x, y), b.op(comparison, nil, b.wider(x, y), x, y))
}

// sum adds up along axes, which stay with extent 1.
func (b *backward) sum(x int, axes ...int) int {
	shape := slices.Clone(b.shape(x))
	for _, a := range axes {
		shape[a] = 1
	}
	return b.op("ReduceSum", map[string]any{"keepdims": int64(1)}, shape, x, b.list(axes...))
}

// fit sums a gradient over the axes along which v was broadcast.
func (b *backward) fit(g, v int) int {
	have, want := b.shape(g), b.shape(v)
	var axes []int
	lead := len(have) - len(want)
	for a := range have {
		if a < lead || want[a-lead] == 1 && have[a] > 1 {
			axes = append(axes, a)
		}
	}
	if len(axes) > 0 {
		g = b.sum(g, axes...)
	}
	return b.reshape(g, want)
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}
