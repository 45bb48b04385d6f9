package swap

import (
	"math"
	"slices"
	"strconv"

	"convx/internal/layer"
	"convx/internal/network"
)

// channelStep is what widths are rounded to, as MobileNets' are.
const channelStep = 8

// Widen makes the network with so many times the channels in every layer but those that make its outputs, rounded to multiples of
// 8 (of narrow layers, to whole channels) and of the groups. Networks of which some layer has a fixed shape cannot be scaled.
func Widen(r *network.Result, factor float64) (*network.Result, error) {
	w := widening{r: r, factor: factor, unit: channelStep, ends: ends(r)}
	for i := range r.Nodes {
		if v, ok := r.Nodes[i].Node.Op.(*network.Variant); ok && v.Spec.Reduction > 1 {
			w.unit = lcm(w.unit, v.Spec.Reduction)
		}
		for _, st := range r.Nodes[i].Ops {
			if c, ok := st.Op.(layer.Conv); ok && c.Groups > 1 && c.Groups < r.Nodes[i].Inputs[0][1] {
				if w.unit = lcm(w.unit, c.Groups); w.unit > layer.MaxExtent {
					return nil, layer.Errorf("%s: no width is a multiple of all of its groups", r.Nodes[i].Node.Name)
				}
			}
		}
	}
	g := *r.Graph
	g.Nodes, g.Program, g.Published = slices.Clone(g.Nodes), nil, nil
	for i := range g.Nodes {
		var err error
		if g.Nodes[i].Op, err = w.operator(i); err != nil {
			return nil, err
		}
		g.Nodes[i].Held = nil
	}
	out, err := network.Evaluate(&g, r.Options)
	if err != nil {
		return nil, err
	}
	if factor == 1 {
		return out, nil
	}
	for i := range out.Nodes {
		if n := &out.Nodes[i]; !w.followed(i, n) {
			return nil, layer.Errorf("%s (%s) has a fixed shape", n.Node.Name, n.Variant)
		}
	}
	return out, nil
}

type widening struct {
	r      *network.Result
	factor float64
	unit   int
	ends   []bool // nodes whose channels are the network's outputs'
}

// width is a number of channels scaled: by itself, so that layers that were equally wide stay so.
func (w *widening) width(c int) int {
	x := w.factor * float64(c)
	if c < w.unit {
		return max(1, int(math.Round(x)))
	}
	return max(w.unit, int(math.Round(x/float64(w.unit)))*w.unit)
}

// defines reports whether a node says how many channels come out, whatever goes in.
func defines(n *network.NodeResult) bool {
	switch op := n.Node.Op.(type) {
	case *network.Primitive:
		switch op := op.Op.(type) {
		case layer.Conv:
			return op.Groups == 1 || op.Groups != n.Inputs[0][1]
		case layer.Transposed, layer.Deformable, layer.Linear:
			return true
		}
	case *network.Variant:
		v, _ := layer.VariantNamed(op.Spec.Variant)
		return v.Has("out-channels") && !v.ChannelsFollow() && op.Spec.OutChannels > 0
	}
	return false
}

// ends are the nodes that make the outputs' channels: the last ones on each way that define them.
func ends(r *network.Result) []bool {
	out, seen := make([]bool, len(r.Nodes)), make([]bool, len(r.Nodes))
	todo := slices.Clone(r.Outputs())
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		if todo = todo[:len(todo)-1]; seen[i] {
			continue
		}
		if seen[i] = true; defines(&r.Nodes[i]) {
			out[i] = true
			continue
		}
		todo = append(todo, r.Graph.Nodes[i].Inputs...)
	}
	return out
}

// operator is node i's with its channels scaled.
func (w *widening) operator(i int) (network.Operator, error) {
	n := &w.r.Nodes[i]
	switch op := n.Node.Op.(type) {
	case *network.Explicit, *network.Unknown:
		return nil, layer.Errorf("%s (%s) has a fixed shape", n.Node.Name, n.Variant)
	case *network.View:
		if flattens(n) { // written down with its shape, as exporters do
			return &network.View{Name: op.Name, Shape: network.Flatten}, nil
		}
	case *network.Variant:
		return w.variant(i, op)
	case *network.Primitive:
		p := *op
		switch o := op.Op.(type) {
		case layer.Conv:
			p.Op = w.conv(i, o)
		case layer.Deformable:
			o.Conv = w.conv(i, o.Conv)
			p.Op = o
		case layer.Transposed:
			if !w.ends[i] {
				o.OutChannels = w.width(o.OutChannels)
			}
			p.Op = o
		case layer.Linear:
			if !w.ends[i] {
				o.Out = w.width(o.Out)
			}
			p.Op = o
		}
		return &p, nil
	}
	return n.Node.Op, nil
}

// flattens reports whether a view joins all axes but the batch.
func flattens(n *network.NodeResult) bool {
	if len(n.Inputs) != 1 || len(n.Inputs[0]) < 2 || len(n.Output) != 2 || n.Output[0] != n.Inputs[0][0] {
		return false
	}
	joined, err := layer.Product(n.Inputs[0][1:]...)
	return err == nil && joined == n.Output[1]
}

// conv scales a convolution; a depthwise one has as many filters a channel as before.
func (w *widening) conv(i int, c layer.Conv) layer.Conv {
	in := w.r.Nodes[i].Inputs[0][1]
	switch {
	case c.Groups > 1 && c.Groups == in:
		each := c.OutChannels / c.Groups
		c.Groups = w.in(i)
		c.OutChannels = each * c.Groups
	case !w.ends[i]:
		c.OutChannels = w.width(c.OutChannels)
	}
	return c
}

// in is how many channels a node reads: those of the network's input are not scaled. Nodes before it are scaled by themselves.
func (w *widening) in(i int) int {
	k := w.r.Graph.Nodes[i].Inputs[0]
	for {
		n := &w.r.Nodes[k]
		_, input := n.Node.Op.(*network.Input)
		switch {
		case input || w.ends[k]:
			return w.r.Nodes[i].Inputs[0][1]
		case defines(n) || len(w.r.Graph.Nodes[k].Inputs) == 0:
			return w.width(w.r.Nodes[i].Inputs[0][1])
		}
		k = w.r.Graph.Nodes[k].Inputs[0]
	}
}

// scaled are the keys of variants that count channels.
var scaled = []string{"out-channels", "expanded", "hidden"}

func (w *widening) variant(i int, op *network.Variant) (network.Operator, error) {
	s := op.Spec
	v, _ := layer.VariantNamed(s.Variant)
	for _, key := range scaled {
		if !s.Given(key) || key == "out-channels" && (w.ends[i] || v.ChannelsFollow()) {
			continue
		}
		k, _ := layer.KeyNamed(key)
		was, err := strconv.Atoi(k.Value(s))
		if err == nil {
			err = s.Set(key, strconv.Itoa(w.width(was)))
		}
		if err != nil {
			return nil, err
		}
	}
	if v.ChannelsFollow() && s.Given("out-channels") { // which follow from the multiplier
		was := w.r.Nodes[i]
		if err := s.Set("out-channels", strconv.Itoa(was.Output[1]/was.Inputs[0][1]*w.in(i))); err != nil {
			return nil, err
		}
	}
	if s.Given("groups") && s.Groups > 1 && s.Groups == w.r.Nodes[i].Inputs[0][1] {
		if err := s.Set("groups", strconv.Itoa(w.in(i))); err != nil {
			return nil, err
		}
	}
	return &network.Variant{Spec: s}, nil
}

// followed reports whether a node's output followed its input: a shape that stayed while what it reads has another is one that
// somebody wrote down. Layers that make the outputs keep their channels.
func (w *widening) followed(i int, n *network.NodeResult) bool {
	view, ok := n.Node.Op.(*network.View)
	if !ok || view.Shape == nil || slices.Equal(n.Inputs[0], w.r.Nodes[i].Inputs[0]) {
		return true
	}
	return !slices.Equal(n.Output, w.r.Nodes[i].Output)
}

func lcm(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
