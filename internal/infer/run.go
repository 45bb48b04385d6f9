package infer

import (
	"context"
	"slices"
	"time"
	"unsafe"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// Run computes the network on these arrays, one for each input by its name. Where all shapes are known beforehand it
// allocates nothing after the first time. The results stay valid until the next run. It is not safe for concurrent use.
func (net *Network) Run(ctx context.Context, feeds map[string]*tensor.Array) error {
	if err := net.feed(feeds); err != nil {
		return err
	}
	if net.arena == nil && net.arenaBytes > 0 {
		net.arena = bytesIn(problem.Large[float32]((net.arenaBytes+3)/4), net.arenaBytes)
	}
	for i := range net.values {
		x := &net.values[i]
		if x.constant != nil {
			x.array = x.constant
		}
	}
	net.departures = net.departures[:0]
	for i, n := range net.nodes {
		if err := net.step(ctx, n); err != nil {
			return err
		}
		if net.Observe != nil {
			net.Observe(i, net.get(n.out[0]))
		}
		for _, v := range n.dies {
			net.values[v].array = nil
		}
	}
	return nil
}

// step runs one node.
func (net *Network) step(ctx context.Context, n *node) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	begin := time.Now()
	if err := n.step.run(ctx, net, n); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return lang.Errorf("layer %q: %w", n.name, err)
	}
	n.took = int64(time.Since(begin))
	return nil
}

// feed checks the arrays that enter and puts them in their places.
func (net *Network) feed(feeds map[string]*tensor.Array) error {
	for _, in := range net.Inputs {
		a := feeds[in.Name]
		x := &net.values[in.Value]
		switch {
		case a == nil:
			return lang.Errorf("the input %q is not fed", in.Name)
		case in.Elem != tensor.Invalid && a.Elem != in.Elem:
			return lang.Errorf("the input %q takes %v, and is fed %v", in.Name, in.Elem, a.Elem)
		case x.shape != nil && !slices.Equal(a.Shape, x.shape):
			return lang.Errorf("the input %q is %s, and is fed %s", in.Name, tensor.Format(x.shape), tensor.Format(a.Shape))
		}
		x.array = a
	}
	return nil
}

// output is the array for what a node makes: in its place, or allocated.
func (net *Network) output(v int, e tensor.Elem, shape []int) (*tensor.Array, error) {
	if a := net.allocate(v, e, shape); a != nil {
		return a, nil
	}
	return tensor.NewArray(e, shape...)
}

// set enters what a node made.
func (net *Network) set(v int, a *tensor.Array) {
	if v != network.None {
		net.values[v].array = a
	}
}

// get is what value v is now; nil for None.
func (net *Network) get(v int) *tensor.Array {
	if v == network.None {
		return nil
	}
	return net.values[v].array
}

// bytesIn is the first n bytes of memory.
func bytesIn(memory []float32, n int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(memory))), n)
}

// inArena tells whether an array's elements are in the network's memory, which other values use later.
func (net *Network) inArena(a *tensor.Array) bool {
	return overlap(a.Raw(), net.arena)
}

// overlap tells whether two pieces of memory have bytes in common.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	first, other := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return first < other+uintptr(len(b)) && other < first+uintptr(len(a))
}
