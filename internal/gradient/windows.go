package gradient

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/tensor"
)

// stages are the gradients of the primitives that ONNX has no operator for.
var stages = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		string(layer.KindPool): stagePool, string(layer.KindResize): resize, string(layer.KindDepthToSpace): space,
		string(layer.KindDeformable): stageDeformable,
	}
}}

// window is the geometry of an instruction that slides a kernel, along each spatial axis of its input.
type window struct{ kernel, stride, dilation, begin, end []int }

// windowOf reads it; x and y are the shapes of what a convolution or pool reads and makes.
func windowOf(in *network.Instruction, kernel, x, y []int) window {
	n := len(kernel)
	per := func(name string, def int) []int {
		if list, ok := in.Attributes[name].([]int64); ok {
			out := make([]int, len(list))
			for i, v := range list {
				out[i] = int(v)
			}
			return out
		}
		return slices.Repeat([]int{def}, n)
	}
	w := window{kernel: kernel, stride: per("strides", 1), dilation: per("dilations", 1)}
	pads := per("pads", 0)
	w.begin, w.end = slices.Clone(pads[:n]), make([]int, n)
	auto, _ := in.Attributes["auto_pad"].(string)
	for i := range n {
		// What the last window reaches over the end, which rounding up may make more than the padding, and rounding down less.
		over := (y[2+i]-1)*w.stride[i] + w.dilation[i]*(kernel[i]-1) + 1 - x[2+i]
		switch auto {
		case "SAME_UPPER":
			w.begin[i] = max(0, over) / 2
		case "SAME_LOWER":
			w.begin[i] = (max(0, over) + 1) / 2
		case "VALID":
			w.begin[i] = 0
		}
		w.end[i] = over - w.begin[i]
	}
	return w
}

func wide(list ...int) []int64 {
	out := make([]int64, len(list))
	for i, n := range list {
		out[i] = int64(n)
	}
	return out
}

// conv: the transposed convolution by the same weights (Dumoulin & Visin 2016), with the output padding that gives back the pixels
// that the floor of the output size drops.
func conv(b *backward, in *network.Instruction, g []int) error {
	x, weight := in.In[0], in.In[1]
	if b.depends(weight) {
		return unknown(lang.Text("its weights depend on the input"))
	}
	kernel := b.shape(weight)[2:]
	w := windowOf(in, kernel, b.shape(x), b.shape(in.Out[0]))
	pads, extra := slices.Clone(w.begin), make([]int, len(kernel))
	for i := range kernel {
		extra[i] = max(0, -w.end[i])
	}
	for i := range kernel {
		pads = append(pads, max(0, w.end[i]))
	}
	b.add(x, b.op("ConvTranspose", map[string]any{
		"group": int64(whole(in, "group", 1)), "kernel_shape": wide(kernel...), "strides": wide(w.stride...), "dilations": wide(w.dilation...),
		"pads": wide(pads...), "output_padding": wide(extra...),
	}, b.shape(x), g[0], weight))
	return nil
}

// convTranspose: the convolution by the same weights.
func convTranspose(b *backward, in *network.Instruction, g []int) error {
	x, weight := in.In[0], in.In[1]
	if auto, _ := in.Attributes["auto_pad"].(string); auto != "" && auto != "NOTSET" || in.Attributes["output_shape"] != nil {
		return unknown(lang.Text("with an output shape that is given"))
	}
	if b.depends(weight) {
		return unknown(lang.Text("its weights depend on the input"))
	}
	a := map[string]any{"kernel_shape": wide(b.shape(weight)[2:]...)}
	for _, name := range []string{"group", "strides", "dilations", "pads"} {
		if v := in.Attributes[name]; v != nil {
			a[name] = v
		}
	}
	b.add(x, b.op("Conv", a, b.shape(x), g[0], weight))
	return nil
}

// maxPool adds what comes back to the pixel that was the largest of its window.
func maxPool(b *backward, in *network.Instruction, g []int) error {
	if whole(in, "storage_order", 0) != 0 || len(in.Out) > 1 && in.Out[1] != network.None {
		return unknown(lang.Text("with indices"))
	}
	kernel, _ := in.Attributes["kernel_shape"].([]int64)
	return b.maxPool(in.In[0], in.Out[0], g[0], windowOf(in, narrow(kernel), b.shape(in.In[0]), b.shape(in.Out[0])))
}

func narrow(list []int64) []int {
	out := make([]int, len(list))
	for i, n := range list {
		out[i] = int(n)
	}
	return out
}

func (b *backward) maxPool(x, y, g int, w window) error {
	pads := slices.Clone(w.begin)
	for _, e := range w.end { // a window that ends within the input is cut there by the floor
		pads = append(pads, max(0, e))
	}
	out := b.ops("", "MaxPool", map[string]any{
		"kernel_shape": wide(w.kernel...), "strides": wide(w.stride...), "dilations": wide(w.dilation...), "pads": wide(pads...),
	}, []int{x}, b.shape(y), b.shape(y))
	b.add(x, b.scattered(g, out[1], elements(b.shape(x)), 0, b.shape(x)))
	return nil
}

func averagePool(b *backward, in *network.Instruction, g []int) error {
	kernel, _ := in.Attributes["kernel_shape"].([]int64)
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	w := windowOf(in, narrow(kernel), x, y)
	counts := whole(in, "count_include_pad", 0) != 0
	if counts && whole(in, "ceil_mode", 0) != 0 {
		return unknown(lang.Text("rounded up, with the padding counted"))
	}
	var counted []int
	if counts {
		counted = w.end
	}
	b.add(in.In[0], b.separably(g[0], x, w.averages(x, y, counted)))
	return nil
}

// averages are, per axis, how much each pixel counts in each output. Of the padding, what comes before the input and so much behind it
// counts as zeros; nil is none.
func (w window) averages(x, y, counted []int) [][][]float64 {
	all := make([][][]float64, len(w.kernel))
	for a := range all {
		all[a] = make([][]float64, x[2+a])
		for i := range all[a] {
			all[a][i] = make([]float64, y[2+a])
		}
		for o := range y[2+a] {
			var taps []int
			n := 0
			for k := range w.kernel[a] {
				at := o*w.stride[a] - w.begin[a] + k*w.dilation[a]
				if at >= 0 && at < x[2+a] {
					taps = append(taps, at)
					n++
				} else if counted != nil && at < x[2+a]+counted[a] {
					n++
				}
			}
			for _, at := range taps {
				all[a][at][o] += 1 / float64(n)
			}
		}
	}
	return all
}

func globalAverage(b *backward, in *network.Instruction, g []int) error {
	x := b.shape(in.In[0])
	n := 1.0
	for _, d := range x[2:] {
		n *= float64(d)
	}
	b.add(in.In[0], b.mul(b.ones(in.In[0]), b.mul(g[0], b.number(1/n))))
	return nil
}

// stagePool are the pools that round up or adapt.
func stagePool(b *backward, in *network.Instruction, g []int) error {
	op := in.Attributes["stage"].(layer.Stage).Op.(layer.Pool)
	x, y := b.shape(in.In[0]), b.shape(in.Out[0])
	axes := len(x) - 2
	if op.Adaptive != nil {
		if op.Func == layer.MaxPool {
			return unknown(lang.Text("of windows that differ"))
		}
		all := make([][][]float64, axes)
		for a := range all { // output o averages from floor(o*in/out) up to ceil((o+1)*in/out)
			n, m := x[2+a], y[2+a]
			all[a] = make([][]float64, n)
			for i := range all[a] {
				all[a][i] = make([]float64, m)
			}
			for o := range m {
				first, last := o*n/m, ((o+1)*n+m-1)/m
				for i := first; i < last; i++ {
					all[a][i][o] = 1 / float64(last-first)
				}
			}
		}
		b.add(in.In[0], b.separably(g[0], x, all))
		return nil
	}
	begin, end := make([]int, axes), make([]int, axes)
	w := window{kernel: op.Kernel, stride: op.Stride, dilation: op.Dilation, begin: begin, end: make([]int, axes)}
	for a, p := range op.Padding.Pairs {
		begin[a], end[a] = p.Begin, p.End
	}
	if op.Padding.Auto != layer.Explicit {
		return unknown(lang.Text("rounded up, with a padding that follows from the sizes"))
	}
	for a := range axes {
		w.end[a] = (y[2+a]-1)*w.stride[a] + w.dilation[a]*(w.kernel[a]-1) + 1 - x[2+a] - begin[a]
	}
	if op.Func == layer.MaxPool {
		return b.maxPool(in.In[0], in.Out[0], g[0], w)
	}
	if !op.CountPadding {
		end = nil
	}
	b.add(in.In[0], b.separably(g[0], x, w.averages(x, y, end)))
	return nil
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

// resize: how much each pixel counts is read off the operator itself, applied along one axis to a channel for each pixel that is 1
// there and 0 elsewhere.
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
		n, m := x[2+a], y[2+a]
		unit := make([]float32, n*n)
		for i := range n {
			unit[i*n+i] = 1
		}
		from := append([]int{1, n}, slices.Repeat([]int{1}, len(x)-2)...)
		from[2+a] = n
		to := append([]int{1, n}, y[2:]...)
		for other := range matrices {
			if other != a {
				to[2+other] = int(math.Floor(float64(y[2+other]) / float64(x[2+other])))
			}
		}
		operands := []int{b.constant(tensor.ArrayOf(unit, from...))}
		for j, v := range in.In[1:] {
			if j == 2 && v != network.None { // sizes, of one channel for each pixel
				for other := range matrices {
					if other != a {
						to[2+other] = 1
					}
				}
				v = b.list(to...)
			}
			operands = append(operands, v)
		}
		attributes := in.Attributes
		if st, ok := attributes["stage"].(layer.Stage); ok {
			op := st.Op.(layer.Resize)
			if op.Size != nil {
				op.Size = slices.Repeat([]int{1}, len(op.Size))
				op.Size[a] = m
				for other := range matrices {
					if other != a {
						to[2+other] = 1
					}
				}
			} else {
				for other := range matrices {
					to[2+other] = int(math.Floor(op.Scale[other]))
				}
				to[2+a] = m
			}
			st.Op = op
			attributes = map[string]any{"stage": st, "inputs": int64(1)}
		}
		for _, d := range to {
			if d < 1 {
				return unknown(lang.Text("that makes axes smaller"))
			}
		}
		wideRow := b.ops(in.Domain, in.Op, attributes, operands, to)[0]
		b.p.Code[len(b.p.Code)-1].Version = in.Version
		for other := range matrices { // all columns are alike
			if other != a && to[2+other] > 1 {
				to = slices.Clone(to)
				to[2+other] = 1
				wideRow = b.op("Slice", nil, to, wideRow, b.list(0), b.list(1), b.list(2+other))
			}
		}
		matrices[a] = b.reshape(wideRow, []int{n, m})
	}
	b.add(in.In[0], b.along(g[0], x, matrices))
	return nil
}
