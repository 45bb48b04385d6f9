package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/network"
)

// stages are the gradients of the primitives that ONNX has no operator for.
var stages = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		string(layer.KindPool): stagePool, string(layer.KindResize): resize, string(layer.KindDepthToSpace): space,
		string(layer.KindDeformable): single(stageDeformable), string(layer.KindROIPool): single(stageROIPool),
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

func narrow(list []int64) []int {
	out := make([]int, len(list))
	for i, n := range list {
		out[i] = int(n)
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
