package array

import (
	"math"

	"convx/internal/tensor"
)

// window is how a kernel slides over the spatial axes: of convolutions, transposed or not, and of pools.
type window struct {
	in, out          []int // extents
	kernel           []int
	stride, dilation []int
	before, after    []int // padding
	ceil             bool
}

// tap is one position of the kernel, and the nest of the outputs (operand 0) that meet inputs (operand 1) there.
type tap struct {
	index int // of the position, row-major
	nest  nest
}

// spatial is a window's attribute of one number for each axis, positive ones; otherwise is what it is where not given.
func (c *Call) spatial(name string, rank, least, otherwise int) []int {
	values := c.ints(name)
	if len(values) != 0 && len(values) != rank {
		c.refusef("%s %v for %d spatial axes", name, values, rank)
	}
	list := c.shape(rank)
	for i := range list {
		list[i] = otherwise
		if len(values) != 0 {
			if values[i] < int64(least) || values[i] > math.MaxInt32 {
				c.refusef("%s %v", name, values)
			}
			list[i] = int(values[i])
		}
	}
	return list
}

// mostTaps is the largest kernel: more positions would be walked for minutes before anything is computed.
const mostTaps = 1 << 24

// windowOf reads a window's attributes; kernel is its extents where the attribute may be left out.
func (c *Call) windowOf(in, kernel []int) *window {
	rank := len(in)
	w := &c.window
	w.in, w.out, w.kernel = in, c.shape(rank), kernel
	if given := c.ints("kernel_shape"); given != nil || kernel == nil {
		if len(given) != rank {
			c.refusef("kernel_shape %v for %d spatial axes", given, rank)
		}
		w.kernel = c.spatial("kernel_shape", rank, 1, 1)
		for i, k := range kernel {
			if k != w.kernel[i] {
				c.refusef("kernel_shape %v for weights of %s", given, format(kernel))
			}
		}
	}
	w.stride, w.dilation = c.spatial("strides", rank, 1, 1), c.spatial("dilations", rank, 1, 1)
	w.ceil = c.flag("ceil_mode", false)
	pads := c.spatial("pads", 2*rank, 0, 0)
	w.before, w.after = pads[:rank], pads[rank:]
	return w
}

// reach is how many inputs the kernel spans along an axis.
func (w *window) reach(i int) int { return (w.kernel[i]-1)*w.dilation[i] + 1 }

// slide sets the extents of the output, and the padding where auto_pad says so.
func (c *Call) slide(w *window) {
	auto := c.text("auto_pad", "NOTSET", "", "SAME_UPPER", "SAME_LOWER", "VALID")
	for i, in := range w.in {
		switch auto {
		case "SAME_UPPER", "SAME_LOWER":
			w.out[i] = (in + w.stride[i] - 1) / w.stride[i]
			total := max(0, (w.out[i]-1)*w.stride[i]+w.reach(i)-in)
			w.before[i], w.after[i] = total/2, total-total/2
			if auto == "SAME_LOWER" {
				w.before[i], w.after[i] = w.after[i], w.before[i]
			}
			continue
		case "VALID":
			w.before[i], w.after[i] = 0, 0
		}
		room := in + w.before[i] + w.after[i] - w.reach(i)
		if room < 0 {
			c.refusef("a kernel that spans %d along an axis of %d with padding %d and %d", w.reach(i), in, w.before[i], w.after[i])
		}
		w.out[i] = room/w.stride[i] + 1
		// A window that would begin in the padding behind the input is none.
		if w.ceil && room%w.stride[i] != 0 && w.out[i]*w.stride[i] < in+w.before[i] {
			w.out[i]++
		}
	}
}

// taps lists the positions of the kernel that meet any input.
func (c *Call) taps(w *window) []tap {
	rank := len(w.in)
	inside, outside := strides(c.shape(rank), w.in), strides(c.shape(rank), w.out)
	at := c.shape(rank)
	clear(at)
	if positions, err := tensor.Size(w.kernel); err != nil || positions > mostTaps {
		c.refusef("a kernel of %s", format(w.kernel))
	}
	list := c.tapList[:0]
	for index := range sizeOf(w.kernel) {
		if index&0xffff == 0xffff {
			c.check()
		}
		if len(list) == cap(list) {
			list = append(list, tap{})
		} else {
			list = list[:len(list)+1]
		}
		t := &list[len(list)-1]
		t.index = index
		if !w.meet(&t.nest, at, inside, outside) {
			list = list[:len(list)-1]
		}
		for i := rank - 1; i >= 0; i-- {
			if at[i]++; at[i] < w.kernel[i] {
				break
			}
			at[i] = 0
		}
	}
	c.tapList = list
	return list
}

// meet makes the nest of the outputs whose kernel position at lies on an input; false if there are none.
func (w *window) meet(n *nest, at, inside, outside []int) bool {
	n.reset()
	var base [operands]int
	for i, k := range at {
		offset := k*w.dilation[i] - w.before[i]
		lo := max(0, ceilDiv(-offset, w.stride[i]))
		hi := min(w.out[i], floorDiv(w.in[i]-1-offset, w.stride[i])+1)
		if lo >= hi {
			return false
		}
		n.add(hi-lo, [operands]int{outside[i], w.stride[i] * inside[i]})
		base[0] += lo * outside[i]
		base[1] += (lo*w.stride[i] + offset) * inside[i]
	}
	n.base = base
	return true
}

func floorDiv(a, b int) int {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

func ceilDiv(a, b int) int { return -floorDiv(-a, b) }

// rows calls f for the tap's rows with planes that begin elsewhere.
func (t *tap) rows(to, from int, f func(at [operands]int, count int, step [operands]int)) {
	base := t.nest.base
	t.nest.base[0] += to
	t.nest.base[1] += from
	t.nest.rows(f)
	t.nest.base = base
}

// batched is N x C x spatial, checked.
func (c *Call) batched(a *tensor.Array) (n, channels int, spatial []int) {
	if len(a.Shape) < 3 {
		c.refusef("%v, expected a batch, channels and at least one more axis", a)
	}
	return a.Shape[0], a.Shape[1], a.Shape[2:]
}
