package infer

import (
	"context"
	"fmt"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// foldBlock makes one step of an inverted residual or a separable block: a 1x1 convolution, which may be missing, a depthwise one,
// a 1x1 convolution n and perhaps the sum with the block's input, if package ops computes them at once.
func foldBlock(g *graph, n *node) (bool, error) {
	if n.inner != nil || !g.isBlockConv(n) || n.finish != nil && !n.addsInput() {
		return false, nil
	}
	m := g.blockBefore(n)
	if m == nil || volume(g.shapeOf(n.in[1])[2:]) != 1 {
		return false, nil
	}
	for _, inner := range [][]*node{{g.blockBefore(m), m}, {m}} {
		if inner[0] == nil || n.finish != nil && n.beside[0] != inner[0].in[0] {
			continue
		}
		if folded, err := g.foldIfFused(n, inner); folded || err != nil {
			return folded, err
		}
	}
	return false, nil
}

// foldExpansion makes one step of a 1x1 convolution and the depthwise one n behind it, where something else than a 1x1 convolution
// follows: squeeze-and-excitation.
func foldExpansion(g *graph, n *node) (bool, error) {
	if n.inner != nil || !g.isBlockConv(n) || n.finish != nil && n.gate() == "" {
		return false, nil
	}
	if m := g.blockBefore(n); m != nil {
		return g.foldIfFused(n, []*node{m})
	}
	return false, nil
}

// foldIfFused makes the nodes before n part of it, if package ops computes them at once.
func (g *graph) foldIfFused(n *node, inner []*node) (bool, error) {
	x := inner[0].in[0]
	if g.values[x].shape == nil || g.elem(x) != tensor.Float32 {
		return false, nil
	}
	s, err := g.blockShape(inner, n, x)
	if err != nil || !ops.Fuses(s, g.opsOptions) {
		return false, nil
	}
	g.foldInto(n, inner, x)
	return true, nil
}

// foldInto makes the nodes before n part of it.
func (g *graph) foldInto(n *node, inner []*node, x int) {
	for _, p := range inner {
		for _, v := range p.in {
			g.unread(v, p)
		}
		g.dropped[p] = true
	}
	g.unread(n.in[0], n)
	g.readers[x] = append(g.readers[x], n)
	n.in[0], n.inner = x, inner
	covers := []int{}
	for _, p := range inner {
		covers = append(covers, p.covers...)
	}
	n.covers = append(covers, n.covers...)
}

// isBlockConv reports whether a node is a convolution with known weights that a block may hold.
func (g *graph) isBlockConv(n *node) bool {
	return n.is("Conv") && !g.dropped[n] && n.chain == nil && len(n.in) > 1 && g.isConstant(n.in[1]) && g.elem(n.in[1]) == tensor.Float32 &&
		(n.input(2) == network.None || g.isConstant(n.in[2]) && g.elem(n.in[2]) == tensor.Float32)
}

// blockBefore is the convolution that makes a node's input, for it alone and with nothing in its store that a block has not.
func (g *graph) blockBefore(n *node) *node {
	p := g.made[n.in[0]]
	if p == nil || p.finish != nil && p.gate() == "" || p.inner != nil || !g.isBlockConv(p) || g.only(p) != n {
		return nil
	}
	return p
}

// gate is the activation of a layer that a node is finished by, and nothing else; empty if it is not.
func (n *node) gate() string {
	if len(n.finish.links) != 1 {
		return ""
	}
	return map[linkKind]string{swish: "swish", hardSwish: "hard-swish"}[n.finish.links[0].kind]
}

// addsInput reports whether a node is finished by a sum with one other array, and nothing else.
func (n *node) addsInput() bool {
	links := n.finish.links
	if len(links) != 1 || n.clamp != "" {
		return false
	}
	l := links[0]
	return l.kind == blend && l.a == 1 && l.b == 1 && l.lo == noLow && l.hi == noHigh
}

// blockShape is a block as a layer of its own.
func (net *Network) blockShape(inner []*node, last *node, x int) (shape.Result, error) {
	in := net.values[x].shape
	var stages []layer.Stage
	from := layer.Input
	for i, n := range append(inner[:len(inner):len(inner)], last) {
		prefix := fmt.Sprint(i, ".")
		list := n.stages(in, net.shapeOf(n.in[1]), n.input(2) != network.None)
		if list == nil {
			return shape.Result{}, errGeneral
		}
		if n.finish != nil && n.gate() != "" {
			list = append(list, layer.Stage{Name: "gate", Op: layer.Activation{Func: n.gate()}})
		}
		for _, st := range list {
			st.Name, st.Inputs, st.Prefix = prefix+st.Name, []string{from}, prefix
			from = st.Name
			stages = append(stages, st)
		}
		in = net.values[n.out[0]].shape
	}
	if last.finish != nil && last.addsInput() {
		stages = append(stages, layer.Stage{Name: "add", Op: layer.Add{}, Inputs: []string{from, layer.Input}})
	}
	return layerOf(stages, net.values[x].shape)
}

// blocked runs a block.
type blocked struct {
	pipeline *ops.Pipeline[float32]
	x, y     tensor.Tensor[float32]
}

// planBlock gives a block its step; nil where the node is none.
func (net *Network) planBlock(n *node) (step, error) {
	if n.inner == nil {
		return nil, nil
	}
	s, err := net.blockShape(n.inner, n, n.in[0])
	if err != nil {
		return nil, err
	}
	weights := map[string]*tensor.Tensor[float32]{}
	for i, p := range append(n.inner[:len(n.inner):len(n.inner)], n) {
		for k, name := range []string{"weight", "bias"} {
			a, err := net.constant(p.input(1 + k))
			if err != nil {
				return nil, err
			}
			if a != nil {
				weights[fmt.Sprint(i, ".", name)], _ = tensor.ToTensor[float32](a)
			}
		}
	}
	b := &blocked{}
	if b.pipeline, err = ops.PrepareLayer(s, weights, net.opsOptions); err != nil {
		return nil, err
	}
	b.x.Shape, b.y.Shape = b.pipeline.Input, b.pipeline.Output
	n.inner, n.finish, n.beside = nil, nil, nil
	return b, nil
}

func (b *blocked) copies() bool { return b.pipeline.Copies() }

func (b *blocked) run(ctx context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	y, err := net.output(n.out[0], tensor.Float32, b.pipeline.Output)
	if err != nil {
		return err
	}
	if x.Elem != tensor.Float32 || x.Len() != volume(b.pipeline.Input) {
		return errShape(x, b.pipeline.Input)
	}
	b.x.Data, b.y.Data = tensor.Data[float32](x), tensor.Data[float32](y)
	net.depart(n, b.pipeline)
	err = b.pipeline.Run(ctx, &b.y, &b.x)
	net.set(n.out[0], y)
	return err
}
