package onnx

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// spent is what the nodes that were followed come to: the branch of an If that costs most stands for both, and the body of a
// Scan costs its own times the steps.
type spent struct {
	macs, flops int64
	held        network.Held
}

func (s spent) add(o spent) (spent, error) {
	var err error
	for _, p := range []struct{ to, n *int64 }{{&s.macs, &o.macs}, {&s.flops, &o.flops}, {&s.held.Params, &o.held.Params}, {&s.held.Bytes, &o.held.Bytes}} {
		if *p.to, err = layer.Sum(*p.to, *p.n); err != nil {
			return s, err
		}
	}
	return s, nil
}

// dearer orders by MACs, then FLOPs, then parameters.
func (s spent) dearer(o spent) bool {
	if s.macs != o.macs {
		return s.macs > o.macs
	}
	if s.flops != o.flops {
		return s.flops > o.flops
	}
	return s.held.Params > o.held.Params
}

// spend adds to what the nodes come to.
func (inf *inference) spend(o spent) (err error) {
	inf.spent, err = inf.spent.add(o)
	return err
}

// body follows an inner graph, whose inputs have these values, and gives its outputs.
func (c *call) body(g *Graph, in []*value) ([]*value, error) {
	s := newScope(c.scope, g.values, g.Outputs)
	s.initializers(g)
	for i, v := range in {
		s.values[g.Inputs[i].Name] = v
	}
	if err := c.follow(g.Nodes, s, nil); err != nil {
		return nil, err
	}
	out := make([]*value, len(g.Outputs))
	for i, o := range g.Outputs {
		if out[i] = s.find(o.Name); out[i] == nil {
			return nil, lang.Errorf("its graph makes no %q", o.Name)
		}
	}
	return out, nil
}

// try follows an inner graph and takes its nodes back. It gives the outputs, of which only shapes and numbers hold, and
// what the nodes come to; known is false where some of them are uncounted. Weights that it reads stay claimed if claim says so.
func (c *call) try(g *Graph, in []*value, claim bool) (out []*value, cost spent, known bool, err error) {
	before := *c.inference
	nodes, unknown, journal := len(c.graph.Nodes), c.skips, len(c.made)
	c.spent = spent{}
	if !claim {
		c.owned, c.sets = map[string]bool{}, map[string]bool{}
	}
	c.names, c.again, c.seen = map[string]bool{}, map[string]int{}, map[string]int{}
	c.uncounted = nil
	out, err = c.body(g, in)
	cost, known = c.spent, c.skips == unknown
	c.graph.Nodes = c.graph.Nodes[:nodes]
	for _, v := range c.made[journal:] {
		v.node = -1
	}
	steps, kept := c.steps, c.kept // what was done was done
	*c.inference = before
	c.steps, c.kept, c.made = steps, kept, c.made[:journal]
	return out, cost, known, err
}

// branch follows the branch of an If that runs, where the condition is known, as exporters leave behind.
func (c *call) branch() error {
	if len(c.in) != 1 || c.in[0] == nil {
		return lang.Errorf("has no condition")
	}
	then, _ := c.attribute("then_branch")
	other, _ := c.attribute("else_branch")
	for name, a := range map[string]attribute{"then_branch": then, "else_branch": other} {
		if a.graph == nil {
			return lang.Errorf("has no %s", name)
		}
	}
	cond, ok := c.in[0].list()
	if ok && len(cond) == 1 {
		taken := other.graph
		if cond[0] != 0 {
			taken = then.graph
		}
		out, err := c.body(taken, nil)
		if err != nil {
			return err
		}
		return c.hand(out)
	}
	return c.control(func() error { return c.either(then, other) })
}

// either counts the branches of an If whose condition depends on data. Where both have the same results, the dearer one stands
// for both; else nothing is known.
func (c *call) either(then, other attribute) error {
	a, costA, knownA, err := c.try(then.graph, nil, false)
	if err != nil {
		return err
	}
	b, costB, knownB, err := c.try(other.graph, nil, false)
	if err != nil {
		return err
	}
	if !knownA || !knownB || !alike(a, b) {
		c.skip(lang.Text("which branch runs depends on data"))
		return c.finish()
	}
	taken, left := then.graph, b
	if costB.dearer(costA) {
		taken, left = other.graph, a
	}
	out, err := c.body(taken, nil)
	if err != nil {
		return err
	}
	for i, v := range out {
		if v.constant && !(left[i].constant && slices.Equal(v.ints, left[i].ints) && slices.Equal(v.floats, left[i].floats)) {
			out[i] = &value{shape: v.shape, elem: v.elem, node: v.node} // known when it runs
		}
	}
	return c.hand(out)
}

// alike reports whether two branches have results of the same known shapes.
func alike(a, b []*value) bool {
	return slices.EqualFunc(a, b, func(v, w *value) bool { return v.known() && w.known() && slices.Equal(v.shape, w.shape) })
}

// hand gives the results of an inner graph to the node's outputs.
func (c *call) hand(results []*value) error {
	if len(c.Outputs) > len(results) {
		return lang.Errorf("has %d outputs and its graph %d", len(c.Outputs), len(results))
	}
	for i, name := range c.Outputs {
		if name != "" {
			c.scope.values[name] = results[i]
		}
	}
	return nil
}

// scan: the last num_scan_inputs inputs are cut along an axis (scan_input_axes, 0), and the body runs on each slice; the others
// are its state. The body's further results are put together along an axis (scan_output_axes, 0). All of the work is one
// node's: what the body comes to, for each step; its parameters count once.
func (c *call) scan() error {
	a, _ := c.attribute("body")
	cut := c.countOr("num_scan_inputs", 0)
	states := len(c.in) - cut
	if a.graph == nil || cut < 1 || states < 0 || len(a.graph.Inputs) != len(c.in) {
		c.skip(lang.Text("only the Scan of operator set 9 and later is known"))
		return c.finish()
	}
	steps := -1
	in := make([]*value, len(c.in))
	for i, v := range c.in {
		if !v.known() {
			c.skip(lang.Text("the shape of its input or output depends on data"))
			return c.finish()
		}
		in[i] = &value{shape: v.shape, elem: v.elem, node: c.sourceOf(v)}
		if i < states {
			continue
		}
		at, err := axis(entry(c.ints("scan_input_axes"), i-states), len(v.shape))
		if err != nil {
			return err
		}
		if steps >= 0 && steps != v.shape[at] {
			return lang.Errorf("steps along %d and %d slices", steps, v.shape[at])
		}
		steps = v.shape[at]
		in[i].shape = slices.Delete(slices.Clone(v.shape), at, at+1)
	}
	out, cost, known, err := c.try(a.graph, in, true)
	if err != nil {
		return err
	}
	if !known || len(c.Outputs) > len(out) {
		c.skip(lang.Text("its body holds what is uncounted"))
		return c.finish()
	}
	for i, v := range out[:len(c.Outputs)] {
		s := v.shape
		if i >= states && v.known() {
			at, err := axis(entry(c.ints("scan_output_axes"), i-states), len(s)+1)
			if err != nil {
				return err
			}
			s = slices.Insert(slices.Clone(s), at, steps)
		}
		c.put(i, value{shape: s, elem: v.elem})
	}
	return c.repeated(cost, steps)
}

// repeated makes the node the work of so many steps.
func (c *call) repeated(cost spent, steps int) error {
	macs, err := count("MACs", cost.macs, steps)
	if err != nil {
		return err
	}
	all, err := count("FLOPs", cost.flops, steps)
	if err != nil {
		return err
	}
	c.layer = &pending{extra: work{macs: macs, flops: all - 2*macs}, label: kebab(c.Op), held: cost.held}
	return c.finish()
}

// entry is element i of a list of axes, 0 where there is none.
func entry(list []int64, i int) int64 {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// sourceOf is the node that makes a value within an inner graph; a constant has one too, as what is cut from it changes.
func (c *call) sourceOf(v *value) int {
	if v.node >= 0 || len(c.graph.Nodes) == 0 {
		return v.node
	}
	return 0
}
