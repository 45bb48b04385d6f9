package infer

import (
	"context"
	"slices"

	"convx/internal/network"
	"convx/internal/tensor"
)

// foldFinish folds a chain into the store of the product that makes its base: what the product writes passes through the
// links while it is in the caches. Of a sum of two products it is the later one.
func foldFinish(g *graph, n *node) (bool, error) {
	if n.chain == nil {
		return false, nil
	}
	p := g.finishable(n, n.in[0])
	if turned := g.turn(n); turned != nil {
		if q := g.finishable(n, n.in[1]); q != nil && (p == nil || slices.Index(g.nodes, q) > slices.Index(g.nodes, p)) {
			p = q
			n.in[0], n.in[1] = n.in[1], n.in[0]
			n.chain = turned
		}
	}
	if p == nil || slices.Contains(n.in[1:], n.in[0]) {
		return false, nil
	}
	p.finish, p.beside = n.chain, n.in[1:]
	for _, v := range p.beside {
		g.unread(v, n)
		g.readers[v] = append(g.readers[v], p)
	}
	g.absorb(p, n)
	// What else the links read may be made between the two: the product runs in the place of the chain.
	i, k := slices.Index(g.nodes, p), slices.Index(g.nodes, n)
	g.nodes[i], g.nodes[k] = n, p
	return true, nil
}

// finishable is the product that makes a value for the node alone; nil if there is none.
func (g *graph) finishable(n *node, v int) *node {
	p := g.made[v]
	if p == nil || g.dropped[p] || p.finish != nil || p.chain != nil || p.bodies != nil || g.only(p) != n {
		return nil
	}
	if !p.is("Conv", "ConvTranspose", "MatMul", "Gemm") || !g.isConstant(p.input(1)) || !slices.Equal(g.values[v].shape, n.chain.shape) || g.elem(v) != tensor.Float32 {
		return nil
	}
	return p
}

// turn is the chain of a node whose first link is the same with its two operands exchanged; nil if it is not.
func (g *graph) turn(n *node) *chain {
	first := n.chain.links[0]
	if first.other == network.None || first.kind != blend && first.kind != product || !slices.Equal(g.shapeOf(first.other), n.chain.shape) {
		return nil
	}
	first.a, first.b, first.other = first.b, first.a, n.in[0]
	in := slices.Clone(n.in)
	in[0], in[1] = in[1], in[0]
	return g.newChain(append([]link{first}, n.chain.links[1:]...), in, n.chain.shape)
}

// finishing is a step that knows no finishers: the chain runs over what it has made.
type finishing struct{ step }

func (s *finishing) run(ctx context.Context, net *Network, n *node) error {
	if err := s.step.run(ctx, net, n); err != nil {
		return err
	}
	y := net.get(n.out[0])
	if y.Elem != tensor.Float32 {
		return errOtherElem(y)
	}
	if err := n.bindFinish(net, tensor.Data[float32](y)); err != nil {
		return err
	}
	return n.finish.over(ctx)
}

// bindFinish readies the chain that a node finishes with, if any, for an output.
func (n *node) bindFinish(net *Network, y []float32) error {
	if n.finish == nil {
		return nil
	}
	return n.finish.bind(net, n.beside, y, y)
}

// runFinish is after a run: what was finished piece by piece needs no more.
func (n *node) runFinish(ctx context.Context, done bool) error {
	switch {
	case n.finish == nil:
		return nil
	case done:
		n.finish.release()
		return nil
	}
	return n.finish.over(ctx)
}
