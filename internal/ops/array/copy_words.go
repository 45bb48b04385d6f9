package array

import "convx/internal/ops/kernel"

// copyWords is copyRows for elements of 32 bits, which kernels turn and gather.
func copyWords(n *nest, dst, src []float32) {
	last := len(n.extent) - 1
	if last < 0 || n.stride[0][last] != 1 || n.stride[1][last] <= 1 {
		copyRows(n, dst, src)
		return
	}
	isa := kernel.Best()
	if axis := n.turned(); axis >= 0 {
		turnWords(isa, n, axis, dst, src)
		return
	}
	n.rows(func(at [operands]int, count int, step [operands]int) {
		isa.StridedCopy(dst[at[0]:], 0, src[at[1]:], 0, step[1], count, 1, 0)
	})
}

// fewRows is the most rows that are written together, as one; more are read together.
const fewRows = 8

// turnWords makes rows of what stands in columns: the source is dense along axis, dst along the last one.
func turnWords(isa kernel.ISA, n *nest, axis int, dst, src []float32) {
	ways, ds := n.extent[axis], n.stride[0][axis]
	n.extent[axis] = 1
	n.rows(func(at [operands]int, count int, step [operands]int) {
		to, from := dst[at[0]:], src[at[1]:]
		if count > fewRows || ds != count {
			isa.Deinterleave(to, ds, from, step[1], ways, count)
			return
		}
		var rows [fewRows][]float32
		for i := range count {
			rows[i] = from[i*step[1]:][:ways]
		}
		isa.Interleave(to, 0, rows[:count], nil, ways, 1)
	})
	n.extent[axis] = ways
}
