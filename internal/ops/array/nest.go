package array

import (
	"slices"

	"convx/internal/tensor"
)

// operands is the most that one loop nest walks beside each other: the output and three inputs.
const operands = 4

// nest is a loop nest over some operands: the extents of its axes, outermost first, and how far apart neighbours stand
// along each in each operand. Axes that can be walked as one are merged, those of length one left out.
type nest struct {
	extent []int
	stride [operands][]int
	base   [operands]int
	index  []int
}

// reset empties the nest: without axes it is one element.
func (n *nest) reset() {
	n.extent = n.extent[:0]
	for i := range n.stride {
		n.stride[i] = n.stride[i][:0]
	}
	n.base = [operands]int{}
}

// add appends an axis inside of those that there are.
func (n *nest) add(extent int, stride [operands]int) {
	if extent == 1 {
		return
	}
	last := len(n.extent) - 1
	if last >= 0 && n.merges(last, extent, stride) {
		n.extent[last] *= extent
		for i := range n.stride {
			n.stride[i][last] = stride[i]
		}
		return
	}
	n.extent = append(n.extent, extent)
	for i := range n.stride {
		n.stride[i] = append(n.stride[i], stride[i])
	}
}

func (n *nest) merges(last, extent int, stride [operands]int) bool {
	for i := range n.stride {
		if n.stride[i][last] != stride[i]*extent {
			return false
		}
	}
	return true
}

// none makes the nest one without elements.
func (n *nest) none() {
	n.reset()
	n.add(0, [operands]int{})
}

// elements is how many it has.
func (n *nest) elements() int {
	all := 1
	for _, d := range n.extent {
		all *= d
	}
	return all
}

// empty reports a nest without elements.
func (n *nest) empty() bool { return slices.Contains(n.extent, 0) }

// rows calls f for every row of the innermost axis: where it starts in each operand, its length, and its strides.
func (n *nest) rows(f func(at [operands]int, count int, step [operands]int)) {
	if n.empty() {
		return
	}
	last := len(n.extent) - 1
	if last < 0 {
		f(n.base, 1, [operands]int{})
		return
	}
	var step [operands]int
	for i := range step {
		step[i] = n.stride[i][last]
	}
	n.index = append(n.index[:0], n.extent[:last]...)
	clear(n.index)
	at := n.base
	for {
		f(at, n.extent[last], step)
		axis := last - 1
		for ; axis >= 0; axis-- {
			n.index[axis]++
			for i := range at {
				at[i] += n.stride[i][axis]
			}
			if n.index[axis] < n.extent[axis] {
				break
			}
			for i := range at {
				at[i] -= n.stride[i][axis] * n.extent[axis]
			}
			n.index[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// broadcast makes the nest of a dense output of the shape beside inputs that are broadcast to it.
func (n *nest) broadcast(shape []int, inputs ...[]int) {
	n.reset()
	var step [operands]int
	var inner [operands]int // elements inside of the axis
	for i := range inner {
		inner[i] = 1
	}
	// Strides are known from the last axis on, axes are added from the first: walk once for the sizes.
	for i, in := range inputs {
		for _, d := range in {
			inner[i+1] *= d
		}
	}
	for _, d := range shape {
		inner[0] *= d
	}
	for axis, d := range shape {
		if d == 0 {
			n.none()
			return
		}
		inner[0] /= d
		step[0] = inner[0]
		for i, in := range inputs {
			step[i+1] = 0
			if k := axis - (len(shape) - len(in)); k >= 0 && in[k] != 1 {
				inner[i+1] /= in[k]
				step[i+1] = inner[i+1]
			}
		}
		n.add(d, step)
	}
}

// broadcastShape is the shape that inputs are broadcast to (NumPy's rule), in memory that the Call keeps.
func (c *Call) broadcastShape(inputs ...[]int) []int {
	rank := 0
	for _, s := range inputs {
		rank = max(rank, len(s))
	}
	out := c.shape(rank)
	for axis := range out {
		out[axis] = 1
		for _, s := range inputs {
			k := axis - (rank - len(s))
			if k < 0 || s[k] == 1 || s[k] == out[axis] {
				continue
			}
			if out[axis] != 1 {
				c.refusef("shapes %s cannot be broadcast to each other", formats(inputs))
			}
			out[axis] = s[k]
		}
	}
	return out
}

// formats writes shapes beside each other.
func formats(shapes [][]int) string {
	text := ""
	for i, s := range shapes {
		if i > 0 {
			text += ", "
		}
		text += format(s)
	}
	return text
}

func format(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	return tensor.Format(shape)
}

// strides appends the distances of neighbours in a dense array of the shape.
func strides(into []int, shape []int) []int {
	into = append(into[:0], shape...)
	n := 1
	for i := len(shape) - 1; i >= 0; i-- {
		into[i] = n
		n *= shape[i]
	}
	return into
}
