package array

import "convx/internal/tensor"

// copyNest copies elements along the call's nest: operand 0 is dst, operand 1 src.
func (c *Call) copyNest(dst, src *tensor.Array) {
	if !c.copyShared(dst, src) {
		c.nest.copy(dst, src)
	}
}

// copy copies elements along a nest.
func (n *nest) copy(dst, src *tensor.Array) {
	if dst.Elem == tensor.String {
		copyRows(n, tensor.Data[string](dst), tensor.Data[string](src))
		return
	}
	switch dst.Elem.Size() {
	case 1:
		copyRows(n, tensor.Bits[uint8](dst), tensor.Bits[uint8](src))
	case 2:
		copyRows(n, tensor.Bits[uint16](dst), tensor.Bits[uint16](src))
	case 4:
		copyWords(n, tensor.Bits[float32](dst), tensor.Bits[float32](src))
	case 8:
		copyRows(n, tensor.Bits[uint64](dst), tensor.Bits[uint64](src))
	}
}

// copyRows copies row by row; where the source's neighbours along the rows are far apart but those along another axis are
// not, it copies tiles, so that every line of cache that is read is used.
func copyRows[T any](n *nest, dst, src []T) {
	if axis := n.turned(); axis >= 0 {
		copyTiles(n, axis, dst, src)
		return
	}
	if axis := n.longest(); axis >= 0 {
		copyDense(n, axis, dst, src)
		return
	}
	n.rows(func(at [operands]int, count int, step [operands]int) {
		switch {
		case step[0] == 1 && step[1] == 1:
			copy(dst[at[0]:][:count], src[at[1]:][:count])
		case step[0] == 1 && step[1] == 0:
			row, v := dst[at[0]:][:count], src[at[1]]
			for i := range row {
				row[i] = v
			}
		default:
			d, s := at[0], at[1]
			for range count {
				dst[d] = src[s]
				d += step[0]
				s += step[1]
			}
		}
	})
}

// longest is the longest axis around rows that are dense in both operands: -1 if there is none, or they are not.
func (n *nest) longest() int {
	axis, last := -1, len(n.extent)-1
	if last < 1 || n.stride[0][last] != 1 || n.stride[1][last] != 1 || n.empty() {
		return -1
	}
	for i, d := range n.extent[:last] {
		if axis < 0 || d > n.extent[axis] {
			axis = i
		}
	}
	return axis
}

// copyDense copies all rows along an axis in one loop: short ones take no longer than the step from one to the next.
func copyDense[T any](n *nest, axis int, dst, src []T) {
	rows, ds, ss := n.extent[axis], n.stride[0][axis], n.stride[1][axis]
	n.extent[axis] = 1
	n.rows(func(at [operands]int, count int, _ [operands]int) {
		d, s := at[0], at[1]
		for range rows {
			copy(dst[d:][:count], src[s:][:count])
			d += ds
			s += ss
		}
	})
	n.extent[axis] = rows
}

// turned is the axis along which the source is dense, where the rows of the nest are not: -1 if there is none.
func (n *nest) turned() int {
	last := len(n.extent) - 1
	if last < 1 || n.stride[1][last] <= 1 || n.empty() {
		return -1
	}
	for axis := range last {
		if n.stride[1][axis] == 1 && n.extent[axis] > 1 {
			return axis
		}
	}
	return -1
}

// tile is how many elements of both axes are copied together.
const tile = 16

func copyTiles[T any](n *nest, axis int, dst, src []T) {
	rows, ds, ss := n.extent[axis], n.stride[0][axis], n.stride[1][axis]
	n.extent[axis] = 1
	n.rows(func(at [operands]int, count int, step [operands]int) {
		for i := 0; i < rows; i += tile {
			for j := 0; j < count; j += tile {
				for r := i; r < min(i+tile, rows); r++ {
					d, s := at[0]+r*ds+j*step[0], at[1]+r*ss+j*step[1]
					for range min(tile, count-j) {
						dst[d] = src[s]
						d += step[0]
						s += step[1]
					}
				}
			}
		}
	})
	n.extent[axis] = rows
}

// fill writes the one element of value, or zero without one, to all of dst.
func fill(dst, value *tensor.Array) {
	if dst.Elem == tensor.String {
		fillWith(tensor.Data[string](dst), value, tensor.Data[string])
		return
	}
	switch dst.Elem.Size() {
	case 1:
		fillWith(tensor.Bits[uint8](dst), value, tensor.Bits[uint8])
	case 2:
		fillWith(tensor.Bits[uint16](dst), value, tensor.Bits[uint16])
	case 4:
		fillWith(tensor.Bits[uint32](dst), value, tensor.Bits[uint32])
	case 8:
		fillWith(tensor.Bits[uint64](dst), value, tensor.Bits[uint64])
	}
}

func fillWith[T any](dst []T, value *tensor.Array, data func(*tensor.Array) []T) {
	if value == nil {
		clear(dst)
		return
	}
	v := data(value)[0]
	for i := range dst {
		dst[i] = v
	}
}
