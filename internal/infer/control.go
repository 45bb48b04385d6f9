package infer

import (
	"context"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/report"
	"convx/internal/tensor"
)

// runBody runs the nodes of a body. What they make is allocated as it comes.
func (net *Network) runBody(ctx context.Context, b *body) error {
	if ctx.Err() != nil { // a body without nodes can be interrupted too
		return context.Cause(ctx)
	}
	for _, n := range b.nodes {
		if err := net.step(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// leave is a result of a body, in memory that nothing after it uses.
func (net *Network) leave(v int) (*tensor.Array, error) {
	a := net.get(v)
	if a == nil {
		return nil, lang.New("its body makes no result")
	}
	if net.inArena(a) {
		return a.Clone(), nil
	}
	return a, nil
}

// truth reads a condition: one bool.
func truth(a *tensor.Array) (bool, error) {
	if a == nil || a.Elem != tensor.Bool || a.Len() != 1 {
		return false, lang.New("its condition is not one bool")
	}
	return tensor.Data[bool](a)[0], nil
}

// branch is If: the outputs of then_branch or else_branch.
type branch struct{}

func (*branch) run(ctx context.Context, net *Network, n *node) error {
	yes, err := truth(net.get(n.input(0)))
	if err != nil {
		return err
	}
	name := "else_branch"
	if yes {
		name = "then_branch"
	}
	b := n.bodies[name]
	if b == nil || len(b.outputs) < len(n.out) {
		return lang.Errorf("it has no %s with %d outputs", name, len(n.out))
	}
	if err := net.runBody(ctx, b); err != nil {
		return err
	}
	for i, v := range n.out {
		if v == network.None {
			continue
		}
		a, err := net.leave(b.outputs[i])
		if err != nil {
			return err
		}
		net.set(v, a)
	}
	return nil
}

// loop is Loop: a trip count and a condition, either of which may be absent, and values that are carried from one
// iteration to the next; then what each iteration yields, stacked along an axis in front.
type loop struct{}

func (*loop) run(ctx context.Context, net *Network, n *node) error {
	b := n.bodies["body"]
	carried := len(n.in) - 2
	if b == nil || carried < 0 || len(b.inputs) != carried+2 || len(b.outputs) < carried+1 || len(n.out) > len(b.outputs)-1 {
		return lang.New("its body does not fit its inputs and outputs")
	}
	trips, going := int64(1)<<62, true
	if m := net.get(n.in[0]); m != nil {
		if m.Elem != tensor.Int64 || m.Len() != 1 {
			return lang.New("its trip count is not one int64")
		}
		trips = tensor.Data[int64](m)[0]
	}
	if c := net.get(n.in[1]); c != nil {
		var err error
		if going, err = truth(c); err != nil {
			return err
		}
	}
	state := make([]*tensor.Array, carried)
	for i := range state {
		if state[i] = net.get(n.in[2+i]); state[i] == nil {
			return lang.Errorf("its input %d is absent", 2+i)
		}
	}
	yields := make([]stack, len(b.outputs)-1-carried)
	for i := int64(0); i < trips && going; i++ {
		net.set(b.inputs[0], tensor.ArrayOf([]int64{i}))
		net.set(b.inputs[1], tensor.ArrayOf([]bool{going}))
		for k, a := range state {
			net.set(b.inputs[2+k], a)
		}
		if err := net.runBody(ctx, b); err != nil {
			return err
		}
		var err error
		if going, err = truth(net.get(b.outputs[0])); err != nil {
			return err
		}
		for k := range state {
			if state[k], err = net.leave(b.outputs[1+k]); err != nil {
				return err
			}
		}
		for k := range yields {
			if err := yields[k].push(net.get(b.outputs[1+carried+k]), net.options.MaxBytes); err != nil {
				return err
			}
		}
	}
	return net.finishLoop(n, state, yields)
}

// finishLoop hands over carried values, then stacked ones.
func (net *Network) finishLoop(n *node, state []*tensor.Array, yields []stack) error {
	for i, v := range n.out {
		if v == network.None {
			continue
		}
		if i < len(state) {
			a := state[i]
			if net.inArena(a) {
				a = a.Clone()
			}
			net.set(v, a)
			continue
		}
		a, err := yields[i-len(state)].join(0)
		if err != nil {
			return err
		}
		net.set(v, a)
	}
	return nil
}

// stack is arrays of one shape that become one with a further axis.
type stack struct {
	parts []*tensor.Array
	bytes int64
}

func (s *stack) push(a *tensor.Array, limit int64) error {
	if a == nil {
		return lang.New("its body makes no result")
	}
	if s.bytes += int64(a.Bytes()) + 64; limit > 0 && s.bytes > limit {
		return lang.Errorf("what its iterations yield takes more than the %s of memory that there are", report.Bytes(int(limit)))
	}
	s.parts = append(s.parts, a.Clone())
	return nil
}

// join puts the parts behind each other along a new axis.
func (s *stack) join(axis int64) (*tensor.Array, error) {
	if len(s.parts) == 0 {
		return tensor.NewArray(tensor.Float32, 0)
	}
	in := make([]*tensor.Array, len(s.parts))
	at := tensor.Int(axis)
	if at < 0 {
		at += len(s.parts[0].Shape) + 1
	}
	for i, p := range s.parts {
		if at < 0 || at > len(p.Shape) {
			return nil, lang.Errorf("axis %d is not one of a stack of %v", axis, p)
		}
		shape := append([]int{}, p.Shape[:at]...)
		in[i] = p.View(append(append(shape, 1), p.Shape[at:]...)...)
	}
	c := array.Call{Op: "Concat", Version: 13, Attributes: array.Attributes{"axis": int64(at)}, In: in, Out: make([]*tensor.Array, 1)}
	if err := array.Run(&c); err != nil {
		return nil, err
	}
	return c.Out[0], nil
}

// scan is Scan of operator set 9 and later: values carried along slices of its inputs.
type scan struct{}

func (*scan) run(ctx context.Context, net *Network, n *node) error {
	b := n.bodies["body"]
	scanned := n.countOr("num_scan_inputs", 0)
	carried := len(n.in) - scanned
	if b == nil || scanned < 1 || carried < 0 || len(b.inputs) != len(n.in) || len(b.outputs) != len(n.out) || len(n.out) < carried {
		return lang.New("its body does not fit its inputs and outputs")
	}
	for i, v := range n.in {
		if net.get(v) == nil {
			return lang.Errorf("its input %d is absent", i)
		}
	}
	state := make([]*tensor.Array, carried)
	for i := range state {
		state[i] = net.get(n.in[i])
	}
	length := -1
	for i := range scanned {
		a := net.get(n.in[carried+i])
		axis, err := scanAxis(n.ints("scan_input_axes"), i, len(a.Shape))
		if err != nil {
			return err
		}
		if length >= 0 && a.Shape[axis] != length {
			return lang.New("its inputs have different numbers of slices")
		}
		length = a.Shape[axis]
	}
	yields := make([]stack, len(n.out)-carried)
	for t := range length {
		for i, a := range state {
			net.set(b.inputs[i], a)
		}
		for i := range scanned {
			if err := net.slice(n, b, carried, i, t, length); err != nil {
				return err
			}
		}
		if err := net.runBody(ctx, b); err != nil {
			return err
		}
		for i := range state {
			var err error
			if state[i], err = net.leave(b.outputs[i]); err != nil {
				return err
			}
		}
		for i := range yields {
			if err := yields[i].push(net.get(b.outputs[carried+i]), net.options.MaxBytes); err != nil {
				return err
			}
		}
	}
	return net.finishScan(n, state, yields)
}

// slice gives the body slice t of scanned input i.
func (net *Network) slice(n *node, b *body, carried, i, t, length int) error {
	a := net.get(n.in[carried+i])
	axis, err := scanAxis(n.ints("scan_input_axes"), i, len(a.Shape))
	if err != nil {
		return err
	}
	if d := n.ints("scan_input_directions"); i < len(d) && d[i] == 1 {
		t = length - 1 - t
	}
	c := array.Call{
		Op: "Gather", Version: 13, Attributes: array.Attributes{"axis": int64(axis)},
		In: []*tensor.Array{a, tensor.ArrayOf([]int64{int64(t)})}, Out: make([]*tensor.Array, 1),
	}
	if err := array.Run(&c); err != nil {
		return err
	}
	net.set(b.inputs[carried+i], c.Out[0])
	return nil
}

func (net *Network) finishScan(n *node, state []*tensor.Array, yields []stack) error {
	for i := range yields {
		if d := n.ints("scan_output_directions"); i < len(d) && d[i] == 1 {
			for a, b := 0, len(yields[i].parts)-1; a < b; a, b = a+1, b-1 {
				p := yields[i].parts
				p[a], p[b] = p[b], p[a]
			}
		}
		axis := int64(0)
		if axes := n.ints("scan_output_axes"); i < len(axes) {
			axis = axes[i]
		}
		a, err := yields[i].join(axis)
		if err != nil {
			return err
		}
		net.set(n.out[len(state)+i], a)
	}
	return net.finishLoop(&node{out: n.out[:len(state)]}, state, nil)
}

func scanAxis(axes []int64, i, rank int) (int, error) {
	a := int64(0)
	if i < len(axes) {
		a = axes[i]
	}
	if a < 0 {
		a += int64(rank)
	}
	if a < 0 || a >= int64(rank) {
		return 0, lang.Errorf("axis %d is not one of %d axes", a, rank)
	}
	return int(a), nil
}
