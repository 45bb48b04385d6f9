package array

import "convx/internal/tensor"

// shareable is the elements from which an operator is worth several threads: some ten microseconds.
const shareable = 1 << 16

// copier copies along a nest, some of its outermost axis at a time.
type copier struct {
	parts    []nest
	dst, src *tensor.Array
	run      func(i int)
}

// copyShared is copyNest by all threads; false where it has to be done by one.
func (c *Call) copyShared(dst, src *tensor.Array) bool {
	n := &c.nest
	if c.Each == nil || len(n.extent) < 2 || n.extent[0] < 2 || n.elements() < shareable {
		return false
	}
	if c.copier == nil {
		c.copier = &copier{}
		c.copier.run = c.copier.copy
	}
	k := c.copier
	k.dst, k.src = dst, src
	k.parts = n.cut(k.parts, min(n.extent[0], 4*(n.elements()/shareable))) // as many for each of two threads, or of four
	c.each(len(k.parts), k.run)
	k.dst, k.src = nil, nil
	return true
}

// cut makes so many parts of a nest along its outermost axis, in the memory of others.
func (n *nest) cut(parts []nest, count int) []nest {
	for len(parts) < count {
		parts = append(parts, nest{})
	}
	parts = parts[:count]
	for i := range parts {
		p, from, to := &parts[i], n.extent[0]*i/count, n.extent[0]*(i+1)/count
		p.extent = append(p.extent[:0], n.extent...)
		p.extent[0] = to - from
		p.stride = n.stride
		for o := range p.base {
			p.base[o] = n.base[o] + from*n.stride[o][0]
		}
	}
	return parts
}

func (k *copier) copy(i int) { k.parts[i].copy(k.dst, k.src) }
