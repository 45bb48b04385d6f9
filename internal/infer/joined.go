package infer

import (
	"context"
	"slices"
	"unsafe"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// joined is a concatenation of arrays whose shapes are known: parts that were written into the whole, as place.go has it, are
// there already, the others are copied.
type joined struct {
	elem    tensor.Elem
	shape   []int
	outer   int   // how often parts follow each other
	bytes   []int // of a part, each time
	whole   int   // bytes of all parts, each time
	pool    *workers.Pool
	threads int

	to     []byte
	from   [][]byte
	pieces int // of what is copied
}

// joinPiece is the bytes that are copied at once.
const joinPiece = 64 << 10

func errShape(a *tensor.Array, shape []int) error {
	return lang.Errorf("an operand is %v, and follows from the model's shapes as %s", a, tensor.Format(shape))
}

// planJoin gives a concatenation its step; nil where shapes are not known, or are refused by the general one.
func (net *Network) planJoin(n *node) step {
	if !n.is("Concat") || n.out[0] == network.None || slices.Contains(n.in, network.None) {
		return nil
	}
	shape, e := net.values[n.out[0]].shape, net.elem(n.out[0])
	axis := n.countOr("axis", 1)
	if axis < 0 {
		axis += len(shape)
	}
	if len(shape) == 0 || axis < 0 || axis >= len(shape) || e == tensor.Invalid || e == tensor.String || n.attributes["axis"] == nil {
		return nil
	}
	j := &joined{elem: e, shape: shape, outer: volume(shape[:axis]), pool: net.opsOptions.Workers(), threads: net.options.threads(), from: make([][]byte, len(n.in))}
	for _, v := range n.in {
		in := net.shapeOf(v)
		if len(in) != len(shape) || net.elem(v) != e || volume(in[:axis]) != j.outer {
			return nil
		}
		bytes := volume(in[axis:]) * e.Size()
		j.bytes, j.whole = append(j.bytes, bytes), j.whole+bytes
	}
	if j.whole != volume(shape[axis:])*e.Size() {
		return nil
	}
	return j
}

func (j *joined) run(ctx context.Context, net *Network, n *node) error {
	y, err := net.output(n.out[0], j.elem, j.shape)
	if err != nil {
		return err
	}
	j.to, j.pieces = y.Raw(), 0
	at := 0
	for k, v := range n.in {
		a := net.get(v)
		if a.Elem != j.elem || a.Bytes() != j.outer*j.bytes[k] {
			return errShape(a, net.shapeOf(v))
		}
		j.from[k] = a.Raw()
		if len(j.from[k]) > 0 && j.outer == 1 && unsafe.SliceData(j.from[k]) == unsafe.SliceData(j.to[at:]) {
			j.from[k] = nil
		}
		j.pieces += j.outer * piecesOf(len(j.from[k])/j.outer)
		at += j.bytes[k]
	}
	if j.pieces > 0 {
		threads := 1
		if j.pieces > 4 {
			threads = j.threads
		}
		err = j.pool.RunOn(ctx, threads, j)
	}
	j.to = nil
	clear(j.from)
	net.set(n.out[0], y)
	return err
}

func piecesOf(bytes int) int { return (bytes + joinPiece - 1) / joinPiece }

// Work implements workers.Job: an item is a piece of a part.
func (j *joined) Work(m *workers.Worker) {
	for i := m.Next(j.pieces); i >= 0; i = m.Next(j.pieces) {
		j.copyPiece(i)
	}
}

func (j *joined) copyPiece(i int) {
	at := 0
	for k, from := range j.from {
		n := len(from) / j.outer
		each := piecesOf(n)
		if i >= j.outer*each {
			i -= j.outer * each
			at += j.bytes[k]
			continue
		}
		o, p := i/each, i%each*joinPiece
		copy(j.to[o*j.whole+at+p:][:min(n-p, joinPiece)], from[o*n+p:])
		return
	}
}
