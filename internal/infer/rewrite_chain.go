package infer

import (
	"slices"

	"convx/internal/network"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// makeChain makes a chain of a float32 elementwise node, together with what its operand was made by, if that is a chain which
// nobody else reads.
func makeChain(g *graph, n *node) (bool, error) {
	if n.chain != nil || n.domain != "" || len(n.out) != 1 || n.bodies != nil || g.values[n.out[0]].shape == nil || g.elem(n.out[0]) != tensor.Float32 {
		return false, nil
	}
	shape := g.values[n.out[0]].shape
	if l, ok := g.unaryLink(n); ok {
		return g.linkUp(n, 0, l, shape), nil
	}
	if len(n.in) != 2 || n.in[0] == network.None || n.in[1] == network.None {
		return false, nil
	}
	// The operand to go on from: one that a chain makes, else the first of the output's shape.
	best := -1
	for i, v := range n.in {
		if g.isConstant(v) || !slices.Equal(g.values[v].shape, shape) || g.elem(v) != tensor.Float32 {
			continue
		}
		if _, ok := g.binaryLink(n, i); ok && (best < 0 || g.chainFor(n, v) != nil && g.chainFor(n, n.in[best]) == nil) {
			best = i
		}
	}
	if best < 0 {
		return false, nil
	}
	l, _ := g.binaryLink(n, best)
	if l.other != network.None && (g.shapeOf(l.other) == nil || g.elem(l.other) != tensor.Float32) {
		return false, nil
	}
	return g.linkUp(n, best, l, shape), nil
}

// shapeOf is the shape of a value, constants' too.
func (net *Network) shapeOf(v int) []int {
	x := &net.values[v]
	switch {
	case x.weight != nil:
		if x.weight.Shape == nil {
			return []int{}
		}
		return x.weight.Shape
	case x.constant != nil:
		if x.constant.Shape == nil {
			return []int{}
		}
		return x.constant.Shape
	}
	return x.shape
}

// chainFor is the chain that makes a value which the node alone reads; nil if there is none.
func (g *graph) chainFor(n *node, v int) *node {
	p := g.made[v]
	if p == nil || p.chain == nil || g.dropped[p] || g.only(p) != n {
		return nil
	}
	return p
}

// linkUp gives the node a chain that ends with the link on its input base.
func (g *graph) linkUp(n *node, base int, l link, shape []int) bool {
	v := n.in[base]
	if g.isConstant(v) || !slices.Equal(g.values[v].shape, shape) || g.elem(v) != tensor.Float32 {
		return false
	}
	in, links := []int{v}, []link{}
	before := g.chainFor(n, v)
	if before != nil {
		in, links = slices.Clone(before.in), slices.Clone(before.chain.links)
	}
	if l.other != network.None {
		in = append(in, l.other)
	}
	links, in = g.simplify(append(links, l), in)
	c := g.newChain(links, in, shape)
	if c == nil {
		return false
	}
	if before != nil {
		g.dropped[before] = true
		n.covers = append(slices.Clone(before.covers), n.covers...)
	}
	for _, v := range n.in { // who reads what is another now
		g.unread(v, n)
	}
	for _, v := range in {
		g.unread(v, before)
		g.readers[v] = append(g.readers[v], n)
	}
	n.in, n.chain = in, c
	g.linkBefore(n)
	return true
}

// newChain is the chain of links on these values; nil if they cannot be read by rows.
func (net *Network) newChain(links []link, in []int, shape []int) *chain {
	c := &chain{links: links, shape: shape, isa: kernel.Best(), in: make([][]float32, len(in)), pool: net.opsOptions.Workers(), threads: net.options.threads()}
	shapes := make([][]int, len(in))
	for i, v := range in {
		shapes[i] = net.shapeOf(v)
	}
	if !c.layOut(shapes) {
		return nil
	}
	return c
}

// linkBefore puts the chain that makes the base of a node's chain in front of it: where the node was the only reader from the
// start that has happened, but a gate reads its operand twice until it is one link.
func (g *graph) linkBefore(n *node) {
	before := g.chainFor(n, n.in[0])
	if before == nil {
		return
	}
	in := append(slices.Clone(before.in), n.in[1:]...)
	c := g.newChain(append(slices.Clone(before.chain.links), n.chain.links...), in, n.chain.shape)
	if c == nil {
		return
	}
	g.dropped[before] = true
	n.covers = append(slices.Clone(before.covers), n.covers...)
	g.unread(n.in[0], n)
	for _, v := range before.in {
		g.unread(v, before)
		g.readers[v] = append(g.readers[v], n)
	}
	n.in, n.chain = in, c
}

// unread takes a node from the readers of a value.
func (g *graph) unread(v int, n *node) {
	if n != nil && v != network.None {
		g.readers[v] = slices.DeleteFunc(g.readers[v], func(r *node) bool { return r == n })
	}
}
