package infer

import (
	"context"
	"slices"

	"convx/internal/network"
)

// rewrite is a change of the graph that leaves its results as they are, beyond rounding.
type rewrite struct {
	name string
	// apply changes what follows the node, and reports whether it did.
	apply func(g *graph, n *node) (bool, error)
}

// rewrites lists them in the order in which each is tried on every node.
var rewrites = []rewrite{
	{"layer-norm", takeNorm},
	{"channels-first", channelsFirst},
	{"pad", foldPad},
	{"affine", foldAffine},
	{"clamp", foldClamp},
	{"norm", chainNorm},
	{"chain", makeChain},
	{"finish", foldFinish},
	{"block", foldBlock},
	{"expansion", foldExpansion},
}

// Rewrites names them.
func Rewrites() []string {
	var names []string
	for _, r := range rewrites {
		names = append(names, r.name)
	}
	return names
}

// graph is the nodes with who makes and who reads each value.
type graph struct {
	*Network
	readers map[int][]*node
	made    map[int]*node
	dropped map[*node]bool
}

// rewrite applies what is not switched off, until nothing changes.
func (net *Network) rewrite(ctx context.Context) error {
	g := &graph{Network: net, readers: map[int][]*node{}, made: map[int]*node{}, dropped: map[*node]bool{}}
	for _, n := range net.nodes {
		n.reads(func(v int) { g.readers[v] = append(g.readers[v], n) })
		for _, v := range n.out {
			g.made[v] = n
		}
	}
	for _, r := range rewrites {
		if slices.Contains(net.options.Without, r.name) || slices.Contains(net.options.Without, "all") {
			continue
		}
		for _, n := range net.nodes {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			for !g.dropped[n] && !g.touchesEmpty(n) {
				changed, err := r.apply(g, n)
				if err != nil {
					return err
				}
				if !changed {
					break
				}
			}
		}
	}
	g.dropDead()
	return nil
}

// dropDead drops the nodes that rewrites took up, and those whose results nobody reads.
func (g *graph) dropDead() {
	used := make([]bool, len(g.values))
	for i := range g.values {
		used[i] = g.values[i].kept
	}
	var live []*node
	for _, n := range slices.Backward(g.nodes) {
		if g.dropped[n] || !slices.ContainsFunc(n.out, func(v int) bool { return v != network.None && used[v] }) {
			continue
		}
		n.reads(func(v int) { used[v] = true })
		live = append(live, n)
	}
	slices.Reverse(live)
	g.nodes = live
}

// only is the one node that reads the node's only result, which nobody else wants; nil if there is none.
func (g *graph) only(n *node) *node {
	if len(n.out) != 1 {
		return nil
	}
	v := n.out[0]
	if r := g.readers[v]; len(r) == 1 && !g.values[v].kept && r[0].bodies == nil {
		return r[0]
	}
	return nil
}

// absorb makes the result of the node that of the next, which is dropped.
func (g *graph) absorb(n, next *node) {
	n.out[0] = next.out[0]
	g.made[n.out[0]] = n
	n.covers = append(n.covers, next.covers...)
	g.dropped[next] = true
}

// foldClamp folds ReLU and ReLU6 into the store of a convolution.
func foldClamp(g *graph, n *node) (bool, error) {
	next := g.only(n)
	if next == nil || n.clamp != "" || !n.is("Conv", "ConvTranspose") || len(next.out) != 1 || !g.isConstant(n.input(1)) {
		return false, nil
	}
	switch {
	case next.is("Relu"):
		n.clamp = "relu"
	case next.is("Clip") && g.isClamp(next, 0, 6):
		n.clamp = "relu6"
	default:
		return false, nil
	}
	g.absorb(n, next)
	return true, nil
}
