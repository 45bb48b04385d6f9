package flops

import (
	"math"
	"slices"
	"strconv"

	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
)

// DeepSpeed's profiler wraps the functions of torch.nn.functional, and calflops is a copy of it: what goes through none of them (a
// sum written with +, sigmoid, tanh, hard-swish, ReLU6 as a module, which is a clamp) is not seen.

// profiled is the table of both, which differ in resizing.
func profiled(resize count) cells {
	return table(cells{
		layer.KindConv: macsTwiceAndBias, layer.KindTransposed: profiledTransposed, layer.KindLinear: times(2, macs), layer.KindNorm: profiledNorm,
		layer.KindPool: ofInput, layer.KindActivation: profiledActivation, layer.KindResize: resize,
	})
}

func macsTwiceAndBias(op layer.Op, s shape.Stage) (Sum, error) {
	c, err := own(op, s)
	return append(Sum{Term{by("2", 2)}.times(c.macs...)}, c.extra...), err
}

// extras are the FLOPs of a primitive without MACs, as convx counts them.
func extras(op layer.Op, s shape.Stage) (Sum, error) {
	c, err := own(op, s)
	return c.extra, err
}

func ofInput(_ layer.Op, s shape.Stage) (Sum, error) { return Sum{input(s.Inputs[0])}, nil }

// profiledTransposed takes the weight's second axis, O/g, for the output channels and divides it by the groups once more. The bias
// is counted on the output of a forward convolution with the same window.
func profiledTransposed(op layer.Op, s shape.Stage) (Sum, error) {
	t := op.(layer.Transposed)
	each := t.OutChannels / t.Groups
	sum := Sum{Term{by("2", 2)}.times(input(s.Inputs[0])...).times(by("(O/g/g)", each/t.Groups)).times(extents(kernelSymbols, t.Kernel)...)}
	if !t.Bias {
		return sum, nil
	}
	bias := Term{by("N", s.Inputs[0][0]), by("(O/g)", each)}
	for i, in := range s.Inputs[0][2:] {
		room := in + s.Pads[i].Begin + s.Pads[i].End - (t.Dilation[i]*(t.Kernel[i]-1) + 1)
		bias = append(bias, by("out", max(0, int(math.Floor(float64(room)/float64(t.Stride[i])))+1)))
	}
	return append(sum, bias), nil
}

// profiledNorm: batch norm at inference 2 an element or 1; those with statistics 5 or 4; LRN by its parts: three products or sums
// an element, and an average pool over the squares, padded by size - 1 channels.
func profiledNorm(op layer.Op, s shape.Stage) (Sum, error) {
	n := op.(layer.Norm)
	if n.Func == "lrn" {
		padded := slices.Clone(s.Output)
		padded[1] += n.Size - 1
		return append(perElement(3, s.Output), input(padded)), nil
	}
	each := 4
	if n.Func == "batch" {
		each = 1
	}
	if n.Affine {
		each++
	}
	return perElement(each, s.Output), nil
}

func profiledActivation(op layer.Op, s shape.Stage) (Sum, error) {
	switch op.(layer.Activation).Func {
	case "relu", "prelu", "elu", "leaky-relu", "silu", "gelu", "softmax":
		return Sum{output(s.Output)}, nil
	}
	return nil, nil
}

// deepspeedResize: output elements by a factor; by a size, the product of the size alone, without samples and channels.
func deepspeedResize(op layer.Op, s shape.Stage) (Sum, error) {
	r := op.(layer.Resize)
	if r.Size != nil {
		return Sum{extents(outSymbols, r.Size)}, nil
	}
	factor := 1.0
	for _, f := range r.Scale {
		factor *= f
	}
	if len(slices.Compact(slices.Clone(r.Scale))) > 1 {
		return Sum{input(s.Inputs[0]).times(Factor{"factor", int64(factor)})}, nil
	}
	n, err := Sum{input(s.Inputs[0])}.Value()
	if err != nil || float64(n)*factor >= math.MaxInt64 {
		return nil, layer.ErrOverflow
	}
	return Sum{Term{Factor{"(in*factor)", int64(float64(n) * factor)}}}, nil
}

func calflopsResize(op layer.Op, s shape.Stage) (Sum, error) {
	if r := op.(layer.Resize); r.Size != nil {
		return Sum{extents(outSymbols, r.Size)}, nil
	}
	return Sum{input(s.Inputs[0])}, nil
}

// onnx-tool counts the nodes of an exported graph: batch norms are taken for folded, and a node without a rule is 0.

// onnxToolAxes is how many kernel axes it multiplies: two, in 3-D too.
const onnxToolAxes = 2

func onnxToolConv(op layer.Op, s shape.Stage) (Sum, error) {
	c := op.(layer.Conv)
	return onnxToolWindow(s, Factor{"(C/g)", int64(s.Inputs[0][1] / c.Groups)}, c.Kernel), nil
}

// onnxToolTransposed takes the output's elements and the weight's second axis, which is O/g.
func onnxToolTransposed(op layer.Op, s shape.Stage) (Sum, error) {
	t := op.(layer.Transposed)
	return onnxToolWindow(s, Factor{"(O/g)", int64(t.OutChannels / t.Groups)}, t.Kernel), nil
}

func onnxToolWindow(s shape.Stage, channels Factor, kernel []int) Sum {
	out := output(s.Output)
	return Sum{out.times(channels).times(extents(kernelSymbols, kernel)[:min(len(kernel), onnxToolAxes)]...), out}
}

// onnxToolNorm: an instance norm counts 5 an element for each of its two parameter inputs; LRN a product a neighbour, and an
// exponential, a division and a sum.
func onnxToolNorm(op layer.Op, s shape.Stage) (Sum, error) {
	switch n := op.(layer.Norm); n.Func {
	case "instance":
		return perElement(10, s.Output), nil
	case "lrn":
		return perElement(2+16+1+n.Size, s.Output), nil
	}
	return nil, nil
}

// onnxToolPool: the window for each output, of three axes the first alone; a global average adds 2 an output for the division.
func onnxToolPool(op layer.Op, s shape.Stage) (Sum, error) {
	p, out := op.(layer.Pool), output(s.Output)
	switch {
	case p.Global && p.Func == layer.AveragePool:
		return Sum{input(s.Inputs[0]), Term{by("2", 2)}.times(out...)}, nil
	case p.Global:
		return nil, nil
	case p.Adaptive != nil: // exported as windows, where they divide the input
		return Sum{input(s.Inputs[0])}, nil
	}
	axes := len(p.Kernel)
	if axes > 2 {
		axes = 1
	}
	return Sum{out.times(extents(kernelSymbols, p.Kernel)[:axes]...)}, nil
}

// onnxToolEach is what an element of the exported nodes counts.
var onnxToolEach = lazy.Value[map[string]int]{Make: func() map[string]int {
	return map[string]int{
		"relu": 1, "relu6": 2, "clip": 2, "leaky-relu": 2, "prelu": 2, "hard-sigmoid": 4, "sigmoid": 16, "tanh": 32, "softmax": 18,
		"silu": 17, // a sigmoid, a product
		"gelu": 5,  // a division, a sum, two products; the error function is free
	}
}}

func onnxToolActivation(op layer.Op, s shape.Stage) (Sum, error) {
	if n := onnxToolEach.Get()[op.(layer.Activation).Func]; n > 0 {
		return perElement(n, s.Output), nil
	}
	return nil, nil
}

func onnxToolResize(op layer.Op, s shape.Stage) (Sum, error) {
	if op.(layer.Resize).Nearest {
		return nil, nil
	}
	return perElement(4, s.Output), nil
}

// TensorFlow's profiler adds up the statistics that are registered for the operators of a graph: there are none for 3-D windows,
// fused norms, resizing, maxima of whole planes and activations other than softmax.

func tensorflowConv(op layer.Op, s shape.Stage) (Sum, error) {
	sum, err := macsTwiceAndBias(op, s)
	if len(s.Output) > 4 {
		return sum[1:], err // the bias alone
	}
	return sum, err
}

// tensorflowTransposed: two a weight and output pixel, over the output channels and the stride on all axes; that is the MACs where
// the output is the stride times the input.
func tensorflowTransposed(op layer.Op, s shape.Stage) (Sum, error) {
	t := op.(layer.Transposed)
	c, err := own(op, s)
	if err != nil || len(s.Output) > 4 {
		return c.extra, err
	}
	positions := Term{by("2", 2), by("N", s.Output[0])}.times(extents(outSymbols, s.Output[2:])...)
	whole := positions.times(by("C", s.Inputs[0][1]), by("(O/g)", t.OutChannels/t.Groups)).times(extents(kernelSymbols, t.Kernel)...)
	n, err := Sum{whole}.Value()
	if err != nil {
		return nil, err
	}
	strides := int64(1)
	for _, d := range t.Stride {
		strides *= int64(d)
	}
	return append(Sum{Term{Factor{"(2*N*out*C*(O/g)*K/S), S = " + strconv.FormatInt(strides, 10), n / strides}}}, c.extra...), nil
}

func tensorflowPool(op layer.Op, s shape.Stage) (Sum, error) {
	p := op.(layer.Pool)
	switch {
	case p.Global && p.Func == layer.AveragePool: // a mean: one an element
		return Sum{input(s.Inputs[0])}, nil
	case p.Global || p.Adaptive != nil || len(s.Output) > 4:
		return nil, nil
	}
	return Sum{output(s.Output).times(extents(kernelSymbols, p.Kernel)...)}, nil
}

func tensorflowActivation(op layer.Op, s shape.Stage) (Sum, error) {
	if op.(layer.Activation).Func == "softmax" {
		return perElement(5, s.Output), nil
	}
	return nil, nil
}
