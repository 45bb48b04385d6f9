package gradient

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// resize: how much each pixel counts is read off the operator itself, applied along one axis after the other.
func resize(b *backward, in *network.Instruction, g []int) error {
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	if in.Attributes["axes"] != nil || in.Attributes["keep_aspect_ratio_policy"] != nil || in.Attributes["coordinate_transformation_mode"] == "tf_crop_and_resize" {
		return unknown(lang.Text("of some axes, or of a region"))
	}
	if x[0] != y[0] || x[1] != y[1] {
		return unknown(lang.Text("over channels"))
	}
	matrices := make([]int, len(x)-2)
	for a := range matrices {
		made, err := b.resized(in, a)
		if err != nil {
			return err
		}
		to := b.shape(made)
		for other := range matrices { // all columns are alike
			if other != a && to[2+other] > 1 {
				to = slices.Clone(to)
				to[2+other] = 1
				made = b.op("Slice", nil, to, made, b.list(0), b.list(1), b.list(2+other))
			}
		}
		matrices[a] = b.reshape(made, []int{x[2+a], y[2+a]})
	}
	b.add(in.In[0], b.along(g[0], x, matrices))
	return nil
}

// resized applies a resize along axis a to a channel for each of the axis' n pixels that is 1 there and 0 elsewhere: 1 x n x ... 1 x n x 1 ...
// The other axes, of one pixel, become as long as the operator makes them.
func (b *backward) resized(in *network.Instruction, a int) (int, error) {
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	n := x[2+a]
	one := func(int) int { return 1 }
	becomes := func(others func(axis int) int) []int {
		to := []int{1, n}
		for axis := range len(y) - 2 {
			if axis == a {
				to = append(to, y[2+a])
			} else {
				to = append(to, others(axis))
			}
		}
		return to
	}
	to := becomes(func(axis int) int { return y[2+axis] / x[2+axis] })
	unit := make([]float32, n*n)
	for i := range n {
		unit[i*n+i] = 1
	}
	from := append([]int{1, n}, slices.Repeat([]int{1}, len(x)-2)...)
	from[2+a] = n
	operands := []int{b.constant(tensor.ArrayOf(unit, from...))}
	for j, v := range in.In[1:] {
		if j == 2 && v != network.None { // sizes, of one channel for each pixel
			to = becomes(one)
			v = b.list(to...)
		}
		operands = append(operands, v)
	}
	attributes := in.Attributes
	if st, ok := attributes["stage"].(layer.Stage); ok {
		op := st.Op.(layer.Resize)
		if op.Size != nil {
			to = becomes(one)
			op.Size = slices.Clone(to[2:])
		} else {
			to = becomes(func(axis int) int { return int(math.Floor(op.Scale[axis])) })
		}
		st.Op = op
		attributes = map[string]any{"stage": st, "inputs": int64(1)}
	}
	if slices.Min(to) < 1 {
		return 0, unknown(lang.Text("that makes axes smaller"))
	}
	made := b.ops(in.Domain, in.Op, attributes, operands, to)[0]
	b.p.Code[len(b.p.Code)-1].Version = in.Version
	return made, nil
}

// separably is the gradient of a linear map that goes along one axis after the other: how[a][i][o] is what pixel i of axis a adds to
// output o.
func (b *backward) separably(g int, x []int, how [][][]float64) int {
	matrices := make([]int, len(how))
	for a, m := range how {
		flat := make([]float32, 0, len(m)*len(m[0]))
		for _, row := range m {
			for _, v := range row {
				flat = append(flat, float32(v))
			}
		}
		matrices[a] = b.constant(tensor.ArrayOf(flat, len(m), len(m[0])))
	}
	return b.along(g, x, matrices)
}

// along multiplies each spatial axis of g by a matrix, input x output.
func (b *backward) along(g int, x []int, matrices []int) int {
	for a, m := range matrices {
		have := b.shape(g)
		// N x C x ... x out x rest -> in x rest
		lead, rest := elements(have[:2+a]), elements(have[3+a:])
		out := slices.Clone(have)
		out[2+a] = x[2+a]
		v := b.times(m, b.reshape(g, []int{lead, have[2+a], rest}))
		g = b.reshape(v, out)
	}
	return g
}
