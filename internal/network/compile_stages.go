package network

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// stage writes one primitive of a node on these values: as the ONNX operator that it is, where there is one that the rewrites of a
// network know, else as it stands.
func (e *emitter) stage(n *NodeResult, k int, in []int, p *Primitive) (int, error) {
	st, s := n.Ops[k], n.Stages[k]
	number := k + 1
	if len(n.Ops) == 1 {
		number = 0
	}
	v, err := e.primitive(st, s, in, p)
	if err == nil && !slices.Contains(in, v) {
		e.counts(number)
	}
	return v, err
}

func (e *emitter) primitive(st layer.Stage, s shape.Stage, in []int, p *Primitive) (int, error) {
	switch op := st.Op.(type) {
	case layer.Conv:
		return e.conv(op, st, s, in[0]), nil
	case layer.Transposed:
		a := window(op.Window, s.Pads)
		a["group"], a["output_padding"] = int64(op.Groups), wide(s.OutputPadding)
		return e.op("ConvTranspose", a, s.Output, append([]int{in[0]}, e.operands(st, s.Inputs, in)...)...), nil
	case layer.Linear:
		x := in[0]
		if len(s.Inputs[0]) > 2 {
			flat, _ := Flatten(s.Inputs)
			x = e.op("Flatten", map[string]any{"axis": int64(1)}, flat, x)
		}
		return e.op("Gemm", map[string]any{"transB": int64(1)}, s.Output, append([]int{x}, e.operands(st, s.Inputs, in)...)...), nil
	case layer.Activation:
		return e.activation(op.Func, st, s, in[0], p)
	case layer.Pool:
		if v, ok := e.pool(op, s, in[0]); ok {
			return v, nil
		}
	case layer.Norm:
		if c := s.Inputs[0][1]; op.Func == "group" && (op.Size < 1 || c%op.Size != 0) {
			return 0, layer.Errorf("%d groups do not divide the %d channels of a group norm", op.Size, c)
		}
		if v, ok := e.norm(op, st, s, in[0]); ok {
			return v, nil
		}
	case layer.Scale:
		per := append(slices.Clone(s.Inputs[0][:2]), slices.Repeat([]int{1}, len(s.Inputs[0])-2)...)
		factors := in[1]
		if !slices.Equal(s.Inputs[1], per) {
			factors = e.reshape(factors, per)
		}
		return e.op("Mul", nil, s.Output, in[0], factors), nil
	case layer.Add:
		return e.fold("Add", in, s.Inputs), nil
	case layer.Concat:
		return e.op("Concat", map[string]any{"axis": int64(1)}, s.Output, in...), nil
	}
	a := map[string]any{"stage": st, "inputs": int64(len(in))}
	return e.domainOp(StageDomain, string(st.Op.Kind()), a, s.Output, append(slices.Clone(in), e.operands(st, s.Inputs, in)...)...), nil
}

// conv: what pads with anything but zeros pads beforehand.
func (e *emitter) conv(op layer.Conv, st layer.Stage, s shape.Stage, x int) int {
	pads := s.Pads
	if op.PadMode != layer.PadZeros && op.PadMode != "" && slices.ContainsFunc(pads, func(p layer.Pad) bool { return p != layer.Pad{} }) {
		padded := slices.Clone(s.Inputs[0])
		for i, p := range pads {
			padded[2+i] += p.Begin + p.End
		}
		x = e.pad(x, op.PadMode, pads, padded)
		pads = make([]layer.Pad, len(pads))
	}
	a := window(op.Window, pads)
	a["group"] = int64(op.Groups)
	return e.op("Conv", a, s.Output, append([]int{x}, e.operands(st, s.Inputs, []int{x})...)...)
}

// padModes are ONNX's names.
var padModes = map[layer.PadMode]string{layer.PadZeros: "constant", layer.PadReflect: "reflect", layer.PadReplicate: "edge", layer.PadCircular: "wrap"}

func (e *emitter) pad(x int, mode layer.PadMode, pads []layer.Pad, out []int) int {
	list := make([]int, 2*len(out))
	for i, p := range pads {
		list[2+i], list[len(out)+2+i] = p.Begin, p.End
	}
	return e.op("Pad", map[string]any{"mode": padModes[mode]}, out, x, e.list("pads", list...))
}

// window is the geometry of a sliding operator as ONNX's attributes.
func window(w layer.Window, pads []layer.Pad) map[string]any {
	a := map[string]any{"kernel_shape": wide(w.Kernel), "strides": wide(w.Stride), "dilations": wide(w.Dilation)}
	list := make([]int64, 2*len(pads))
	for i, p := range pads {
		list[i], list[len(pads)+i] = int64(p.Begin), int64(p.End)
	}
	a["pads"] = list
	return a
}

func wide(list []int) []int64 {
	out := make([]int64, len(list))
	for i, n := range list {
		out[i] = int64(n)
	}
	return out
}

// pool writes the pools that ONNX has, but for rounding up, where its versions differ.
func (e *emitter) pool(op layer.Pool, s shape.Stage, x int) (int, bool) {
	average := op.Func == layer.AveragePool
	name := map[bool]string{false: "MaxPool", true: "AveragePool"}[average]
	switch {
	case op.Global:
		return e.op("Global"+name, nil, s.Output, x), true
	case op.Adaptive != nil || op.CeilMode:
		return 0, false
	}
	a := window(op.Window, s.Pads)
	if average {
		a["count_include_pad"] = int64(0)
		if op.CountPadding {
			a["count_include_pad"] = int64(1)
		}
	}
	return e.op(name, a, s.Output, x), true
}

// norm: epsilon is PyTorch's 1e-5. A layer norm over channels and planes with a factor per channel is a group norm of one group.
func (e *emitter) norm(op layer.Norm, st layer.Stage, s shape.Stage, x int) (int, bool) {
	c := s.Inputs[0][1]
	a := map[string]any{"epsilon": 1e-5}
	switch op.Func {
	case "batch":
		return e.op("BatchNormalization", a, s.Output, x, e.factor(op, st, c), e.term(op, st, c),
			e.weight(st.Prefix+"running_mean", []int{c}, drawing{}), e.weight(st.Prefix+"running_var", []int{c}, drawing{fixed: 1})), true
	case "layer", "group":
		a["num_groups"] = int64(1)
		if op.Func == "group" {
			a["num_groups"] = int64(op.Size)
		}
		return e.op("GroupNormalization", a, s.Output, x, e.factor(op, st, c), e.term(op, st, c)), true
	case "instance":
		return e.op("InstanceNormalization", a, s.Output, x, e.factor(op, st, c), e.term(op, st, c)), true
	case "lrn":
		if op.Size%2 == 1 { // ONNX divides alpha by the size
			a = map[string]any{"size": int64(op.Size), "alpha": 1e-4 * float64(op.Size), "beta": 0.75, "bias": 2.0}
			return e.op("LRN", a, s.Output, x), true
		}
	}
	return 0, false
}

func (e *emitter) factor(op layer.Norm, st layer.Stage, channels int) int {
	if op.Affine {
		return e.weight(st.Prefix+"weight", []int{channels}, drawing{fixed: 1})
	}
	return e.filled("ones", channels, 1)
}

func (e *emitter) term(op layer.Norm, st layer.Stage, channels int) int {
	if op.Affine {
		return e.weight(st.Prefix+"bias", []int{channels}, drawing{})
	}
	return e.filled("zeros", channels, 0)
}

// filled is a constant of one number times over, made when it is read.
func (e *emitter) filled(name string, n int, x float64) int {
	shape := []int{n}
	v := e.value(e.name+"/"+name, shape, moments{})
	e.program.Values[v].Weight = &Weight{
		Name: name, Elem: tensor.Float32, Shape: shape, Bytes: 4 * n,
		Read: func() (*tensor.Array, error) { return drawing{fixed: x}.array(name, shape, 0), nil },
	}
	return v
}

// activations are those that are one ONNX operator.
var activations = lazy.Value[map[string]activationOperator]{Make: func() map[string]activationOperator {
	return map[string]activationOperator{
		"relu": {"Relu", nil}, "sigmoid": {"Sigmoid", nil}, "tanh": {"Tanh", nil}, "softplus": {"Softplus", nil}, "gelu": {"Gelu", nil},
		"hard-swish": {"HardSwish", nil}, "elu": {"Elu", map[string]any{"alpha": 1.0}}, "leaky-relu": {"LeakyRelu", map[string]any{"alpha": 0.01}},
		"hard-sigmoid": {"HardSigmoid", map[string]any{"alpha": 1. / 6, "beta": 0.5}}, "softmax": {"Softmax", map[string]any{"axis": int64(1)}},
		"identity": {"Identity", nil},
	}
}}

type activationOperator struct {
	op         string
	attributes map[string]any
}

func (e *emitter) activation(name string, st layer.Stage, s shape.Stage, x int, p *Primitive) (int, error) {
	if a, ok := activations.Get()[name]; ok {
		return e.op(a.op, a.attributes, s.Output, x), nil
	}
	switch name {
	case "relu6":
		return e.op("Clip", nil, s.Output, x, e.number("low", 0), e.number("high", 6)), nil
	case "clip":
		if p != nil && p.Bounds != nil {
			return e.op("Clip", nil, s.Output, x, e.number("low", float32(p.Bounds[0])), e.number("high", float32(p.Bounds[1]))), nil
		}
	case "silu", "swish":
		return e.op("Mul", nil, s.Output, x, e.op("Sigmoid", nil, s.Output, x)), nil
	case "prelu":
		slopes := slices.Repeat([]int{1}, max(1, len(s.Output)-1)) // one for each channel
		if len(s.Output) > 1 {
			slopes[0] = s.Output[1]
		}
		return e.op("PRelu", nil, s.Output, x, e.weight(st.Prefix+"weight", slopes, drawing{fixed: 0.25, optional: true})), nil
	}
	return 0, lang.Errorf("the activation %s is counted alone, and cannot be run", name)
}

// operands are the weights of a primitive.
func (e *emitter) operands(st layer.Stage, shapes [][]int, in []int) []int {
	var out []int
	for _, o := range st.Operands(shapes) {
		d := drawing{fan: o.FanIn, square: e.moments[in[0]].square}
		if len(o.Shape) == 1 {
			d = drawing{} // a bias
		}
		out = append(out, e.weight(o.Name, o.Shape, d))
	}
	return out
}

// slice cuts ranges out of the axes of the node's first input.
func (e *emitter) slice(axes, starts, ends, steps []int) int {
	v := e.op("Slice", nil, e.out, e.in[0], e.list("starts", starts...), e.list("ends", ends...), e.list("axes", axes...), e.list("steps", steps...))
	e.counts(0)
	return v
}
