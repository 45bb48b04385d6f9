package onnx

import (
	"slices"

	"convx/internal/tensor"
)

// maxLooked bounds the elements of an array whose numbers are looked at, and maxLookedAll those of all arrays of a model.
const (
	maxLooked    = 1 << 22
	maxLookedAll = 1 << 25
)

// learned is how many elements of an array that is combined with data are parameters, by its numbers:
//
//   - one that holds two different numbers is a mask: none;
//   - a table that the exporter unrolled, like the relative positions of windowed attention (…xTxT, the same row of the table
//     wherever two positions lie alike): the rows that differ;
//   - one that holds few different numbers, each many times, is a grid (of prior boxes, of cells), which is drawn up: none.
//
// All elements are, where the numbers are all equal (before training) or cannot be read.
func (c *call) learned(w weight, shape []int) int64 {
	n := w.params
	elems := c.look(w)
	if elems == nil {
		return n
	}
	different := int64(distinct(elems))
	switch rows := int64(rowsOf(elems, shape)); {
	case different == 1 || n < 16:
		return n
	case different == 2:
		return 0
	case rows > 0:
		return rows
	case different*64 <= n, different*16 <= n && slices.ContainsFunc(shape, func(d int) bool { return d == 2 || d == 4 }):
		return 0
	}
	return n
}

// look reads an array's elements as bits; nil if it is too large or not at hand. Numbers of 8 bits and less say little.
func (c *call) look(w weight) []uint64 {
	if w.tensor == nil || w.tensor.External || w.params < 16 || w.params > maxLooked || c.looked > maxLookedAll {
		return nil
	}
	c.looked += int(w.params)
	a, err := c.model.read(w.tensor, nil)
	if err != nil || int64(a.Len()) != w.params {
		return nil
	}
	out := make([]uint64, a.Len())
	switch a.Elem {
	case tensor.Float32:
		fill(out, tensor.Bits[uint32](a))
	case tensor.Float64:
		fill(out, tensor.Bits[uint64](a))
	case tensor.Float16, tensor.BFloat16:
		fill(out, tensor.Bits[uint16](a))
	default:
		return nil
	}
	return out
}

func fill[T uint16 | uint32 | uint64](to []uint64, from []T) {
	for i, v := range from {
		to[i] = uint64(v)
	}
}

func distinct(elems []uint64) int {
	seen := map[uint64]struct{}{}
	for _, v := range elems {
		seen[v] = struct{}{}
	}
	return len(seen)
}

// rowsOf is the elements of the table that an array …xTxT unrolls, or 0 if it does not: the different columns of T x T times
// the extents before.
func rowsOf(elems []uint64, shape []int) int {
	rank := len(shape)
	if rank < 2 || shape[rank-1] != shape[rank-2] || shape[rank-1] < 2 {
		return 0
	}
	size := shape[rank-1] * shape[rank-1]
	heads := len(elems) / size
	seen := map[string]struct{}{}
	column := make([]byte, 8*heads)
	for p := range size {
		for h := range heads {
			for b, v := 0, elems[h*size+p]; b < 8; b++ {
				column[8*h+b] = byte(v >> (8 * b))
			}
		}
		seen[string(column)] = struct{}{}
	}
	if len(seen) == 1 || len(seen) > size*3/4 {
		return 0
	}
	return len(seen) * heads
}
