package infer

import (
	"cmp"
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/tensor"
)

// place is where a value lives.
type place struct {
	// of is the value whose memory this one is under another shape; None for memory of its own. It begins shift bytes further.
	of, shift int
	// offset and bytes are its part of the network's memory; 0 bytes is none: it is allocated as it comes.
	offset, bytes int
	// header is the array of the run before, made again only if shape or memory are others; under is what it views.
	header, under *tensor.Array
}

// alignment of values in memory: a cache line.
const alignment = 64

// span is when the memory of a value is in use, in nodes, both included.
type span struct{ value, birth, death, bytes int }

// placeAll gives every value of known shape a part of one memory, and notes what dies where.
func (net *Network) placeAll() error {
	for i := range net.values {
		net.values[i].place = place{of: network.None}
	}
	net.noteDeaths()
	// What makes the parts of a concatenation writes into the whole, unless that keeps so much alive that copies take less
	// memory by more than an eighth.
	best := net.newHomes()
	best.replace()
	least := best.place()
	for _, stretch := range []int{len(net.nodes), mostStretch} {
		h := net.newHomes()
		h.join(stretch)
		h.replace() // last, when it is known what dies where
		if bytes := h.place(); bytes <= least+least/8 {
			best = h
			break
		}
	}
	net.arenaBytes = best.place()
	best.settle()
	return net.fits()
}

// fits refuses a run that there is no memory for, before its activations are allocated.
func (net *Network) fits() error {
	most, takes := net.options.MaxBytes, net.arenaBytes+net.packed+net.workspace
	if most <= 0 || int64(takes) <= most {
		return nil
	}
	return lang.Errorf("it takes %s of memory, and %s can be had: %s of activations, %s of packed weights, %s of workspace",
		report.Bytes(takes), report.Bytes(int(most)), report.Bytes(net.arenaBytes), report.Bytes(net.packed), report.Bytes(net.workspace))
}

// mostStretch is how many nodes before a concatenation its parts may begin where longer lives take too much memory.
const mostStretch = 16

// noteDeaths notes which values nobody reads after a node.
func (net *Network) noteDeaths() {
	last := net.lastReads()
	for _, n := range net.nodes {
		n.dies = nil
	}
	for v := range net.values {
		if x := &net.values[v]; !x.kept && x.constant == nil && len(net.nodes) > 0 && last[v] < len(net.nodes) {
			net.nodes[last[v]].dies = append(net.nodes[last[v]].dies, v)
		}
	}
}

// lastReads is, by value, the last node that reads it or makes it; one beyond all for what is kept.
func (net *Network) lastReads() []int {
	last := make([]int, len(net.values))
	for i, n := range net.nodes {
		n.reads(func(v int) { last[v] = i })
		for _, v := range n.out {
			if v != network.None {
				last[v] = i
			}
		}
	}
	for v := range net.values {
		if net.values[v].kept {
			last[v] = len(net.nodes)
		}
	}
	return last
}

// homes says, for each value, in whose memory it lives and how many bytes after its beginning: in its own, in that of what it
// views, of the whole that it is a part of, or of what it replaces.
type homes struct {
	net   *Network
	root  []int
	delta []int
	bytes []int // of a value's own memory; 0 where only a run tells, and of inputs and constants
	// birth and death are those of the roots, in nodes.
	birth, death []int
	offset       []int
}

func (net *Network) newHomes() *homes {
	n := len(net.values)
	h := &homes{net: net, root: make([]int, n), delta: make([]int, n), bytes: make([]int, n), birth: make([]int, n), offset: make([]int, n), death: net.lastReads()}
	for v := range h.root {
		h.root[v] = v
	}
	for i, node := range net.nodes {
		for k, v := range node.out {
			if v == network.None {
				continue
			}
			h.birth[v] = i
			if of, shift := net.view(node, k); of != network.None {
				net.values[v].place.of, net.values[v].place.shift = of, shift
				h.bytes[v] = net.bytesOf(node, k)
				h.move(v, of, shift)
				continue
			}
			h.bytes[v] = net.bytesOf(node, k)
		}
	}
	return h
}

// find is the root of a value, and where in its memory the value begins.
func (h *homes) find(v int) (root, delta int) {
	for h.root[v] != v {
		delta += h.delta[v]
		v = h.root[v]
	}
	return v, delta
}

// move makes a root live in another value's memory.
func (h *homes) move(v, in, delta int) {
	r, d := h.find(in)
	h.root[v], h.delta[v] = r, d+delta
	h.birth[r], h.death[r] = min(h.birth[r], h.birth[v]), max(h.death[r], h.death[v])
}

// replace lets what chains make stand where their base stood, if nobody reads that any more.
func (h *homes) replace() {
	for i, n := range h.net.nodes {
		if n.chain == nil || n.step != step(n.chain) || slices.Contains(n.in[1:], n.in[0]) {
			continue
		}
		out := n.out[0]
		r, d := h.find(n.in[0])
		if h.bytes[r] == 0 || h.death[r] != i || d != 0 || h.bytes[r] != h.bytes[out] || h.root[out] != out {
			continue
		}
		if slices.ContainsFunc(n.in[1:], func(v int) bool { other, _ := h.find(v); return other == r }) {
			continue
		}
		h.move(out, r, 0)
	}
}

// join has the parts of concatenations live in the whole, if none begins more than stretch nodes before it. What several
// concatenations have in front is in the largest.
func (h *homes) join(stretch int) {
	for i, n := range slices.Backward(h.net.nodes) {
		j, ok := n.step.(*joined)
		if !ok || j.outer != 1 || h.root[n.out[0]] != n.out[0] || h.bytes[n.out[0]] == 0 || h.within(n, j) {
			continue
		}
		at := 0
		for k, v := range n.in {
			r, d := h.find(v)
			if d == 0 && r != n.out[0] && h.bytes[r] == j.bytes[k] && h.bytes[r] > 0 && at%alignment == 0 && i-h.birth[r] <= stretch {
				h.move(r, n.out[0], at)
			}
			at += j.bytes[k]
		}
	}
}

// within reports whether the parts of a concatenation stand in order in another memory already, and if so makes that the
// whole's.
func (h *homes) within(n *node, j *joined) bool {
	first, begin := h.find(n.in[0])
	at := begin
	for k, v := range n.in {
		r, d := h.find(v)
		if r != first || d != at || h.bytes[r] == 0 {
			return false
		}
		at += j.bytes[k]
	}
	if h.bytes[first] < at {
		return false
	}
	h.move(n.out[0], first, begin)
	return true
}

// place gives the roots their offsets, and returns how much memory they take.
func (h *homes) place() int {
	var spans []span
	for v := range h.root {
		if h.root[v] == v && h.bytes[v] > 0 {
			spans = append(spans, span{v, h.birth[v], max(h.birth[v], h.death[v]), (h.bytes[v] + alignment - 1) / alignment * alignment})
		}
	}
	// Largest first, each at the lowest offset where nothing that lives at the same time is in the way.
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(b.bytes, a.bytes) })
	var placed []span
	total := 0
	for _, s := range spans {
		h.offset[s.value] = h.gap(placed, s)
		at, _ := slices.BinarySearchFunc(placed, h.offset[s.value], func(o span, offset int) int {
			return cmp.Compare(h.offset[o.value], offset)
		})
		placed = slices.Insert(placed, at, s)
		total = max(total, h.offset[s.value]+s.bytes)
	}
	return total
}

// gap is the lowest offset for s beside those placed before, which are in order of their offsets.
func (h *homes) gap(placed []span, s span) int {
	offset := 0
	for _, o := range placed {
		at := h.offset[o.value]
		if o.birth > s.death || o.death < s.birth || at+o.bytes <= offset {
			continue
		}
		if at >= offset+s.bytes {
			break
		}
		offset = at + o.bytes
	}
	return offset
}

// settle enters the places.
func (h *homes) settle() {
	for v := range h.root {
		r, d := h.find(v)
		if p := &h.net.values[v].place; p.of == network.None && h.bytes[r] > 0 {
			p.offset, p.bytes = h.offset[r]+d, h.bytes[v]
		}
	}
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

// viewOf is the memory of another value, or a part of it, under a shape of its own; nil if it does not fit.
func (net *Network) viewOf(p *place, e tensor.Elem, shape []int) *tensor.Array {
	under := net.values[p.of].array
	n, err := tensor.Size(shape)
	if under == nil || err != nil || e != under.Elem || e == tensor.String && p.shift > 0 || p.shift+n*e.Size() > under.Bytes() {
		return nil
	}
	if p.header != nil && p.under == under && slices.Equal(p.header.Shape, shape) {
		return p.header
	}
	if p.under = under; n == under.Len() {
		p.header = under.View(shape...)
	} else {
		p.header = tensor.ArrayAt(e, under.Raw()[p.shift:][:n*e.Size()], shape...)
	}
	return p.header
}
