package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// sampling is a deformable convolution (Dai et al. 2017) on one image, taken apart: C channels in groups that share their offsets, taps
// of the kernel and positions of the output.
type sampling struct {
	*backward
	x, offset, mask, weight           int // values; mask may be None
	channels, groups, taps, positions int
	height, width                     int
	y, col                            int // where taps are in the input, groups x taps x positions
}

// corner is one of the four pixels that a sample is mixed from: its number in the plane, from 1, or 0 beyond it, and its weights along
// both axes, groups x taps x positions each.
type corner struct {
	number, wy, wx int
	low, left      bool
}

// stageDeformable is the primitive, whose data are x, offset and perhaps a mask.
func stageDeformable(b *backward, in *network.Instruction, g []int) error {
	op := in.Attributes["stage"].(layer.Stage).Op.(layer.Deformable)
	data := whole(in, "inputs", 2)
	s := &sampling{backward: b, x: in.In[0], offset: in.In[1], mask: network.None, weight: in.In[data], groups: max(1, op.OffsetGroups)}
	if data > 2 {
		s.mask = in.In[2]
	}
	y := b.shape(in.Out[0])
	w := window{kernel: op.Kernel, stride: op.Stride, dilation: op.Dilation, begin: make([]int, 2)}
	if op.Padding.Auto != layer.Explicit {
		return unknown(lang.Text("with a padding that follows from the sizes"))
	}
	for a, p := range op.Padding.Pairs {
		w.begin[a] = p.Begin
	}
	return s.back(g[0], w, y, max(1, op.Groups))
}

// deformConv is ONNX's operator: x, weight, offset, bias, mask.
func deformConv(b *backward, in *network.Instruction, g []int) error {
	s := &sampling{backward: b, x: in.In[0], weight: in.In[1], offset: in.In[2], mask: network.None, groups: whole(in, "offset_group", 1)}
	if len(in.In) > 4 {
		s.mask = in.In[4]
	}
	w := windowOf(in, b.shape(s.weight)[2:], b.shape(s.x), b.shape(in.Out[0]))
	return s.back(g[0], w, b.shape(in.Out[0]), whole(in, "group", 1))
}

// back propagates g to the input, the offsets and the mask; out is N x O x H x W.
func (s *sampling) back(g int, w window, out []int, groups int) error {
	in := s.shape(s.x)
	if s.depends(s.weight) || len(in) != 4 || in[0] != 1 {
		return unknown(lang.Text("but for one image, by weights"))
	}
	s.channels, s.height, s.width = in[1], in[2], in[3]
	s.taps, s.positions = w.kernel[0]*w.kernel[1], out[2]*out[3]
	s.places(w, out[2:])
	// What comes back to each sample of each channel: the weights' transposed product.
	per, outs := s.channels/groups*s.taps, out[1]/groups
	weights := s.turned(s.reshape(s.weight, []int{groups, outs, per}))
	samples := s.reshape(s.times(weights, s.reshape(g, []int{groups, outs, s.positions})), s.each())
	masked := samples
	if s.mask != network.None {
		masked = s.mul(samples, s.reshape(s.mask, s.shared()))
	}
	corners := s.corners()
	values := s.spread(masked, corners)
	// mixed is what a sample is, or its slope is, of its corners by some weights.
	mixed := func(weight func(c corner) int) int {
		sum := network.None
		for i, c := range corners {
			v := s.mul(values[i], s.reshape(weight(c), s.shared()))
			if sum == network.None {
				sum = v
			} else {
				sum = s.plus(sum, v)
			}
		}
		return sum
	}
	if s.depends(s.offset) {
		s.slopes(masked, mixed)
	}
	if s.mask != network.None && s.depends(s.mask) {
		sum := mixed(func(c corner) int { return s.mul(c.wy, c.wx) })
		s.add(s.mask, s.reshape(s.sum(s.mul(samples, sum), 1), s.shape(s.mask)))
	}
	return nil
}

// spread adds what comes back to samples to the corners that they were mixed from, and returns the corners' own values, each
// channel's, where something depends on them.
func (s *sampling) spread(samples int, corners []corner) (values []int) {
	planes, plane := []int{s.channels, s.height*s.width + 1}, []int{s.channels, s.height * s.width}
	toX := network.None
	for _, c := range corners {
		numbers := s.reshape(s.op("Expand", nil, s.each(), s.reshape(c.number, s.shared()), s.list(s.each()...)), s.rows())
		back := s.reshape(s.mul(samples, s.reshape(s.mul(c.wy, c.wx), s.shared())), s.rows())
		zeros := s.constant(tensor.ArrayOf(make([]float32, elements(planes)), planes...))
		part := s.op("ScatterElements", map[string]any{"axis": int64(1), "reduction": "add"}, planes, zeros, numbers, back)
		if toX == network.None {
			toX = part
		} else {
			toX = s.plus(toX, part)
		}
		if s.depends(s.offset) || s.depends(s.mask) {
			flat := s.op("Concat", map[string]any{"axis": int64(1)}, planes, s.constant(tensor.ArrayOf(make([]float32, s.channels), s.channels, 1)), s.reshape(s.x, plane))
			values = append(values, s.reshape(s.op("GatherElements", map[string]any{"axis": int64(1)}, s.rows(), flat, numbers), s.each()))
		}
	}
	s.add(s.x, s.reshape(s.op("Slice", nil, plane, toX, s.list(1), s.list(plane[1]+1), s.list(1)), s.shape(s.x)))
	return values
}

// slopes adds what comes back to samples to the offsets: a sample's slope along an axis is the difference of its corners along it,
// mixed along the other.
func (s *sampling) slopes(samples int, mixed func(weight func(c corner) int) int) {
	along := func(weight func(c corner) (by int, first bool)) int {
		slope := mixed(func(c corner) int {
			by, first := weight(c)
			if first {
				return s.mul(by, s.number(-1))
			}
			return by
		})
		return s.reshape(s.sum(s.mul(samples, slope), 1), []int{s.groups, s.taps, 1, s.positions})
	}
	dy := along(func(c corner) (int, bool) { return c.wx, c.low })
	dx := along(func(c corner) (int, bool) { return c.wy, c.left })
	both := s.op("Concat", map[string]any{"axis": int64(2)}, []int{s.groups, s.taps, 2, s.positions}, dy, dx)
	s.add(s.offset, s.reshape(both, s.shape(s.offset)))
}

// each is the shape of samples, groups x channels of a group x taps x positions; shared that of what channels share; rows is a channel a
// row.
func (s *sampling) each() []int {
	return []int{s.groups, s.channels / s.groups, s.taps, s.positions}
}
func (s *sampling) shared() []int { return []int{s.groups, 1, s.taps, s.positions} }
func (s *sampling) rows() []int   { return []int{s.channels, s.taps * s.positions} }

// places are where the taps are: those of the regular grid, and the offsets.
func (s *sampling) places(w window, out []int) {
	n := s.taps * s.positions
	regular := [2][]float32{make([]float32, n), make([]float32, n)}
	for k := range s.taps {
		for p := range s.positions {
			tap, at := [2]int{k / w.kernel[1], k % w.kernel[1]}, [2]int{p / out[1], p % out[1]}
			for a := range 2 {
				regular[a][k*s.positions+p] = float32(at[a]*w.stride[a] - w.begin[a] + tap[a]*w.dilation[a])
			}
		}
	}
	offsets := s.reshape(s.offset, []int{s.groups, s.taps, 2, s.positions})
	place := func(a int) int {
		part := s.op("Slice", nil, []int{s.groups, s.taps, 1, s.positions}, offsets, s.list(a), s.list(a+1), s.list(2))
		return s.plus(s.reshape(part, []int{s.groups, s.taps, s.positions}), s.constant(tensor.ArrayOf(regular[a], 1, s.taps, s.positions)))
	}
	s.y, s.col = place(0), place(1)
}

// corners are the four pixels around each tap.
func (s *sampling) corners() (all []corner) {
	shape := []int{s.groups, s.taps, s.positions}
	y0, x0 := s.apply("Floor", nil, s.y), s.apply("Floor", nil, s.col)
	fy, fx := s.sub(s.y, y0), s.sub(s.col, x0)
	within := func(v, n int) int {
		return s.mul(s.backward.mask("Greater", v, s.number(-0.5)), s.backward.mask("Less", v, s.number(float64(n)-0.5)))
	}
	for _, down := range []bool{false, true} {
		for _, right := range []bool{false, true} {
			c := corner{wy: s.sub(s.number(1), fy), wx: s.sub(s.number(1), fx), low: !down, left: !right}
			y, x := y0, x0
			if down {
				y, c.wy = s.plus(y0, s.number(1)), fy
			}
			if right {
				x, c.wx = s.plus(x0, s.number(1)), fx
			}
			inside := s.mul(within(y, s.height), within(x, s.width))
			number := s.mul(s.plus(s.plus(s.mul(y, s.number(float64(s.width))), x), s.number(1)), inside)
			c.number = s.op("Cast", map[string]any{"to": int64(7)}, slices.Clone(shape), number)
			all = append(all, c)
		}
	}
	return all
}
