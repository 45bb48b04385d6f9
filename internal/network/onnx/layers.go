package onnx

import (
	"slices"
	"strconv"
	"strings"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/shape"
)

// pending is what the node that is being followed does when it runs.
type pending struct {
	// op is the primitive that the node is, over the shapes in; nil if it is none, and then extra is its work.
	op    layer.Op
	shape shape.Stage
	extra work
	label string // of work without a primitive
	// operands are the inputs that the primitive reads, in its order; weights are the constants that it holds.
	// dynamic says that some of its weights are computed at run time.
	operands []int
	weights  []weight
	dynamic  bool
	// fixed are constants that nobody trains.
	fixed []weight
	// held is weights that were claimed already.
	held network.Held
}

// work is what an operator without a primitive does. FLOPs are beside those of the MACs.
type work struct{ macs, flops int64 }

// emit makes the node a primitive over the shapes in, which inputs 0, 1, … have unless operands says otherwise.
func (c *call) emit(op layer.Op, in [][]int, weights ...int) (shape.Stage, error) {
	if len(in[0]) > 0 && in[0][0] == 0 {
		return c.emitNone(op, in, weights)
	}
	s, err := shape.OfStage(layer.Stage{Name: c.label(), Op: op}, in)
	if err != nil {
		return s, err
	}
	c.emitShaped(op, in, s.Output)
	c.layer.shape = s
	c.reads(weights...)
	return s, nil
}

// emitNone makes the node one that computes nothing, of a batch without pictures: its output is that of one picture, less the picture.
func (c *call) emitNone(op layer.Op, in [][]int, weights []int) (shape.Stage, error) {
	one := make([][]int, len(in))
	for i, s := range in {
		if one[i] = slices.Clone(s); s[0] == 0 {
			one[i][0] = 1
		}
	}
	s, err := shape.OfStage(layer.Stage{Name: c.label(), Op: op}, one)
	if err != nil {
		return s, err
	}
	s.Output = append([]int{0}, s.Output[1:]...)
	c.work(work{}, weights...)
	return s, nil
}

// emitShaped makes the node a primitive whose output the caller knows.
func (c *call) emitShaped(op layer.Op, in [][]int, out []int) {
	c.layer = &pending{op: op, shape: shape.Stage{Name: c.label(), Kind: op.Kind(), Inputs: in, Output: out}}
	for i := range in {
		c.layer.operands = append(c.layer.operands, i)
	}
}

// work makes the node one without a primitive.
func (c *call) work(w work, weights ...int) {
	c.layer = &pending{extra: w, label: kebab(c.Op)}
	c.reads(weights...)
}

// enter appends the node of the network that makes output i, and returns its index. A node with several outputs does
// its work in the first.
func (c *call) enter(i, first int) (int, error) {
	out := c.out[i].shape
	n := network.Node{Name: c.scope.prefix + c.Outputs[i], Tensor: c.scope.prefix + c.Outputs[i], Inputs: c.sources()}
	if i == 0 {
		n.Name = c.scope.prefix + c.label()
	}
	n.Blocks, n.Elem = blocks(n.Name), c.stored(i)
	var err error
	switch {
	case i > 0 && first >= 0 && c.layer != nil:
		n.Op, n.Inputs = &network.Explicit{Name: kebab(c.Op), Shape: out}, []int{first}
	case c.unknown:
		n.Op = &network.Unknown{Name: c.operator(), Shape: out, Harmless: c.harmless, Again: c.entered}
		c.entered = true
	case c.layer == nil:
		n.Op = c.free(out)
	case c.layer.op == nil:
		n.Op, err = c.explicit(&n, out)
	default:
		err = c.primitive(&n, out)
	}
	if err != nil {
		return 0, err
	}
	if _, whole := n.Op.(*network.Primitive); !whole && c.along != nil && (c.layer == nil || i == 0) {
		inputs := c.dataInputs()
		n.Along = func(j int) []network.Along { return c.along(i, inputs[min(j, len(inputs)-1)]) }
	}
	return c.append(n), nil
}

// stored is the element type of output i: what the exporter noted, or what follows from the inputs.
func (c *call) stored(i int) flops.Elem {
	e := c.out[i].elem
	if d, ok := c.scope.declared[c.Outputs[i]]; ok && d.Elem != 0 {
		e = d.Elem
	}
	return e.counted()
}

// append adds a node to the network under a name that no other has.
func (inf *inference) append(n network.Node) int {
	for base, k := n.Name, 2; inf.names[n.Name]; k++ {
		k = max(k, inf.again[base])
		n.Name = base + "#" + strconv.Itoa(k)
		inf.again[base] = k + 1
	}
	inf.names[n.Name] = true
	inf.graph.Nodes = append(inf.graph.Nodes, n)
	return len(inf.graph.Nodes) - 1
}

// blocks are the parts of a path-like name, as exporters write them: "/layer1/layer1.0/conv1/Conv".
func blocks(name string) []string {
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
	if len(parts) < 2 {
		return nil
	}
	return parts[:len(parts)-1]
}

// copying are the free operators whose output is a tensor of its own; the others' is their input's memory.
var copying = lazy.Value[map[string]bool]{Make: func() map[string]bool {
	return map[string]bool{
		"Transpose": true, "Slice": true, "Split": true, "Pad": true, "Gather": true, "GatherElements": true, "GatherND": true,
		"Expand": true, "Tile": true, "DepthToSpace": true, "SpaceToDepth": true, "ScatterND": true, "ScatterElements": true,
		"Concat": true, "Upsample": true, "Resize": true, "Trilu": true, "OneHot": true, "Cast": true, "CenterCropPad": true,
		"ReverseSequence": true,
	}
}}

// free is an operator that moves data at most.
func (c *call) free(out []int) network.Operator {
	if out == nil || len(c.sources()) != 1 {
		return &network.Explicit{Name: kebab(c.Op), Shape: out}
	}
	return &network.View{Name: kebab(c.Op), Shape: network.Fixed(out...), Copies: copying.Get()[c.Op]}
}

// explicit is work without a primitive.
func (c *call) explicit(node *network.Node, out []int) (network.Operator, error) {
	l := c.layer
	if l.extra.macs == 0 && len(l.weights) == 0 && len(l.fixed) == 0 {
		if each, ok := c.perOutput(out); ok {
			return &network.Elementwise{Name: l.label, FLOPs: each}, c.spend(spent{flops: l.extra.flops})
		}
	}
	held, _, err := c.claim()
	if err != nil {
		return nil, err
	}
	held.Params, held.Bytes, held.Constants = held.Params+l.held.Params, held.Bytes+l.held.Bytes, held.Constants+l.held.Constants
	node.Held = unless(held.Params, held)
	n, err := layer.Product(2, l.extra.macs)
	if err == nil {
		n, err = layer.Sum(n, l.extra.flops)
	}
	if err == nil {
		err = c.spend(spent{l.extra.macs, n, held})
	}
	return &network.Explicit{Name: l.label, Shape: out, Params: held.Params, MACs: l.extra.macs, FLOPs: n}, err
}

// perOutput is the FLOPs of an output element, for operators that broadcast all of their inputs, none a constant.
func (c *call) perOutput(out []int) (int64, bool) {
	if _, ok := binaries.Get()[c.Op]; !ok {
		return 0, false
	}
	n, err := layer.Elements(out...)
	if err != nil || n == 0 || c.layer.extra.flops%n != 0 || slices.ContainsFunc(c.in, func(v *value) bool { return v.constant }) {
		return 0, false
	}
	return c.layer.extra.flops / n, true
}

// primitive makes the node one of convx's primitives, if that has the output that the model has. Where not, as where the
// weights are computed at run time or a normalisation is over other axes, its counts are written out.
func (c *call) primitive(n *network.Node, out []int) error {
	l := c.layer
	rows, err := flops.OfStage(layer.Stage{Name: n.Name, Op: l.op}, l.shape)
	if err != nil {
		return err
	}
	var t flops.Total
	for _, r := range rows {
		if t, err = t.Add(r.Total); err != nil {
			return err
		}
	}
	all, key := int64(0), ""
	for _, w := range l.weights {
		all += w.params
		key += w.root + "\x00"
	}
	held, fresh, err := c.claim()
	if err != nil {
		return err
	}
	if err := c.spend(spent{t.MACs, t.FLOPs, held}); err != nil {
		return err
	}
	_, norm := l.op.(layer.Norm)
	if l.dynamic || norm && all != t.Params || !slices.Equal(out, l.shape.Output) || !c.fits() {
		name := primitiveName(l.op)
		if name == "" {
			name = network.VariantOf(l.op, l.shape.Inputs[0])
		}
		n.Op = &network.Explicit{Name: name, Shape: out, Params: held.Params, MACs: t.MACs, FLOPs: t.FLOPs}
		if reaches := shape.Reaches(l.op, l.shape); c.along == nil && l.dynamic && len(out) == len(reaches)+2 {
			seen := map[int]shape.Reach{1: shape.Everything(l.shape.Inputs[0][1])}
			for a, r := range reaches {
				seen[2+a] = r
			}
			c.sees(len(out), seen)
		}
		n.Held = unless(held.Params, held)
		return nil
	}
	if all == t.Params && (fresh == len(l.weights) || fresh == 0 && c.sets[key]) {
		c.sets[key] = true
		n.Weights = key // of its own, or those of one earlier node
	}
	n.Held = unless(t.Params, held)
	n.Op, n.Inputs = &network.Primitive{Op: l.op, Name: primitiveName(l.op)}, nil
	for _, i := range l.operands {
		n.Inputs = append(n.Inputs, c.operand(i))
	}
	return nil
}

// primitiveName labels activations and pools by what they are; others name themselves.
func primitiveName(op layer.Op) string {
	switch op := op.(type) {
	case layer.Activation:
		return op.Func
	case layer.Norm:
		return op.Func + "-norm"
	case layer.Pool:
		if op.Global {
			return "global-" + string(op.Func) + "-pool"
		}
		return string(op.Func) + "-pool"
	}
	return ""
}

// fits reports whether the node's operands have the shapes that its primitive reads.
func (c *call) fits() bool {
	for j, i := range c.layer.operands {
		if !slices.Equal(c.in[i].shape, c.layer.shape.Inputs[j]) {
			return false
		}
	}
	return true
}

// operand is the node that makes input i; a constant becomes one.
func (c *call) operand(i int) int {
	v := c.in[i]
	if v.node < 0 {
		c.made = append(c.made, v)
		v.node = c.append(network.Node{Name: c.scope.prefix + c.Inputs[i], Elem: v.elem.counted(), Op: &network.Constant{Shape: v.shape}})
	}
	return v.node
}

// sources are the nodes that make the inputs, constants left out.
func (c *call) sources() []int {
	var nodes []int
	for _, i := range c.dataInputs() {
		nodes = append(nodes, c.in[i].node)
	}
	return nodes
}

// dataInputs are the inputs that nodes make.
func (c *call) dataInputs() []int {
	var inputs []int
	for i, v := range c.in {
		if v != nil && !v.constant && v.node >= 0 {
			inputs = append(inputs, i)
		}
	}
	return inputs
}

// operator names the operator for people: with its domain, if that is not ONNX's own.
func (c *call) operator() string {
	if c.Domain == "" {
		return c.Op
	}
	return c.Domain + "." + c.Op
}

// kebab writes an operator's name as convx does: GlobalAveragePool is global-average-pool.
func kebab(op string) string {
	var b strings.Builder
	for i, r := range op {
		if r >= 'A' && r <= 'Z' {
			if i > 0 && op[i-1] >= 'a' && op[i-1] <= 'z' {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// product multiplies extents to another one.
func product(what string, factors ...int) (int, error) {
	n, err := layer.Product(factors...)
	if err != nil {
		return 0, lang.Errorf("counting %s: %w", what, err)
	}
	return n, nil
}

// count multiplies a count by extents.
func count(what string, n int64, extents ...int) (int64, error) {
	n, err := layer.Times(n, extents...)
	if err != nil {
		return 0, lang.Errorf("counting %s: %w", what, err)
	}
	return n, nil
}
