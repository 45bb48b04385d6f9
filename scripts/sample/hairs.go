package main

import (
	"math"
)

// hairs finds the strand that a ray meets first, by a tree of boxes.
type hairs struct {
	strands []strand
	nodes   []node
}

// node is a box; a leaf has count strands from first on, any other node its children at first and first+1.
type node struct {
	low, high    [3]float32
	first, count int32
}

const leafStrands = 4

func newHairs(strands []strand) *hairs {
	h := &hairs{strands: strands, nodes: make([]node, 1, len(strands))}
	h.split(0, 0, len(strands))
	return h
}

// split makes a node of strands[from:to]: they are cut in the middle of the longest side of their centres' box.
func (h *hairs) split(at, from, to int) {
	n := node{low: [3]float32{1e9, 1e9, 1e9}, high: [3]float32{-1e9, -1e9, -1e9}}
	for _, s := range h.strands[from:to] {
		a, b := s.a.array(), s.b.array()
		r := max(s.ra, s.rb) + 1e-4
		for k := range 3 {
			n.low[k] = min(n.low[k], float32(min(a[k], b[k])-r))
			n.high[k] = max(n.high[k], float32(max(a[k], b[k])+r))
		}
	}
	if to-from <= leafStrands {
		n.first, n.count = int32(from), int32(to-from)
		h.nodes[at] = n
		return
	}
	axis := 0
	for k := range 3 {
		if n.high[k]-n.low[k] > n.high[axis]-n.low[axis] {
			axis = k
		}
	}
	mid := (from + to) / 2
	halve(h.strands[from:to], mid-from, axis)
	n.first = int32(len(h.nodes))
	h.nodes = append(h.nodes, node{}, node{})
	h.nodes[at] = n
	h.split(int(n.first), from, mid)
	h.split(int(n.first)+1, mid, to)
}

// halve brings the strands whose centres have the lowest coordinates to the first half places: Hoare's selection (Algorithm 65: Find, 1961).
func halve(strands []strand, half, axis int) {
	centre := func(i int) float64 { return strands[i].a.array()[axis] + strands[i].b.array()[axis] }
	for from, to := 0, len(strands)-1; from < to; {
		pivot := centre(half)
		i, j := from, to
		for i <= j {
			for centre(i) < pivot {
				i++
			}
			for centre(j) > pivot {
				j--
			}
			if i <= j {
				strands[i], strands[j] = strands[j], strands[i]
				i++
				j--
			}
		}
		if half > j {
			from = i
		}
		if half < i {
			to = j
		}
	}
}

func (a vec) array() [3]float64 { return [3]float64{a.x, a.y, a.z} }

// meet is the first strand of a ray before far, and its distance; for a shadow
// any strand will do.
func (h *hairs) meet(o, d vec, far float64, shadow bool) (found *strand, t float64) {
	origin := [3]float32{float32(o.x), float32(o.y), float32(o.z)}
	inverse := [3]float32{float32(1 / d.x), float32(1 / d.y), float32(1 / d.z)}
	t = far
	var stack [64]int32
	top := 1
	for top > 0 {
		top--
		n := &h.nodes[stack[top]]
		if !n.crossed(&origin, &inverse, float32(t)) {
			continue
		}
		if n.count == 0 {
			a, b := n.first, n.first+1
			if h.nodes[a].distance(&origin, d) < h.nodes[b].distance(&origin, d) {
				a, b = b, a
			}
			stack[top], stack[top+1] = a, b
			top += 2
			continue
		}
		for i := n.first; i < n.first+n.count; i++ {
			if s := h.strands[i].meet(o, d, t); s < t {
				found, t = &h.strands[i], s
				if shadow {
					return found, t
				}
			}
		}
	}
	return found, t
}

func (n *node) distance(o *[3]float32, d vec) float32 {
	return (n.low[0]+n.high[0]-2*o[0])*float32(d.x) + (n.low[1]+n.high[1]-2*o[1])*float32(d.y) + (n.low[2]+n.high[2]-2*o[2])*float32(d.z)
}

func (n *node) crossed(o, inverse *[3]float32, far float32) bool {
	near := float32(0)
	for k := range 3 {
		a, b := (n.low[k]-o[k])*inverse[k], (n.high[k]-o[k])*inverse[k]
		if a > b {
			a, b = b, a
		}
		near, far = max(near, a), min(far, b)
	}
	return near <= far
}

// meet is how far along a ray the strand is met, or far. The strand faces the ray as a ribbon that is round in depth.
func (s *strand) meet(o, d vec, far float64) float64 {
	e, w := s.b.sub(s.a), s.a.sub(o)
	de, ee, dw, ew := d.dot(e), e.dot(e), d.dot(w), e.dot(w)
	under := ee - de*de
	u := 0.5
	if under > 1e-12 {
		u = min(max((de*dw-ew)/under, 0), 1)
	}
	t := dw + u*de
	r := s.ra + u*(s.rb-s.ra)
	gap := w.along(e, u).along(d, -t)
	if t -= math.Sqrt(max(r*r-gap.dot(gap), 0)); gap.dot(gap) > r*r || t < 1e-3 || t > far {
		return far
	}
	return t
}
