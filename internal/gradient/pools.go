package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// maxPool adds what comes back to the pixel that was the largest of its window.
func maxPool(b *backward, in *network.Instruction, g []int) error {
	if whole(in, "storage_order", 0) != 0 || len(in.Out) > 1 && in.Out[1] != network.None {
		return unknown(lang.Text("with indices"))
	}
	kernel, _ := in.Attributes["kernel_shape"].([]int64)
	return b.maxPool(in.In[0], in.Out[0], g[0], windowOf(in, narrow(kernel), b.shape(in.In[0]), b.shape(in.Out[0])))
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
