package infer

import (
	"context"

	"golang.org/x/sync/errgroup"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// mostFolded bounds the bytes of a constant that is computed before the first run: expanding a number over a large shape is
// left to the run.
const mostFolded = 64 << 20

// constant is a value that is known before any run, read from its file if nobody has; nil if it is not known.
func (net *Network) constant(v int) (*tensor.Array, error) {
	if v == network.None {
		return nil, nil
	}
	lock := &net.reading[v%len(net.reading)]
	lock.Lock()
	defer lock.Unlock()
	x := &net.values[v]
	if x.constant == nil && x.weight != nil {
		var err error
		if x.constant, x.memory, err = net.spares.read(x.weight); err != nil {
			return nil, err
		}
	}
	return x.constant, nil
}

// letGo forgets a constant that is packed. Copied says that nobody looks at its memory any more.
func (net *Network) letGo(v int, copied bool) {
	lock := &net.reading[v%len(net.reading)]
	lock.Lock()
	defer lock.Unlock()
	x := &net.values[v]
	if copied {
		net.spares.give(x.memory)
	}
	x.constant, x.memory = nil, nil
}

// derive makes a constant that is computed from another when somebody asks for it: many large ones are never in memory at once.
// compute writes to from from, which is the same array where inPlace says that it may be.
func (net *Network) derive(from int, shape []int, inPlace bool, compute func(to, from *tensor.Array)) int {
	x := &net.values[from]
	known, weight := x.constant, x.weight
	w := &network.Weight{Name: x.name, Elem: net.elem(from), Shape: shape, Bytes: volume(shape) * net.elem(from).Size()}
	w.ReadInto = func(memory []byte) (*tensor.Array, error) {
		if known == nil && inPlace && weight.ReadInto != nil {
			a, err := weight.ReadInto(memory)
			if err == nil {
				compute(a, a)
			}
			return a, err
		}
		a, lent := known, []byte(nil)
		if a == nil {
			var err error
			if a, lent, err = net.spares.read(weight); err != nil {
				return nil, err
			}
			defer net.spares.give(lent)
		}
		to, err := tensor.ArrayIn(w.Elem, memory, shape...)
		if err == nil {
			compute(to, a)
		}
		return to, err
	}
	w.Read = func() (*tensor.Array, error) { return w.ReadInto(nil) }
	net.values = append(net.values, value{name: x.name, shape: shape, weight: w, elem: w.Elem, place: place{of: network.None}})
	return len(net.values) - 1
}

// isConstant tells whether a value is known before any run.
func (net *Network) isConstant(v int) bool {
	return v != network.None && (net.values[v].weight != nil || net.values[v].constant != nil) // in this order: several steps are planned at once
}

// fold computes the nodes whose inputs are all known, and drops them from the graph.
func (net *Network) fold(ctx context.Context) error {
	kept := net.nodes[:0]
	for _, n := range net.nodes {
		folded, err := net.foldNode(ctx, n)
		if err != nil {
			return lang.Errorf("layer %q: %w", n.name, err)
		}
		if !folded {
			kept = append(kept, n)
		}
	}
	net.nodes = kept
	return nil
}

func (net *Network) foldNode(ctx context.Context, n *node) (bool, error) {
	if n.bodies != nil || n.domain == network.StageDomain {
		return false, nil
	}
	if n.is("Shape", "Size") {
		return net.foldShape(n)
	}
	for _, v := range n.in {
		if v != network.None && !net.isConstant(v) {
			return false, nil
		}
	}
	for _, v := range n.out {
		if v != network.None && net.values[v].shape != nil {
			if size, err := tensor.Size(net.values[v].shape); err != nil || size > mostFolded/8 {
				return false, nil
			}
		}
	}
	in := make([]*tensor.Array, len(n.in))
	for i, v := range n.in {
		var err error
		if in[i], err = net.constant(v); err != nil {
			return false, err
		}
	}
	return true, net.evaluate(ctx, n, in)
}

// foldShape knows the shape of what has not been computed yet.
func (net *Network) foldShape(n *node) (bool, error) {
	v := n.input(0)
	if v == network.None || net.values[v].shape == nil {
		return false, nil
	}
	list := []int64{}
	for _, d := range net.values[v].shape {
		list = append(list, int64(d))
	}
	out := n.out[0]
	if n.is("Size") {
		size := int64(1)
		for _, d := range list {
			size *= d
		}
		net.values[out].constant = tensor.ArrayOf([]int64{size})
		return true, nil
	}
	start, end := clampAxis(n.intOr("start", 0), len(list)), clampAxis(n.intOr("end", int64(len(list))), len(list))
	list = list[start:max(start, end)]
	net.values[out].constant = tensor.ArrayOf(list, len(list))
	return true, nil
}

// clampAxis resolves a bound that may count from the end and lie beyond it.
func clampAxis(a int64, rank int) int {
	if a < 0 {
		a += int64(rank)
	}
	return int(min(max(a, 0), int64(rank)))
}

// evaluate computes a node now.
func (net *Network) evaluate(ctx context.Context, n *node, in []*tensor.Array) error {
	c := array.Call{
		Ctx: ctx, Op: n.op, Domain: n.domain, Version: n.version, Attributes: n.attributes,
		In: in, Out: make([]*tensor.Array, len(n.out)), Limit: net.options.MaxBytes,
	}
	if err := array.Run(&c); err != nil {
		return err
	}
	for i, v := range n.out {
		if v != network.None {
			net.values[v].constant = c.Out[i]
			net.values[v].shape = c.Out[i].Shape
		}
	}
	return nil
}

// readWeights reads what the nodes need and nobody has read, on all threads.
func (net *Network) readWeights(ctx context.Context) error {
	wanted := map[int]bool{}
	for _, n := range net.nodes {
		n.reads(func(v int) { wanted[v] = net.values[v].weight != nil && net.values[v].constant == nil })
	}
	for i := range net.values {
		if net.values[i].kept && net.values[i].weight != nil {
			wanted[i] = true
		}
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(net.options.threads())
	for v, want := range wanted {
		if !want {
			continue
		}
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			_, err := net.constant(v)
			return err
		})
	}
	return g.Wait()
}

// number is a constant of one element, as float64; ok is false if it is none.
func (net *Network) number(v int) (x float64, ok bool) {
	if !net.isConstant(v) || volume(net.shapeOf(v)) != 1 { // large ones are not read for that
		return 0, false
	}
	a, err := net.constant(v)
	if err != nil || a.Len() != 1 {
		return 0, false
	}
	switch a.Elem {
	case tensor.Float32:
		return float64(tensor.Data[float32](a)[0]), true
	case tensor.Float64:
		return tensor.Data[float64](a)[0], true
	}
	return 0, false
}

// isClamp tells whether a Clip has these bounds, in attributes or in inputs.
func (net *Network) isClamp(n *node, lo, hi float64) bool {
	if n.version < 11 {
		return n.floatOr("min", -1) == lo && n.floatOr("max", -1) == hi
	}
	a, okA := net.number(n.input(1))
	b, okB := net.number(n.input(2))
	return okA && okB && a == lo && b == hi
}
