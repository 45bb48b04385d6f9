package gradient

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

type attributes = map[string]any

// operator is a use of an ONNX operator: data are the shapes of operands that the network is fed with, held what it holds beside.
type operator struct {
	op         string
	version    int
	attributes attributes
	data       [][]int
	held       []*tensor.Array
	outs       int
	positive   bool // the data are made positive first
}

func ints(v ...int64) *tensor.Array { return tensor.ArrayOf(v, len(v)) }

func operators(r *rand.Rand) []operator {
	x := []int{1, 4, 5, 6}
	w := func(shape ...int) *tensor.Array { return draws(r, shape) }
	vector := func(by float32) *tensor.Array { return tensor.ArrayOf([]float32{by, by / 2, -by, 2 * by}, 4) }
	variance := tensor.ArrayOf([]float32{1, 0.5, 2, 3}, 4)
	number := func(v float32) *tensor.Array { return tensor.ArrayOf([]float32{v}) }
	window := attributes{"kernel_shape": []int64{3, 2}, "strides": []int64{2, 1}, "pads": []int64{1, 0, 0, 1}}
	all := []operator{
		{op: "Conv", attributes: attributes{"strides": []int64{2, 3}, "pads": []int64{1, 0, 2, 1}, "dilations": []int64{1, 2}}, data: [][]int{x}, held: []*tensor.Array{w(3, 4, 3, 2), w(3)}},
		{op: "Conv", attributes: attributes{"auto_pad": "SAME_UPPER", "strides": []int64{2, 2}, "group": int64(2)}, data: [][]int{x}, held: []*tensor.Array{w(2, 2, 3, 3)}},
		{op: "Conv", attributes: attributes{"auto_pad": "SAME_LOWER", "strides": []int64{3, 2}}, data: [][]int{x}, held: []*tensor.Array{w(2, 4, 2, 3)}},
		{op: "Conv", attributes: attributes{"auto_pad": "VALID", "strides": []int64{2, 2}}, data: [][]int{x}, held: []*tensor.Array{w(2, 4, 2, 2)}},
		{op: "ConvTranspose", attributes: attributes{"strides": []int64{2, 3}, "pads": []int64{1, 0, 0, 1}, "output_padding": []int64{1, 2}, "group": int64(2)}, data: [][]int{x}, held: []*tensor.Array{w(4, 3, 3, 2)}},
		{op: "DeformConv", attributes: attributes{"strides": []int64{2, 1}, "pads": []int64{1, 0, 1, 0}, "offset_group": int64(2), "group": int64(2)}, data: [][]int{x}, held: []*tensor.Array{w(6, 2, 3, 2), w(1, 24, 3, 5), w(6), w(1, 12, 3, 5)}},
		{op: "DeformConv", attributes: attributes{"pads": []int64{0, 1, 1, 0}}, data: [][]int{{2, 2, 3, 4}, {3, 2, 2, 2}, {2, 8, 3, 4}}},
		{op: "Gemm", attributes: attributes{"transB": int64(1), "alpha": 0.5}, data: [][]int{{2, 5}}, held: []*tensor.Array{w(3, 5), w(3)}},
		{op: "Gemm", data: [][]int{{2, 5}}, held: []*tensor.Array{w(5, 3)}},
		{op: "MatMul", data: [][]int{{2, 1, 3, 4}, {5, 4, 2}}}, {op: "MatMul", data: [][]int{{3, 4}}, held: []*tensor.Array{w(4, 2)}},
		{op: "MaxPool", attributes: window, data: [][]int{x}}, {op: "MaxPool", attributes: attributes{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}, "ceil_mode": int64(1)}, data: [][]int{x}},
		{op: "AveragePool", attributes: window, data: [][]int{x}}, {op: "GlobalAveragePool", data: [][]int{x}}, {op: "GlobalMaxPool", data: [][]int{x}},
		{op: "AveragePool", attributes: attributes{"kernel_shape": []int64{3, 3}, "auto_pad": "SAME_UPPER", "count_include_pad": int64(1)}, data: [][]int{x}},
		{op: "BatchNormalization", data: [][]int{x}, held: []*tensor.Array{vector(1), vector(2), vector(0.5), variance}},
		{op: "InstanceNormalization", data: [][]int{x}, held: []*tensor.Array{vector(1), vector(2)}},
		{op: "GroupNormalization", attributes: attributes{"num_groups": int64(2)}, data: [][]int{x}, held: []*tensor.Array{vector(1), vector(2)}},
		{op: "LayerNormalization", attributes: attributes{"axis": int64(2)}, data: [][]int{x}, held: []*tensor.Array{w(5, 6), w(5, 6)}},
		{op: "LayerNormalization", attributes: attributes{"axis": int64(-1)}, data: [][]int{x}, held: []*tensor.Array{w(4, 1, 6)}},
		{op: "RoiAlign", attributes: attributes{"output_height": int64(2), "output_width": int64(3), "sampling_ratio": int64(2), "spatial_scale": 0.5}, data: [][]int{{2, 3, 5, 6}}, held: []*tensor.Array{tensor.ArrayOf([]float32{1, 2, 9, 8, -3, 0, 4, 14, 3, 3, 4, 4}, 3, 4), ints(1, 0, 1)}},
		{op: "RoiAlign", attributes: attributes{"output_width": int64(2), "sampling_ratio": int64(1), "coordinate_transformation_mode": "output_half_pixel"}, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]float32{1, 1, 5, 4.5, 2, 2, 2.5, 2.5}, 2, 4), ints(0, 0)}},
		{op: "RoiAlign", attributes: attributes{"output_height": int64(2), "output_width": int64(2), "sampling_ratio": int64(2), "mode": "max"}, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]float32{1, 1, 5, 4.5, -4, -3, 2.5, 2.5}, 2, 4), ints(0, 0)}},
		{op: "RoiAlign", attributes: attributes{"output_height": int64(2), "output_width": int64(3)}, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]float32{0, -2, 5, 4.5, 1, 1, 1, 1, 4, 4, 2, 2}, 3, 4), ints(0, 0, 0)}},
		{op: "RoiAlign", attributes: attributes{"output_height": int64(2), "mode": "max", "spatial_scale": 2.0}, data: [][]int{x, {4, 4}}, held: []*tensor.Array{ints(0, 0, 0, 0)}, positive: true},
		{op: "RoiAlign", attributes: attributes{"output_height": int64(2), "sampling_ratio": int64(2), "spatial_scale": 2.0}, data: [][]int{x, {2, 4}}, held: []*tensor.Array{ints(0, 0)}, positive: true},
		{op: "GridSample", version: 16, data: [][]int{{2, 3, 4, 5}, {2, 3, 2, 2}}}, {op: "GridSample", version: 20, attributes: attributes{"mode": "linear", "align_corners": int64(1)}, data: [][]int{{1, 2, 3, 4, 5}, {1, 2, 2, 3, 3}}},
		{op: "GridSample", version: 16, attributes: attributes{"mode": "bicubic", "padding_mode": "border"}, data: [][]int{x, {1, 4, 3, 2}}}, {op: "GridSample", version: 20, attributes: attributes{"mode": "cubic", "padding_mode": "reflection", "align_corners": int64(1)}, data: [][]int{x, {1, 4, 3, 2}}},
		{op: "GridSample", version: 16, attributes: attributes{"mode": "nearest"}, data: [][]int{x}, held: []*tensor.Array{w(1, 4, 4, 2)}},
		{op: "CumSum", attributes: attributes{"exclusive": int64(1)}, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]int64{2})}}, {op: "CumSum", attributes: attributes{"reverse": int64(1)}, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]int64{-1})}},
		{op: "Trilu", attributes: attributes{"upper": int64(0)}, data: [][]int{x}}, {op: "ReverseSequence", attributes: attributes{"time_axis": int64(1), "batch_axis": int64(0)}, data: [][]int{{2, 3, 4}}, held: []*tensor.Array{ints(2, 3)}},
		{op: "Crop", version: 1, attributes: attributes{"border": []int64{1, 0, 2, 1}}, data: [][]int{x}},
		{op: "RMSNormalization", version: 23, attributes: attributes{"axis": int64(2), "epsilon": 0.1}, data: [][]int{x}, held: []*tensor.Array{w(6)}},
		{op: "MeanVarianceNormalization", attributes: attributes{"axes": []int64{1, -1}}, data: [][]int{x}}, {op: "LpNormalization", attributes: attributes{"axis": int64(1)}, data: [][]int{x}},
		{op: "LpNormalization", attributes: attributes{"p": int64(1)}, data: [][]int{x}},
		{op: "ReduceL1", version: 13, attributes: attributes{"axes": []int64{2}}, data: [][]int{x}}, {op: "ReduceL2", attributes: attributes{"keepdims": int64(0)}, data: [][]int{x}, held: []*tensor.Array{ints(1, 2)}},
		{op: "ReduceSumSquare", data: [][]int{x}}, {op: "ReduceLogSum", version: 11, attributes: attributes{"axes": []int64{1}, "keepdims": int64(0)}, data: [][]int{x}, positive: true}, {op: "ReduceLogSumExp", data: [][]int{x}, held: []*tensor.Array{ints(-1)}},
		{op: "LSTM", attributes: attributes{"direction": "bidirectional"}, data: [][]int{{4, 2, 3}}, held: []*tensor.Array{w(2, 20, 3), w(2, 20, 5), w(2, 40), nil, w(2, 2, 5), w(2, 2, 5), w(2, 15)}, outs: 3},
		{op: "LSTM", attributes: attributes{"activations": []string{"Sigmoid", "Softsign", "Tanh"}}, data: [][]int{{3, 1, 2}}, held: []*tensor.Array{w(1, 8, 2), w(1, 8, 2)}, outs: 2},
		{op: "GRU", attributes: attributes{"direction": "reverse", "linear_before_reset": int64(1)}, data: [][]int{{4, 2, 3}}, held: []*tensor.Array{w(1, 15, 3), w(1, 15, 5), w(1, 30)}},
		{op: "GRU", data: [][]int{{3, 2, 3}}, held: []*tensor.Array{w(1, 6, 3), w(1, 6, 2), w(1, 12), nil, w(1, 2, 2)}, outs: 2},
		{op: "RNN", attributes: attributes{"direction": "bidirectional"}, data: [][]int{{3, 2, 3}}, held: []*tensor.Array{w(2, 4, 3), w(2, 4, 4)}},
		{op: "LRN", attributes: attributes{"size": int64(3), "alpha": 0.9, "beta": 0.75, "bias": 1.0}, data: [][]int{x}},
		{op: "Softmax", attributes: attributes{"axis": int64(1)}, data: [][]int{x}}, {op: "Softmax", version: 11, attributes: attributes{"axis": int64(2)}, data: [][]int{x}},
		{op: "LogSoftmax", data: [][]int{x}},
		{op: "Add", data: [][]int{x, {4, 1, 1}}}, {op: "Sum", data: [][]int{x, x, {6}}}, {op: "Mean", data: [][]int{x, {5, 1}}}, {op: "Sub", data: [][]int{{6}, x}},
		{op: "Mul", data: [][]int{x, {1, 4, 1, 1}}}, {op: "Div", data: [][]int{x, {5, 1}}, positive: true}, {op: "Pow", data: [][]int{x}, held: []*tensor.Array{number(2.5)}, positive: true},
		{op: "PRelu", data: [][]int{x}, held: []*tensor.Array{w(4, 1, 1)}}, {op: "Max", data: [][]int{x, {5, 6}}}, {op: "Min", data: [][]int{x, x}},
		{op: "ReduceMax", version: 13, attributes: attributes{"axes": []int64{-1, 1}, "keepdims": int64(0)}, data: [][]int{x}}, {op: "ReduceMin", data: [][]int{x}, held: []*tensor.Array{ints(2)}},
		{op: "ReduceSum", attributes: attributes{"keepdims": int64(0)}, data: [][]int{x}, held: []*tensor.Array{ints(1, 3)}}, {op: "ReduceMean", attributes: attributes{"keepdims": int64(0)}, data: [][]int{x}},
		{op: "Expand", data: [][]int{{4, 1, 6}}, held: []*tensor.Array{ints(2, 4, 3, 6)}}, {op: "Concat", attributes: attributes{"axis": int64(-2)}, data: [][]int{x, {1, 4, 2, 6}}},
		{op: "Transpose", attributes: attributes{"perm": []int64{0, 2, 3, 1}}, data: [][]int{x}}, {op: "Transpose", data: [][]int{x}},
		{op: "Reshape", data: [][]int{x}, held: []*tensor.Array{ints(4, -1)}}, {op: "Flatten", data: [][]int{x}}, {op: "Squeeze", data: [][]int{x}}, {op: "Identity", data: [][]int{x}},
		{op: "Unsqueeze", data: [][]int{x}, held: []*tensor.Array{ints(0)}}, {op: "Dropout", data: [][]int{x}}, {op: "Cast", attributes: attributes{"to": int64(1)}, data: [][]int{x}},
		{op: "Slice", data: [][]int{x}, held: []*tensor.Array{ints(4, 1), ints(0, 6), ints(2, 3), ints(-2, 2)}},
		{op: "Split", attributes: attributes{"axis": int64(1)}, data: [][]int{x}, held: []*tensor.Array{ints(1, 3)}, outs: 2},
		{op: "Pad", attributes: attributes{"mode": "reflect"}, data: [][]int{x}, held: []*tensor.Array{ints(0, 0, 2, 1, 0, 0, 1, 3)}},
		{op: "Pad", data: [][]int{x}, held: []*tensor.Array{ints(0, 1, 2, 1, 0, 0, 1, 3), number(7)}},
		{op: "Gather", attributes: attributes{"axis": int64(2)}, data: [][]int{x}, held: []*tensor.Array{ints(1, 1, 4)}},
		{op: "GatherElements", attributes: attributes{"axis": int64(1)}, data: [][]int{{2, 3}}, held: []*tensor.Array{tensor.ArrayOf([]int64{2, 2, 0, 1}, 2, 2)}},
		{op: "GatherND", data: [][]int{{2, 3}}, held: []*tensor.Array{tensor.ArrayOf([]int64{1, 2, 0, 1}, 2, 2)}},
		{op: "Tile", data: [][]int{{2, 3}}, held: []*tensor.Array{ints(2, 3)}}, {op: "DepthToSpace", attributes: attributes{"blocksize": int64(2)}, data: [][]int{x}},
		{op: "SpaceToDepth", attributes: attributes{"blocksize": int64(2)}, data: [][]int{{1, 2, 4, 6}}},
		{op: "Resize", attributes: attributes{"mode": "linear"}, data: [][]int{x}, held: []*tensor.Array{nil, tensor.ArrayOf([]float32{1, 1, 2, 1.5}, 4)}},
		{op: "Resize", attributes: attributes{"mode": "cubic", "coordinate_transformation_mode": "align_corners"}, data: [][]int{x}, held: []*tensor.Array{nil, nil, ints(1, 4, 11, 7)}},
		{op: "Resize", data: [][]int{x}, held: []*tensor.Array{nil, nil, ints(1, 4, 3, 12)}}, {op: "Upsample", version: 9, data: [][]int{x}, held: []*tensor.Array{tensor.ArrayOf([]float32{1, 1, 2, 3}, 4)}},
		{op: "Gelu", attributes: attributes{"approximate": "tanh"}, data: [][]int{x}}, {op: "Elu", attributes: attributes{"alpha": 0.3}, data: [][]int{x}}, {op: "Celu", attributes: attributes{"alpha": 0.7}, data: [][]int{x}},
		{op: "Clip", data: [][]int{x}, held: []*tensor.Array{number(-0.5), number(0.25)}}, {op: "ThresholdedRelu", attributes: attributes{"alpha": 0.25}, data: [][]int{x}},
	}
	for _, e := range []struct {
		equation string
		data     [][]int
	}{
		{"ij,jk->ik", [][]int{{2, 3}, {3, 4}}}, {"bij , bkj", [][]int{{2, 3, 4}, {2, 5, 4}}}, {"...ij,...jk->...ki", [][]int{{2, 1, 3, 4}, {5, 4, 2}}}, {"iij->j", [][]int{{3, 3, 2}}},
		{"...ii->...i", [][]int{{2, 3, 3}}}, {"ij->", [][]int{{2, 3}}}, {"i,ij,j->i", [][]int{{3}, {3, 4}, {4}}}, {"a...,b...->...ab", [][]int{{2, 3, 1}, {4, 5}}}, {"ij,ik->j", [][]int{{3, 2}, {1, 4}}},
	} {
		all = append(all, operator{op: "Einsum", attributes: attributes{"equation": e.equation}, data: e.data})
	}
	for op := range derivatives() {
		positive := op == "Log" || op == "Sqrt" || op == "Reciprocal"
		all = append(all, operator{op: op, data: [][]int{x}, positive: positive})
	}
	return all
}

// Every operator that has a gradient is held against differences, with respect to each of its data; and none is missing here.
func TestGradientOfOperators(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	seen := map[string]bool{"Where": true} // below, and quantized ones in a test of their own
	for _, op := range []string{"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger"} {
		seen[op] = true
	}
	for _, o := range operators(r) {
		seen[o.op] = true
		for k := range o.data {
			p, in := o.program(t)
			against(t, fmt.Sprint(o.op, o.attributes, k), p, p.Outputs[0].Value, in[k], r, map[string]*tensor.Array{})
		}
	}
	for op := range rules.Get() {
		if !seen[op] {
			t.Errorf("%s is held against nothing", op)
		}
	}
}

// program is the operator alone, behind 1.5 plus the data where they are to be positive.
func (o operator) program(t *testing.T) (*network.Program, []int) {
	t.Helper()
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	var in, fed []int
	for i, shape := range o.data {
		v := b.value(string(rune('a'+i)), shape)
		p.Inputs = append(p.Inputs, network.Port{Name: string(rune('a' + i)), Value: v, Elem: tensor.Float32})
		in = append(in, v)
		if o.positive {
			v = b.plus(v, b.number(1.5))
		}
		fed = append(fed, v)
	}
	for _, a := range o.held {
		v := network.None
		if a != nil {
			v = b.constant(a)
		}
		fed = append(fed, v)
	}
	out := b.ops("", o.op, o.attributes, fed, make([][]int, max(1, o.outs))...)
	if o.version > 0 {
		p.Code[len(p.Code)-1].Version = o.version
	}
	for i, v := range out {
		p.Outputs = append(p.Outputs, network.Port{Name: "out" + string(rune('0'+i)), Value: v})
	}
	p.Outputs[0], p.Outputs[len(out)-1] = p.Outputs[len(out)-1], p.Outputs[0]
	net, err := infer.Prepare(context.Background(), &network.Graph{Program: p}, infer.Options{Threads: 1})
	if err != nil {
		t.Fatalf("%s: %v", o.op, err)
	}
	feeds, err := net.Seeded(nil, 1)
	if err == nil {
		err = net.Run(context.Background(), feeds)
	}
	if err != nil {
		t.Fatalf("%s: %v", o.op, err)
	}
	for _, port := range p.Outputs {
		p.Values[port.Value].Shape = append([]int{}, net.Result(port).Shape...)
	}
	return p, in
}

// A choice by a condition passes the gradient of what was chosen, an operator without a rule is named, and what does not depend on the
// input has none.
func TestChoicesAndRefusals(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	x, y := b.value("x", []int{2, 3}), b.value("y", []int{3})
	p.Inputs = []network.Port{{Name: "x", Value: x, Elem: tensor.Float32}, {Name: "y", Value: y, Elem: tensor.Float32}}
	out := b.where(b.op("Greater", nil, []int{2, 3}, x, b.number(0)), b.mul(x, x), y, x)
	p.Outputs = []network.Port{{Name: "out", Value: out}}
	for _, in := range []int{x, y} {
		against(t, "Where", p, out, in, r, map[string]*tensor.Array{})
	}
	sorted := b.op("Hardmax", nil, []int{2, 3}, out)
	for target, want := range map[int]string{
		sorted:                                  `the gradient of Hardmax, layer "test/back/Hardmax`,
		b.op("Sign", nil, []int{2, 3}, x):       "does not depend on the input",
		b.op("Add", nil, nil, out, b.number(1)): "shapes are not known",
	} {
		if _, err := Of(p, target, x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Of an If, in another too, the branch that is taken is gone through, of a Loop every iteration; shapes that depend on data are those of the
// run.
func TestGradientAsItRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	shape := []int{3, 4}
	x := b.value("x", shape)
	p.Inputs = []network.Port{{Name: "x", Value: x, Elem: tensor.Float32}}
	body := func(write func() int) *network.Body {
		first := len(p.Code)
		out := write()
		code := slices.Clone(p.Code[first:])
		p.Code = p.Code[:first]
		return &network.Body{Outputs: []int{out}, Code: code}
	}
	branch := func(condition bool, then, other func() int) int {
		c := b.op("Greater", nil, nil, b.op("ReduceMax", attributes{"keepdims": int64(0)}, []int{}, x), b.number(map[bool]float64{true: -2, false: 2}[condition]))
		bodies := map[string]*network.Body{"then_branch": body(then), "else_branch": body(other)}
		out := b.op("If", nil, nil, c)
		p.Code[len(p.Code)-1].Bodies = bodies
		return out
	}
	wrong := func() int { return b.apply("Hardmax", nil, x) }
	square := func() int { return branch(false, wrong, func() int { return b.mul(x, x) }) }
	// Twice: what is carried times x, plus an If of its own; yielded and carried on while the number is below 1.
	trip, going, state, more, product, half, chosen := b.value("trip", nil), b.value("going", nil), b.value("state", shape), b.value("more", nil), b.value("product", shape), b.value("half", shape), b.value("chosen", nil)
	limit, weight := b.constant(tensor.ArrayOf([]int64{1})), b.number(0.5)
	loop := b.ops("", "Loop", nil, []int{b.constant(tensor.ArrayOf([]int64{9})), network.None, x}, shape, nil)
	p.Code[len(p.Code)-1].Bodies = map[string]*network.Body{"body": {
		Inputs: []int{trip, going, state}, Outputs: []int{more, chosen, product},
		Code: []network.Instruction{
			{Name: "more", Op: "Less", Version: set, Attributes: attributes{}, In: []int{trip, limit}, Out: []int{more}, Node: network.None},
			{Name: "product", Op: "Mul", Version: set, Attributes: attributes{}, In: []int{state, x}, Out: []int{product}, Node: network.None},
			{Name: "if", Op: "If", Version: set, Attributes: attributes{}, In: []int{more}, Out: []int{chosen}, Node: network.None, Bodies: map[string]*network.Body{
				"then_branch": {Outputs: []int{half}, Code: []network.Instruction{{Name: "half", Op: "Mul", Version: set, Attributes: attributes{}, In: []int{product, weight}, Out: []int{half}, Node: network.None}}},
				"else_branch": {Outputs: []int{product}},
			}},
		},
	}}
	rows := b.op("NonZero", nil, nil, b.constant(tensor.ArrayOf([]float32{1, 0, 1}, 3)))
	out := b.op("Gather", nil, nil, branch(true, square, wrong), rows)
	for _, target := range []int{out, b.op("Mul", nil, nil, out, b.op("Squeeze", nil, nil, out)), loop[0], loop[1], b.op("Gather", attributes{"axis": int64(1)}, nil, b.op("Add", nil, nil, loop[0], loop[1]), rows)} {
		against(t, fmt.Sprintf("value %d", target), p, target, x, r, map[string]*tensor.Array{})
	}
}

// Regions far larger than any image have no more samples than a bin may.
func TestSamplesAreBounded(t *testing.T) {
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	regions := b.constant(tensor.ArrayOf([]float32{0, 0, float32(math.Inf(1)), 1e30, 0, 0, float32(math.NaN()), 5}, 2, 4))
	in := network.Instruction{Op: "RoiAlign", Attributes: attributes{"output_height": int64(2)}, In: []int{0, regions, 0}}
	if err := countSamples(p, &in, nil); err != nil || !slices.Equal(in.Attributes[samplesAttribute].([]int64), []int64{mostSamples, mostSamples}) {
		t.Errorf("%v, %v", in.Attributes, err)
	}
}

// Fewer activations than a recurrent layer has are refused.
func TestActivationsAreCounted(t *testing.T) {
	p := &network.Program{}
	b := &backward{p: p, at: &network.Instruction{Name: "test"}}
	in := network.Instruction{Op: "LSTM", Attributes: attributes{"activations": []string{"Tanh"}}, In: []int{b.value("x", []int{3, 1, 2}), b.value("w", []int{1, 8, 2}), b.value("r", []int{1, 8, 2})}}
	if _, err := unrolled(b, &in); err == nil || err.Error() != "with activations" {
		t.Errorf("%v", err)
	}
}
