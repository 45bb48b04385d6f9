package onnx

import (
	"errors"
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
)

// maxSteps bounds the nodes that are followed, functions and branches unfolded.
const maxSteps = 1 << 20

// errUnknown stops a rule that depends on numbers which exist only at run time.
var errUnknown = lang.New("its shape depends on data")

// inference follows a model's nodes in order.
type inference struct {
	model     *Model
	graph     *network.Graph
	names     map[string]bool // of the network's nodes
	again     map[string]int  // the next number for a name that repeats
	owned     map[string]bool // weights that a node read
	sets      map[string]bool // of weights that a primitive read together
	used      map[string]bool // values that something reads
	uncounted []uncounted
	seen      map[string]int // index in uncounted
	symbols   map[string]int
	inputs    int // of the model
	// stale says that the input was resized, so that the shapes which the exporter noted no longer hold.
	stale bool
	// steps and kept bound what hostile models unfold to: nodes followed, bytes of names and constants held.
	steps, kept int
	// spent is what the nodes come to, skips how many were uncounted, made the constants that became nodes.
	spent spent
	skips int
	// looked is how many elements of constants were read to tell parameters from others.
	looked int
	made   []*value
	// likely is what the input may be fed with, for sizes that are open; open are the axes of inputs that have such.
	likely []int
	open   map[string][]bool
	// record is what runs; nil if only counts are asked for.
	record *recorder
}

// call is one application of an operator, as a rule sees it.
type call struct {
	*inference
	*Node
	scope   *scope
	in      []*value // nil where an optional input is left out
	out     []value
	layer   *pending // what it does at run time; nil is nothing but moving data
	unknown bool     // nobody knows what it does
	// along is what the axes of output i run along in the node's input j; nil is for package network to tell from shapes.
	along func(i, j int) []network.Along
	// harmless says of an unknown one that it has neither MACs nor parameters.
	harmless bool
	// entered says that an unknown one has a node already, for another of its outputs.
	entered bool
}

// uncounted is an operator whose work is not in the counts, and why.
type uncounted struct {
	operator, reason string
	count            int
}

// rule is what is known about an operator.
type rule struct {
	apply func(*call) error
	least int // inputs that must be there, their shapes known
	free  bool
}

// follow runs nodes in their order, which ONNX demands to be an order of execution. bind, if not nil, is what makes a node
// of a function's body the caller's.
func (inf *inference) follow(nodes []*Node, s *scope, bind func(*Node) *Node) error {
	if s.depth > maxDepth {
		return lang.Errorf("graphs nested more than %d deep", maxDepth)
	}
	for _, n := range nodes {
		if inf.steps++; inf.steps > maxSteps {
			return lang.Errorf("the model unfolds to more than %d nodes", maxSteps)
		}
		if bind != nil {
			n = bind(n)
		}
		if inf.kept += n.weight() + (len(s.prefix)+64)*(2+len(n.Outputs)); inf.kept > maxKept {
			return errTooLarge
		}
		if err := inf.step(n, s); err != nil {
			return lang.Errorf("node %q (%s): %w", s.prefix+n.label(), n.Op, err)
		}
	}
	return nil
}

// weight is about how many bytes following the node may hold.
func (n *Node) weight() int {
	total := len(n.Name) + 64*len(n.Inputs)
	for _, name := range n.Outputs {
		total += len(name)
	}
	return total
}

func (inf *inference) step(n *Node, s *scope) error {
	c := &call{inference: inf, Node: n, scope: s, out: make([]value, max(1, len(n.Outputs))), in: make([]*value, len(n.Inputs))}
	for i, name := range n.Inputs {
		if name == "" {
			continue
		}
		if c.in[i] = s.find(name); c.in[i] == nil {
			return lang.Errorf("reads %q, which nothing before it makes", name)
		}
	}
	if f, ok := inf.model.functions[functionKey{n.Domain, n.Op}]; ok {
		return c.unfold(f)
	}
	if n.Domain == "" && n.Op == "If" {
		return c.branch()
	}
	if n.Domain == "" && n.Op == "Scan" {
		return c.control(c.scan)
	}
	r, ok := ruleFor(n)
	if !ok {
		c.harmless = n.Domain == "" && harmless.Get()[n.Op]
		c.skip(lang.Text("no rule for it"))
		return c.finish()
	}
	for i := range r.least {
		if i >= len(c.in) || c.in[i] == nil {
			return lang.Errorf("has no input %d", i+1)
		}
	}
	err := errUnknown
	if !slices.ContainsFunc(c.in[:r.least], func(v *value) bool { return !v.known() }) {
		err = r.apply(c)
	}
	if errors.Is(err, errUnknown) {
		c.out, c.layer = make([]value, max(1, len(n.Outputs))), nil
		if !r.free && !c.constant() {
			c.harmless = !multiplies(n.Op) && !c.holds()
			c.skip(lang.Text("the shape of its input or output depends on data"))
		}
		err = nil
	}
	if err != nil {
		return err
	}
	return c.finish()
}

// constant reports whether every input is a constant: then so is the result, and nothing is computed at run time.
func (c *call) constant() bool {
	return !slices.ContainsFunc(c.in, func(v *value) bool { return v != nil && !v.constant })
}

// finish checks the outputs and enters them, with the nodes that compute them.
func (c *call) finish() error {
	constant, first := c.constant(), -1
	for i, name := range c.Outputs {
		v := &c.out[i]
		if name == "" {
			continue
		}
		if v.shape == nil {
			v.shape, v.elem = c.declaredShape(name)
		}
		if err := extents(v.shape); err != nil {
			return err
		}
		if c.kept += 8 * (len(v.ints) + len(v.floats)); c.kept > maxKept {
			return errTooLarge
		}
		v.node = -1
		if constant || v.constant {
			v.constant = true
			c.trace(v, name)
		} else {
			v.roots, v.ints, v.floats = nil, nil, nil
			if c.used[name] || i == 0 && (c.layer != nil || c.unknown) {
				var err error
				if v.node, err = c.enter(i, first); err != nil {
					return err
				}
			}
		}
		if i == 0 {
			first = v.node
		}
		c.scope.values[name] = v
	}
	return c.instruction()
}

// declaredShape is what the exporter noted about a value, where inference cannot tell.
func (c *call) declaredShape(name string) ([]int, Elem) {
	d, ok := c.scope.declared[name]
	if !ok || !d.Known || c.stale {
		return nil, d.Elem
	}
	s := []int{}
	for _, dim := range d.Dims {
		n := dim.Value
		if n <= 0 {
			n = c.symbols[dim.Symbol]
		}
		if n <= 0 {
			return nil, d.Elem
		}
		s = append(s, n)
	}
	return s, d.Elem
}

// skip reports the node as uncounted.
func (c *call) skip(why string) {
	c.unknown = true
	c.skips++
	op := c.operator()
	key := op + "\x00" + why
	i, ok := c.seen[key]
	if !ok {
		i = len(c.uncounted)
		c.seen[key] = i
		c.uncounted = append(c.uncounted, uncounted{operator: op, reason: why})
	}
	c.uncounted[i].count++
}

// input gives the shape of input i.
func (c *call) input(i int) []int { return c.in[i].shape }

// optional gives input i, or nil.
func (c *call) optional(i int) *value {
	if i < len(c.in) {
		return c.in[i]
	}
	return nil
}

// set gives output i a shape.
func (c *call) set(i int, s []int) { c.put(i, value{shape: s}) }

// put gives output i a value; its type is the first input's unless it says otherwise.
func (c *call) put(i int, v value) {
	if i >= len(c.out) {
		return
	}
	if v.elem == 0 && len(c.in) > 0 && c.in[0] != nil {
		v.elem = c.in[0].elem
	}
	c.out[i] = v
}

// view makes output 0 another view of input 0: the same arrays, for counting weights.
func (c *call) view(v value) error {
	v.roots = c.in[0].roots
	c.put(0, v)
	return nil
}

// axesOf reads axes that are an attribute in old operator sets and an input in new ones; nil if there are none.
func (c *call) axesOf(input int) ([]int64, error) {
	if a, ok := c.attribute("axes"); ok {
		return a.ints, nil
	}
	v := c.optional(input)
	if v == nil {
		return nil, nil
	}
	list, ok := v.list()
	if !ok {
		return nil, errUnknown
	}
	return list, nil
}

// axisSet resolves axes and demands that none repeats.
func axisSet(axes []int64, rank int) ([]bool, error) {
	set := make([]bool, rank)
	for _, a := range axes {
		i, err := axis(a, rank)
		if err != nil {
			return nil, err
		}
		if set[i] {
			return nil, lang.Errorf("axis %d is named twice", a)
		}
		set[i] = true
	}
	return set, nil
}
