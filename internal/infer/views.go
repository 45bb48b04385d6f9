package infer

import (
	"context"
	"slices"

	"convx/internal/network"
	"convx/internal/tensor"
)

// views are the operators whose first output is the first input's memory, whatever its shape.
var views = []string{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"}

// view is the value that output k of a node views, and how many bytes after its beginning; None if it is no view.
func (net *Network) view(n *node, k int) (of, shift int) {
	of = n.input(0)
	if of == network.None || n.domain != "" || net.isConstant(of) {
		return network.None, 0
	}
	switch n.op {
	case "Dropout": // with a third input it may be in training
		if k > 0 || len(n.in) > 2 {
			return network.None, 0
		}
	case "Split":
		return net.viewPart(n, k)
	case "Slice":
		return net.viewRange(n, k)
	case "Pad":
		if k > 0 || !net.padsNothing(n) {
			return network.None, 0
		}
	case "Transpose":
		if k > 0 || !net.keepsOrder(n) {
			return network.None, 0
		}
	case "Concat":
		if k > 0 || len(n.in) != 1 {
			return network.None, 0
		}
	default:
		if k > 0 || !n.is(views...) {
			return network.None, 0
		}
	}
	return of, 0
}

// viewPart is view of a Split: its parts are one behind the other where no axis in front of the split has several places.
func (net *Network) viewPart(n *node, k int) (of, shift int) {
	in := net.values[n.in[0]].shape
	axis := n.countOr("axis", 0)
	if axis < 0 {
		axis += len(in)
	}
	e := net.elem(n.in[0])
	if in == nil || axis < 0 || axis >= len(in) || e == tensor.Invalid || e == tensor.String || volume(in[:axis]) != 1 {
		return network.None, 0
	}
	for _, v := range n.out[:k] {
		if v == network.None || net.values[v].shape == nil {
			return network.None, 0
		}
		shift += volume(net.values[v].shape) * e.Size()
	}
	if v := n.out[k]; net.values[v].shape == nil || shift+volume(net.values[v].shape)*e.Size() > volume(in)*e.Size() {
		return network.None, 0
	}
	return n.in[0], shift
}

// viewRange is view of a Slice of one axis, in steps of 1: its part is in one piece where no axis in front has several places.
func (net *Network) viewRange(n *node, k int) (of, shift int) {
	in, e := net.values[n.in[0]].shape, net.elem(n.in[0])
	starts, axes, steps := net.integers(n, 1, "starts"), net.integers(n, 3, "axes"), net.integers(n, 4, "steps")
	if n.input(4) == network.None {
		steps = []int64{1}
	}
	if k > 0 || len(in) == 0 || e == tensor.Invalid || e == tensor.String || len(starts) != 1 || len(axes) != 1 || !slices.Equal(steps, []int64{1}) {
		return network.None, 0
	}
	axis := clampAxis(axes[0], len(in))
	out := net.values[n.out[0]].shape
	if axis == len(in) || len(out) != len(in) || volume(out) == 0 || volume(in[:axis]) != 1 {
		return network.None, 0
	}
	start := starts[0]
	if start < 0 {
		start += int64(in[axis])
	}
	first := tensor.Int(max(0, start))
	if first+out[axis] > in[axis] {
		return network.None, 0
	}
	return n.in[0], first * volume(in[axis+1:]) * e.Size()
}

// integers is an operand of int64 that is known: an input, or an attribute of operators that have no such input. It is nil for others.
func (net *Network) integers(n *node, input int, name string) []int64 {
	v := n.input(input)
	if v == network.None {
		return n.ints(name)
	}
	if !net.isConstant(v) {
		return nil
	}
	a, err := net.constant(v)
	if err != nil || a == nil || a.Elem != tensor.Int64 {
		return nil
	}
	return tensor.Data[int64](a)
}

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// padsNothing reports whether all paddings of a Pad are known to be 0.
func (net *Network) padsNothing(n *node) bool {
	pads := net.integers(n, 1, "pads")
	for _, p := range pads {
		if p != 0 {
			return false
		}
	}
	return len(pads) > 0
}

// keepsOrder reports whether a Transpose moves nothing but axes of extent 1.
func (net *Network) keepsOrder(n *node) bool {
	shape, perm := net.values[n.in[0]].shape, n.ints("perm")
	if shape == nil || len(perm) != len(shape) {
		return false
	}
	last := -1
	for _, p := range perm {
		if p < 0 || p >= int64(len(shape)) {
			return false
		}
		if shape[p] == 1 {
			continue
		}
		if int(p) < last {
			return false
		}
		last = int(p)
	}
	return true
}

// viewed is a step whose outputs are views of what is known to fit.
type viewed struct{}

// planView gives a view of known shape its step; nil where it is none.
func (net *Network) planView(n *node) step {
	for k, v := range n.out {
		if of, _ := net.view(n, k); of == network.None || v == network.None || net.values[v].shape == nil || net.elem(of) == tensor.Invalid {
			return nil
		}
	}
	if in := net.values[n.in[0]].shape; in == nil || !n.is("Split", "Slice") && volume(in) != volume(net.values[n.out[0]].shape) {
		return nil
	}
	return viewed{}
}

func (viewed) run(_ context.Context, net *Network, n *node) error {
	x := net.get(n.in[0])
	for _, v := range n.out {
		a := net.viewOf(&net.values[v].place, x.Elem, net.values[v].shape)
		if a == nil {
			return errShape(x, net.values[v].shape)
		}
		net.set(v, a)
	}
	return nil
}
