package infer

import (
	"cmp"
	"fmt"
	"slices"

	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/tensor"
)

// place is where a value lives.
type place struct {
	// of is the value whose memory this one is under another shape; None for memory of its own.
	of int
	// offset and bytes are its part of the network's memory; 0 bytes is none: it is allocated as it comes.
	offset, bytes int
	// header is the array of the run before, made again only if shape or memory are others; under is what it views.
	header, under *tensor.Array
}

// alignment of values in memory: a cache line.
const alignment = 64

// views are the operators whose first output is the first input's memory.
var views = []string{"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"}

// view is the value that a node's first output views, or None. Dropout with a third input may be in training.
func (net *Network) view(n *node) int {
	if n.is(views...) && (!n.is("Dropout") || len(n.in) < 3) && !net.isConstant(n.in[0]) {
		return n.in[0]
	}
	return network.None
}

// span is when the memory of a value is in use, in nodes, both included.
type span struct{ value, birth, death, bytes int }

// placeAll gives every value of known shape a part of one memory, and notes what dies where.
func (net *Network) placeAll() error {
	for i := range net.values {
		net.values[i].place.of = network.None
	}
	spans := net.spans()
	// Largest first, each at the lowest offset where nothing that lives at the same time is in the way.
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(b.bytes, a.bytes) })
	var placed []span
	for _, s := range spans {
		p := &net.values[s.value].place
		p.bytes = s.bytes
		p.offset = net.gap(placed, s)
		at, _ := slices.BinarySearchFunc(placed, p.offset, func(o span, offset int) int {
			return cmp.Compare(net.values[o.value].place.offset, offset)
		})
		placed = slices.Insert(placed, at, s)
		net.arenaBytes = max(net.arenaBytes, p.offset+p.bytes)
	}
	if most := net.options.MaxBytes; most > 0 && int64(net.arenaBytes) > most {
		return fmt.Errorf("its activations take %s of memory, and %s can be had", report.Bytes(net.arenaBytes), report.Bytes(int(most)))
	}
	return nil
}

// gap is the lowest offset for s beside those placed before, which are in order of their offsets.
func (net *Network) gap(placed []span, s span) int {
	offset := 0
	for _, o := range placed {
		p := &net.values[o.value].place
		if o.birth > s.death || o.death < s.birth || p.offset+p.bytes <= offset {
			continue
		}
		if p.offset >= offset+s.bytes {
			break
		}
		offset = p.offset + p.bytes
	}
	return offset
}

// spans are the values that get a place. A view lengthens the life of what it views.
func (net *Network) spans() []span {
	at := make([]int, len(net.values)) // index in spans, plus 1
	last := make([]int, len(net.values))
	var spans []span
	for i, n := range net.nodes {
		n.dies = nil
		n.reads(func(v int) { last[v] = i })
		for k, v := range n.out {
			if v == network.None {
				continue
			}
			last[v] = i
			x := &net.values[v]
			if of := net.view(n); k == 0 && of != network.None {
				x.place.of = of
				continue
			}
			if bytes := net.bytesOf(n, k); bytes > 0 {
				spans = append(spans, span{value: v, birth: i, bytes: (bytes + alignment - 1) / alignment * alignment})
				at[v] = len(spans)
			}
		}
	}
	for v := range net.values {
		x := &net.values[v]
		if x.kept {
			last[v] = len(net.nodes)
		} else if x.constant == nil && (len(net.nodes) > 0) && last[v] < len(net.nodes) {
			net.nodes[last[v]].dies = append(net.nodes[last[v]].dies, v)
		}
		root := v
		for net.values[root].place.of != network.None {
			root = net.values[root].place.of
		}
		if at[root] > 0 {
			s := &spans[at[root]-1]
			s.death = max(s.death, last[v], s.birth)
		}
	}
	return spans
}

// bytesOf is the memory of output k, 0 if that is not known before a run.
func (net *Network) bytesOf(n *node, k int) int {
	x := &net.values[n.out[k]]
	if x.shape == nil || n.bodies != nil {
		return 0
	}
	size, err := tensor.Size(x.shape)
	if err != nil {
		return 0
	}
	if n.is("NonZero", "SequenceAt") {
		return 0
	}
	e := x.elem
	if e == tensor.Invalid { // where the guess is too small, the value is allocated as it comes
		e = tensor.Float32
	}
	return size * e.Size()
}

// allocate is the array for value v. It has its place in the network's memory if that is large enough.
func (net *Network) allocate(v int, e tensor.Elem, shape []int) *tensor.Array {
	if v == network.None {
		return nil
	}
	p := &net.values[v].place
	if p.of != network.None {
		return net.viewOf(p, e, shape)
	}
	n, err := tensor.Size(shape)
	if err != nil || e == tensor.String || p.bytes == 0 || n*e.Size() > p.bytes {
		return nil // the operator allocates, or says what is wrong
	}
	if p.header == nil || p.header.Elem != e || !slices.Equal(p.header.Shape, shape) {
		p.header = tensor.ArrayAt(e, net.arena[p.offset:][:n*e.Size()], shape...)
	}
	return p.header
}

// viewOf is the memory of another value under a shape of as many elements.
func (net *Network) viewOf(p *place, e tensor.Elem, shape []int) *tensor.Array {
	under := net.values[p.of].array
	n, err := tensor.Size(shape)
	if under == nil || err != nil || n != under.Len() || e != under.Elem {
		return nil
	}
	if p.header == nil || p.under != under || !slices.Equal(p.header.Shape, shape) {
		p.header, p.under = under.View(shape...), under
	}
	return p.header
}
