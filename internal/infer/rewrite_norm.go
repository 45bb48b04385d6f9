package infer

import (
	"slices"

	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// takeNorm makes one LayerNormalization of the operators that models write it with, of which n is the last: the mean of the
// last axis taken off, divided by the root of the mean of squares and a small number, scaled and shifted.
func takeNorm(g *graph, n *node) (bool, error) {
	if !n.is("Add") {
		return false, nil
	}
	w := walker{g: g}
	scaled, shift := w.constantOf(n)
	normal, scale := w.constantOf(w.inner(scaled, "Mul"))
	quotient := w.inner(normal, "Div")
	off, root := w.operand(quotient, 0), w.inner(w.operand(quotient, 1), "Sqrt")
	variance, epsilon := w.constantOf(w.inner(w.operand(root, 0), "Add"))
	square := w.inner(w.meanOf(w.inner(variance, "ReduceMean")), "Pow")
	difference := w.made(off, "Sub")
	x := w.operand(difference, 0)
	mean := w.inner(w.operand(difference, 1), "ReduceMean")
	if w.failed || w.operand(square, 0) != off || w.meanOf(mean) != x || len(g.readers[off]) != 2 || g.values[off].kept {
		return false, nil
	}
	eps, known := g.number(epsilon)
	two, square2 := g.number(w.operand(square, 1))
	if !known || !square2 || two != 2 || !g.isRow(scale, x) || !g.isRow(shift, x) || g.elem(x) != tensor.Float32 {
		return false, nil
	}
	for _, inner := range w.path {
		g.dropped[inner] = true
		n.covers = append(n.covers, inner.covers...)
	}
	slices.Sort(n.covers)
	n.op, n.version, n.attributes = "LayerNormalization", 17, array.Attributes{"axis": int64(-1), "epsilon": eps}
	g.readers[x] = slices.DeleteFunc(g.readers[x], func(r *node) bool { return r == mean || r == difference })
	g.rewire(n, []int{x, scale, shift})
	return true, nil
}

// isRow reports whether v is a constant of one number for each element of the last axis of x.
func (net *Network) isRow(v, x int) bool {
	shape := net.values[x].shape
	return net.isConstant(v) && len(shape) > 1 && slices.Equal(net.shapeOf(v), shape[len(shape)-1:]) && net.elem(v) == tensor.Float32
}

// rewire gives a node other inputs.
func (g *graph) rewire(n *node, in []int) {
	for _, v := range n.in {
		g.unread(v, n)
	}
	for _, v := range in {
		if v != network.None {
			g.readers[v] = append(g.readers[v], n)
		}
	}
	n.in = in
}

// walker goes from a node to what makes its operands, along nodes that nobody else reads, and fails where it does not find
// what it looks for.
type walker struct {
	g      *graph
	path   []*node
	failed bool
}

// made is the node that makes a value, of this operator.
func (w *walker) made(v int, op string) *node {
	n := w.g.made[v]
	if w.failed || v == network.None || n == nil || w.g.dropped[n] || !n.is(op) || len(n.out) != 1 {
		w.failed = true
		return nil
	}
	w.path = append(w.path, n)
	return n
}

// inner is made, of a value that one node alone reads.
func (w *walker) inner(v int, op string) *node {
	if w.failed || v == network.None || len(w.g.readers[v]) != 1 || w.g.values[v].kept {
		w.failed = true
		return nil
	}
	return w.made(v, op)
}

// operand is input i of a node.
func (w *walker) operand(n *node, i int) int {
	if w.failed || n == nil || i >= len(n.in) {
		w.failed = true
		return network.None
	}
	return n.in[i]
}

// constantOf parts the two operands of a node: one that is computed, and a constant.
func (w *walker) constantOf(n *node) (v, constant int) {
	a, b := w.operand(n, 0), w.operand(n, 1)
	if !w.failed && w.g.isConstant(a) {
		a, b = b, a
	}
	if w.failed || !w.g.isConstant(b) || w.g.isConstant(a) {
		w.failed = true
	}
	return a, b
}

// meanOf is the operand of a ReduceMean of the last axis, which stays with an extent of 1.
func (w *walker) meanOf(n *node) int {
	v := w.operand(n, 0)
	if w.failed {
		return network.None
	}
	axes := n.ints("axes")
	if n.version >= 18 {
		a, err := w.g.constant(n.input(1))
		if err != nil || a == nil || a.Elem != tensor.Int64 {
			w.failed = true
			return network.None
		}
		axes = tensor.Data[int64](a)
	}
	if rank := len(w.g.values[v].shape); rank < 2 || len(axes) != 1 || axes[0] != -1 && axes[0] != int64(rank-1) || n.intOr("keepdims", 1) != 1 {
		w.failed = true
	}
	return v
}
