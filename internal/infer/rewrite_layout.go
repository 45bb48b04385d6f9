package infer

import (
	"slices"

	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// channelNorm is LayerNormalization over the channels of N x C x anything, which ONNX has no operator for.
const channelNorm = "ChannelNormalization"

// channelsFirst takes a transposition of N x C x H x W to N x H x W x C, everything between it and the transpositions back, and
// computes it where the channels are: products with a known matrix become 1x1 convolutions, and nothing is transposed.
func channelsFirst(g *graph, n *node) (bool, error) {
	if !n.is("Transpose") {
		return false, nil
	}
	in := g.values[n.in[0]].shape
	if len(in) < 3 || g.isConstant(n.in[0]) || g.values[n.out[0]].kept || !slices.Equal(n.ints("perm"), lastPerm(len(in))) {
		return false, nil
	}
	r := region{g: g, axes: len(in), values: map[int]bool{n.out[0]: true}}
	if !r.grow(n.out[0]) || len(r.ends) == 0 || !r.closed() {
		return false, nil
	}
	for v := range r.values {
		shape := g.values[v].shape
		g.values[v].shape = slices.Concat(shape[:1], shape[len(shape)-1:], shape[1:len(shape)-1])
	}
	for _, inner := range r.nodes {
		if err := r.turn(inner); err != nil {
			return false, err
		}
	}
	for _, end := range append(r.ends, n) { // the last, so that a region without nodes is its input
		g.bypass(end)
	}
	return true, nil
}

// lastPerm brings channels behind the other axes, firstPerm back.
func lastPerm(axes int) (perm []int64) {
	for a := 2; a < axes; a++ {
		perm = append(perm, int64(a))
	}
	return slices.Concat([]int64{0}, perm, []int64{1})
}

func firstPerm(axes int) (perm []int64) {
	for a := 1; a < axes-1; a++ {
		perm = append(perm, int64(a))
	}
	return slices.Concat([]int64{0, int64(axes - 1)}, perm)
}

// region is the nodes between transpositions.
type region struct {
	g      *graph
	axes   int
	nodes  []*node
	ends   []*node // the transpositions back
	values map[int]bool
}

// grow takes up everything that reads a value; false if there is something that depends on where its channels are.
func (r *region) grow(v int) bool {
	for _, n := range r.g.readers[v] {
		if n.is("Transpose") && slices.Equal(n.ints("perm"), firstPerm(r.axes)) {
			if !slices.Contains(r.ends, n) {
				r.ends = append(r.ends, n)
			}
			continue
		}
		if slices.Contains(r.nodes, n) {
			continue
		}
		if !r.takes(n) {
			return false
		}
		r.nodes = append(r.nodes, n)
		r.values[n.out[0]] = true
		if !r.grow(n.out[0]) {
			return false
		}
	}
	return true
}

// pointwise are the operators that act on each element by itself, with constants at most.
var pointwise = []string{"Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Erf", "Gelu", "Neg", "Abs", "Sqrt", "Add", "Sub", "Mul", "Div", "Pow"}

// takes reports whether a node computes the same, but for the order, with the channels in front.
func (r *region) takes(n *node) bool {
	g := r.g
	if len(n.out) != 1 || n.bodies != nil || g.values[n.out[0]].kept || len(g.values[n.out[0]].shape) != r.axes || g.elem(n.out[0]) != tensor.Float32 {
		return false
	}
	var constants []int
	switch {
	case n.is("LayerNormalization"):
		axis := n.intOr("axis", -1)
		return (axis == -1 || axis == int64(r.axes-1)) && len(n.in) == 3 && !g.isConstant(n.in[0]) && g.isRow(n.in[1], n.in[0]) && g.isRow(n.in[2], n.in[0])
	case n.is("MatMul"):
		return !g.isConstant(n.in[0]) && g.isConstant(n.in[1]) && len(g.shapeOf(n.in[1])) == 2 && volume(g.shapeOf(n.in[1])) > 0 && g.elem(n.in[1]) == tensor.Float32
	case n.is(pointwise...):
		constants = n.in
	default:
		return false
	}
	for _, v := range constants { // of one number, or of one for each channel
		if v != network.None && g.isConstant(v) {
			if shape := g.shapeOf(v); len(shape) > r.axes || volume(shape) != 1 && volume(shape) != shape[len(shape)-1] {
				return false
			}
		}
	}
	return true
}

// closed reports whether the region reads nothing but itself and constants.
func (r *region) closed() bool {
	for _, n := range r.nodes {
		for _, v := range n.in {
			if v != network.None && !r.values[v] && !r.g.isConstant(v) {
				return false
			}
		}
	}
	return true
}

// turn makes a node compute with the channels in front.
func (r *region) turn(n *node) error {
	g := r.g
	if n.is("MatMul") {
		old := g.shapeOf(n.in[1])
		shape := append([]int{old[1], old[0]}, slices.Repeat([]int{1}, r.axes-2)...)
		g.rewire(n, []int{n.in[0], g.derive(n.in[1], shape, false, func(to, from *tensor.Array) {
			kernel.Best().Deinterleave(tensor.Data[float32](to), old[0], tensor.Data[float32](from), old[1], old[1], old[0])
		})})
		n.op, n.version, n.attributes = "Conv", 11, array.Attributes{}
		return nil
	}
	if n.is("LayerNormalization") {
		n.op = channelNorm
		return nil
	}
	in := slices.Clone(n.in)
	for i, v := range in {
		if v == network.None || !g.isConstant(v) || len(g.shapeOf(v)) == 0 || volume(g.shapeOf(v)) == 1 {
			continue
		}
		c, err := g.constant(v)
		if err != nil {
			return err
		}
		per := slices.Repeat([]int{1}, r.axes-1)
		per[0] = c.Len()
		in[i] = g.hold(g.values[v].name, c.View(per...))
	}
	g.rewire(n, in)
	return nil
}

// bypass drops a node whose result is its input: who reads the one reads the other.
func (g *graph) bypass(n *node) {
	from, to := n.out[0], n.in[0]
	p := g.made[to]
	if g.values[from].kept && p != nil && len(n.in) == 1 && !g.values[to].kept && len(g.readers[to]) == 1 { // its maker makes it under that name
		g.absorb(p, n)
		return
	}
	if g.values[from].kept {
		n.op, n.attributes = "Identity", array.Attributes{}
		return
	}
	g.unread(to, n)
	for _, r := range g.readers[from] {
		for i, v := range r.in {
			if v == from {
				r.in[i] = to
			}
		}
		g.readers[to] = append(g.readers[to], r)
		if len(r.covers) > 0 && len(n.covers) > 0 {
			r.covers = append(slices.Clone(n.covers), r.covers...)
			n.covers = nil
		}
	}
	g.readers[from] = nil
	g.dropped[n] = true
}
