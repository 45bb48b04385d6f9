package onnx

import (
	"math"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
)

// operatorCase is a model of a few nodes from x to y.
type operatorCase struct {
	name   string
	x      []any // of the input; 1x3x10x12 if nil
	parts  []any
	output []int
	params int64
	macs   int64
	flops  int    // -1 is not looked at
	label  string // of the node that makes y
}

func (c operatorCase) model() msg {
	x := c.x
	if x == nil {
		x = []any{1, 3, 10, 12}
	}
	return modelOf(graphOf([]msg{valueMsg("x", x...)}, []string{"y"}, c.parts...))
}

func of(parts ...any) []any { return parts }

// plain is a model of one node that counts nothing.
func plain(name string, output []int, parts ...any) operatorCase {
	return operatorCase{name: name, parts: parts, output: output}
}

var operatorCases = slices.Concat(windowCases, matrixCases, elementCases, shapeCases, quantizedCases, recurrentCases)

// Convolutions: 3 x 10 x 12 with 8 filters of 3x3 unless said. MACs are out * 27.
var windowCases = []operatorCase{
	{name: "conv", parts: of(weights("w", 8, 3, 3, 3), weights("b", 8), nodeMsg("Conv", "x w b", "y")), output: []int{1, 8, 8, 10}, params: 224, macs: 8 * 80 * 27, flops: 2*8*80*27 + 640, label: "standard"},
	{name: "conv, NOTSET", parts: of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("auto_pad", "NOTSET"), attr("pads", []int{1, 0, 2, 3}), attr("strides", []int{2, 3}))), output: []int{1, 8, 6, 5}, params: 216, macs: 8 * 30 * 27, flops: -1, label: "standard"},
	{name: "conv, SAME_UPPER", parts: of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("auto_pad", "SAME_UPPER"), attr("strides", []int{3, 5}))), output: []int{1, 8, 4, 3}, params: 216, macs: 8 * 12 * 27, flops: -1, label: "standard"},
	{name: "conv, SAME_LOWER", parts: of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("auto_pad", "SAME_LOWER"))), output: []int{1, 8, 10, 12}, params: 216, macs: 8 * 120 * 27, flops: -1, label: "standard"},
	{name: "conv, VALID", parts: of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("auto_pad", "VALID"), attr("pads", []int{9, 9, 9, 9}))), output: []int{1, 8, 8, 10}, params: 216, macs: 8 * 80 * 27, flops: -1, label: "standard"},
	{name: "pointwise", parts: of(weights("w", 8, 3, 1, 1), nodeMsg("Conv", "x w", "y")), output: []int{1, 8, 10, 12}, params: 24, macs: 8 * 120 * 3, flops: -1, label: "pointwise"},
	{name: "depthwise, dilated", parts: of(weights("w", 6, 1, 3, 3), nodeMsg("Conv", "x w", "y", attr("group", 3), attr("dilations", []int{2, 2}))), output: []int{1, 6, 6, 8}, params: 54, macs: 6 * 48 * 9, flops: -1, label: "depthwise"},
	{name: "grouped", x: []any{1, 4, 5, 5}, parts: of(weights("w", 6, 2, 3, 3), nodeMsg("Conv", "x w", "y", attr("group", 2))), output: []int{1, 6, 3, 3}, params: 108, macs: 6 * 9 * 18, flops: -1, label: "grouped"},
	{name: "dilated", parts: of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("dilations", []int{1, 3}))), output: []int{1, 8, 8, 6}, params: 216, macs: 8 * 48 * 27, flops: -1, label: "dilated"},
	{name: "conv 1-D", x: []any{2, 3, 10}, parts: of(weights("w", 4, 3, 5), nodeMsg("Conv", "x w", "y", attr("strides", []int{2}))), output: []int{2, 4, 3}, params: 60, macs: 2 * 4 * 3 * 15, flops: -1, label: "standard"},
	{name: "conv 3-D", x: []any{1, 2, 4, 5, 6}, parts: of(weights("w", 4, 2, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("kernel_shape", []int{3, 3, 3}))), output: []int{1, 4, 2, 3, 4}, params: 216, macs: 4 * 24 * 54, flops: -1, label: "standard"},
	{name: "conv of no pictures", parts: of(ints("e", 0), nodeMsg("Slice", "x e e", "n"), weights("w", 8, 3, 3, 3), nodeMsg("Conv", "n w", "y", attr("strides", []int{2, 3}))), output: []int{0, 8, 4, 4}, params: 216, label: "conv"},
	{name: "max pool of no pictures", parts: of(ints("e", 0), nodeMsg("Slice", "x e e", "n"), nodeMsg("MaxPool", "n", "y", attr("kernel_shape", []int{2, 2}))), output: []int{0, 3, 9, 11}, label: "max-pool"},
	{name: "weights of run time", x: []any{4, 3, 3, 3}, parts: of(nodeMsg("Conv", "x x", "y")), output: []int{4, 4, 1, 1}, macs: 4 * 4 * 27, flops: -1, label: "standard"},

	{name: "transposed", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), weights("b", 2), nodeMsg("ConvTranspose", "x w b", "y", attr("strides", []int{2, 2}))), output: []int{1, 2, 9, 11}, params: 56, macs: 60 * 18, flops: 2*60*18 + 198, label: "transposed"},
	{name: "transposed, output_padding", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("strides", []int{2, 2}), attr("pads", []int{1, 1, 1, 1}), attr("output_padding", []int{1, 0}))), output: []int{1, 2, 8, 9}, params: 54, macs: 60 * 18, flops: -1, label: "transposed"},
	{name: "transposed, output_shape", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("strides", []int{2, 2}), attr("output_shape", []int{8, 12}))), output: []int{1, 2, 8, 12}, params: 54, macs: 60 * 18, flops: -1, label: "transposed"},
	{name: "transposed, output_shape with batch", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("strides", []int{2, 2}), attr("auto_pad", "SAME_LOWER"), attr("output_shape", []int{1, 2, 8, 10}))), output: []int{1, 2, 8, 10}, params: 54, macs: 60 * 18, flops: -1, label: "transposed"},
	{name: "transposed, SAME_UPPER", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("strides", []int{2, 3}), attr("auto_pad", "SAME_UPPER"))), output: []int{1, 2, 8, 15}, params: 54, macs: 60 * 18, flops: -1, label: "transposed"},
	{name: "transposed, VALID", x: []any{1, 3, 4, 5}, parts: of(weights("w", 3, 2, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("auto_pad", "VALID"))), output: []int{1, 2, 6, 7}, params: 54, macs: 60 * 18, flops: -1, label: "transposed"},
	{name: "transposed, grouped and dilated", x: []any{1, 4, 4, 5}, parts: of(weights("w", 4, 3, 3, 3), nodeMsg("ConvTranspose", "x w", "y", attr("group", 2), attr("dilations", []int{2, 2}))), output: []int{1, 6, 8, 9}, params: 108, macs: 80 * 27, flops: -1, label: "transposed"},

	{name: "deformable", x: []any{1, 4, 5, 5}, parts: of(weights("w", 2, 4, 3, 3), weights("wo", 18, 4, 3, 3), nodeMsg("Conv", "x wo", "o"), nodeMsg("DeformConv", "x w o", "y")), output: []int{1, 2, 3, 3}, params: 72 + 648, macs: 9*18*36 + 9*2*36, flops: -1, label: "deformable"},
	{name: "deformable, modulated, bias", x: []any{1, 4, 5, 5}, parts: of(weights("w", 2, 2, 3, 3), weights("b", 2), weights("wo", 36, 4, 3, 3), weights("wm", 18, 4, 3, 3), nodeMsg("Conv", "x wo", "o"), nodeMsg("Conv", "x wm", "m"), nodeMsg("DeformConv", "x w o b m", "y", attr("offset_group", 2), attr("group", 2))), output: []int{1, 2, 3, 3}, params: 36 + 2 + 1296 + 648, macs: 9*54*36 + 9*2*18, flops: -1, label: "deformable"},

	{name: "max pool, ceil", parts: of(nodeMsg("MaxPool", "x", "y", attr("kernel_shape", []int{3, 3}), attr("strides", []int{2, 2}), attr("ceil_mode", 1))), output: []int{1, 3, 5, 6}, flops: 90 * 8, label: "max-pool"},
	{name: "max pool, indices", parts: of(nodeMsg("MaxPool", "x", "y i", attr("kernel_shape", []int{2, 2}), attr("strides", []int{2, 2}))), output: []int{1, 3, 5, 6}, flops: 90 * 3, label: "max-pool"},
	{name: "max pool, dilated", parts: of(nodeMsg("MaxPool", "x", "y", attr("kernel_shape", []int{3, 3}), attr("dilations", []int{2, 2}))), output: []int{1, 3, 6, 8}, flops: 144 * 8, label: "max-pool"},
	{name: "average pool, SAME_UPPER", parts: of(nodeMsg("AveragePool", "x", "y", attr("kernel_shape", []int{3, 3}), attr("strides", []int{2, 2}), attr("auto_pad", "SAME_UPPER"))), output: []int{1, 3, 5, 6}, flops: 90 * 9, label: "average-pool"},
	{name: "Lp pool", parts: of(nodeMsg("LpPool", "x", "y", attr("kernel_shape", []int{2, 2}))), output: []int{1, 3, 9, 11}, flops: 297 * 4, label: "average-pool"},
	{name: "global max pool", parts: of(nodeMsg("GlobalMaxPool", "x", "y")), output: []int{1, 3, 1, 1}, flops: 3 * 119, label: "global-max-pool"},
	{name: "global Lp pool", parts: of(nodeMsg("GlobalLpPool", "x", "y")), output: []int{1, 3, 1, 1}, flops: 360, label: "global-average-pool"},
	{name: "ReduceMean as global pool", parts: of(nodeMsg("ReduceMean", "x", "y", attr("axes", []int{-1, -2}))), output: []int{1, 3, 1, 1}, flops: 360, label: "global-average-pool"},
	{name: "ReduceMean 18, no keepdims", parts: of(ints("a", 2, 3), nodeMsg("ReduceMean", "x a", "y", attr("keepdims", 0))), output: []int{1, 3}, flops: 360, label: "global-average-pool"},
	{name: "RoiAlign", parts: of(weights("r", 5, 4), ints("i", 0, 0, 0, 0, 0), nodeMsg("RoiAlign", "x r i", "y", attr("output_height", 7), attr("output_width", 6), attr("sampling_ratio", 2))), output: []int{5, 3, 7, 6}, flops: -1, label: "roi-pool"},
	{name: "Resize 10", parts: of(floats("s", 1, 1, 2, 1.5), nodeMsg("Resize", "x s", "y", attr("mode", "linear"))), output: []int{1, 3, 20, 18}, flops: 3 * 360 * 7, label: "resize"},
	{name: "Resize 13, sizes", parts: of(ints("s", 1, 3, 7, 9), nodeMsg("Resize", "x - - s", "y", attr("mode", "nearest"))), output: []int{1, 3, 7, 9}, label: "resize"},
	{name: "Resize 18, axes and aspect", parts: of(ints("s", 40, 24), nodeMsg("Resize", "x - - s", "y", attr("axes", []int{2, 3}), attr("keep_aspect_ratio_policy", "not_larger"))), output: []int{1, 3, 20, 24}, label: "resize"},
	{name: "Upsample 7", parts: of(nodeMsg("Upsample", "x", "y", attr("scales", []float64{1, 1, 3, 2}))), output: []int{1, 3, 30, 24}, label: "resize"},
	{name: "Upsample 9", parts: of(floats("s", 1, 1, 3, 2), nodeMsg("Upsample", "x s", "y")), output: []int{1, 3, 30, 24}, label: "resize"},
}

var matrixCases = []operatorCase{
	{name: "Gemm", x: []any{2, 7}, parts: of(weights("w", 7, 5), weights("b", 5), nodeMsg("Gemm", "x w b", "y")), output: []int{2, 5}, params: 40, macs: 70, flops: 150, label: "linear"},
	{name: "Gemm, transposed", x: []any{7, 2}, parts: of(weights("w", 5, 7), nodeMsg("Gemm", "x w", "y", attr("transA", 1), attr("transB", 1))), output: []int{2, 5}, params: 35, macs: 70, flops: 140, label: "linear"},
	{name: "Gemm, scalar bias", x: []any{2, 7}, parts: of(weights("w", 7, 5), weights("b", 1), nodeMsg("Gemm", "x w b", "y")), output: []int{2, 5}, params: 36, macs: 70, flops: 150, label: "linear"},
	{name: "MatMul", x: []any{2, 7}, parts: of(weights("w", 7, 5), nodeMsg("MatMul", "x w", "y")), output: []int{2, 5}, params: 35, macs: 70, flops: 140, label: "linear"},
	{name: "MatMul of a sequence", x: []any{2, 9, 7}, parts: of(weights("w", 7, 5), nodeMsg("MatMul", "x w", "y")), output: []int{2, 9, 5}, params: 35, macs: 630, flops: 1260, label: "linear"},
	{name: "MatMul, weights transposed and cast", x: []any{2, 7}, parts: of(typed("h", elemFloat16, 5, 7), nodeMsg("Cast", "h", "f", attr("to", 1)), nodeMsg("Transpose", "f", "w"), nodeMsg("MatMul", "x w", "y")), output: []int{2, 5}, params: 35, macs: 70, flops: -1, label: "linear"},
	{name: "MatMul of activations", x: []any{2, 4, 9, 7}, parts: of(nodeMsg("Transpose", "x", "t", attr("perm", []int{0, 1, 3, 2})), nodeMsg("MatMul", "x t", "y")), output: []int{2, 4, 9, 9}, macs: 8 * 81 * 7, flops: 2 * 8 * 81 * 7, label: "mat-mul"},
	{name: "MatMul by a vector", x: []any{2, 9, 7}, parts: of(weights("w", 7), nodeMsg("MatMul", "x w", "y")), output: []int{2, 9}, params: 7, macs: 126, flops: -1, label: "linear"},
	{name: "Einsum", x: []any{2, 4, 9, 7}, parts: of(weights("w", 7, 5), nodeMsg("Einsum", "x w", "y", attr("equation", "bhtc, cd -> bthd"))), output: []int{2, 9, 4, 5}, params: 35, macs: 2 * 4 * 9 * 7 * 5, flops: -1, label: "einsum"},
	{name: "BatchNormalization", parts: of(weights("s", 3), weights("b", 3), weights("m", 3), weights("v", 3), nodeMsg("BatchNormalization", "x s b m v", "y")), output: []int{1, 3, 10, 12}, params: 6, flops: 720, label: "batch-norm"},
	{name: "InstanceNormalization", parts: of(weights("s", 3), weights("b", 3), nodeMsg("InstanceNormalization", "x s b", "y")), output: []int{1, 3, 10, 12}, params: 6, flops: 7 * 360, label: "instance-norm"},
	{name: "LayerNormalization", x: []any{2, 5, 8}, parts: of(weights("s", 8), nodeMsg("LayerNormalization", "x s", "y")), output: []int{2, 5, 8}, params: 8, flops: 7 * 80, label: "layer-norm"},
	{name: "LayerNormalization of a vector", x: []any{8}, parts: of(weights("s", 8), nodeMsg("LayerNormalization", "x s", "y")), output: []int{8}, params: 8, flops: 7 * 8},
	{name: "LayerNormalization's means", x: []any{2, 5, 8}, parts: of(weights("s", 8), nodeMsg("LayerNormalization", "x s", "z m", attr("axis", -2)), nodeMsg("Shape", "m", "t"), nodeMsg("Expand", "m t", "y")), output: []int{2, 1, 1}, params: 8, flops: -1},
	{name: "GroupNormalization", parts: of(weights("s", 3), weights("b", 3), nodeMsg("GroupNormalization", "x s b", "y", attr("num_groups", 3))), output: []int{1, 3, 10, 12}, params: 6, flops: 7 * 360, label: "group-norm"},
	{name: "LRN", parts: of(nodeMsg("LRN", "x", "y", attr("size", 5))), output: []int{1, 3, 10, 12}, flops: 13 * 360, label: "lrn-norm"},
}

var elementCases = []operatorCase{
	{name: "Add", parts: of(nodeMsg("Relu", "x", "r"), nodeMsg("Add", "x r", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "add"},
	{name: "Add a bias", parts: of(weights("b", 3, 1, 1), nodeMsg("Add", "x b", "y")), output: []int{1, 3, 10, 12}, params: 3, flops: 360, label: "add"},
	{name: "Add 6, along an axis", parts: of(weights("b", 3), nodeMsg("Add", "x b", "y", attr("axis", 1), attr("broadcast", 1))), output: []int{1, 3, 10, 12}, params: 3, flops: 360, label: "add"},
	{name: "Sum of three", parts: of(nodeMsg("Relu", "x", "r"), nodeMsg("Sum", "x r x", "y")), output: []int{1, 3, 10, 12}, flops: 360 + 720, label: "add"},
	{name: "SE's Mul", parts: of(nodeMsg("GlobalAveragePool", "x", "g"), nodeMsg("Mul", "g x", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "scale"},
	{name: "Mul of equals", parts: of(nodeMsg("Sigmoid", "x", "s"), nodeMsg("Mul", "x s", "y")), output: []int{1, 3, 10, 12}, flops: 5 * 360, label: "mul"},
	{name: "Div by a number", parts: of(floats("s", 6), nodeMsg("Div", "x s", "y")), output: []int{1, 3, 10, 12}, flops: 360, label: "div"},
	{name: "Mul that broadcasts both", x: []any{4, 1}, parts: of(nodeMsg("Transpose", "x", "t"), nodeMsg("Mul", "x t", "y")), output: []int{4, 4}, flops: 16, label: "mul"},
	{name: "Concat", parts: of(nodeMsg("Relu", "x", "r"), nodeMsg("Concat", "x r", "y", attr("axis", 1))), output: []int{1, 6, 10, 12}, flops: 360, label: "concat"},
	{name: "Concat of rows", parts: of(nodeMsg("Concat", "x x", "y", attr("axis", -2))), output: []int{1, 3, 20, 12}, label: "concat"},
	{name: "Clip 6 is ReLU6", parts: of(nodeMsg("Clip", "x", "y", attr("min", 0.0), attr("max", 6.0))), output: []int{1, 3, 10, 12}, flops: 720, label: "relu6"},
	{name: "Clip 11 is ReLU6", parts: of(floats("l", 0), floats("h", 6), nodeMsg("Clip", "x l h", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "relu6"},
	{name: "Clip", parts: of(floats("l", -1), nodeMsg("Clip", "x l", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "clip"},
	{name: "PRelu", parts: of(weights("s", 3, 1, 1), nodeMsg("PRelu", "x s", "y")), output: []int{1, 3, 10, 12}, params: 3, flops: 720, label: "prelu"},
	{name: "HardSwish", parts: of(nodeMsg("HardSwish", "x", "y")), output: []int{1, 3, 10, 12}, flops: 1800, label: "hard-swish"},
	{name: "Mish", parts: of(nodeMsg("Mish", "x", "y")), output: []int{1, 3, 10, 12}, flops: 9 * 360, label: "mish"},
	{name: "Erf", parts: of(nodeMsg("Erf", "x", "y")), output: []int{1, 3, 10, 12}, flops: 360, label: "erf"},
	{name: "CumSum", parts: of(scalar("a", 1), nodeMsg("CumSum", "x a", "y")), output: []int{1, 3, 10, 12}, flops: 360, label: "cum-sum"},
	{name: "RMSNormalization", x: []any{2, 5, 8}, parts: of(weights("s", 8), nodeMsg("RMSNormalization", "x s", "y")), output: []int{2, 5, 8}, params: 8, flops: 4 * 80},
	{name: "Add of positions", parts: of(ints("p", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), nodeMsg("ArgMax", "x", "i", attr("axis", 1)), nodeMsg("Add", "i p", "y")), output: []int{1, 1, 10, 12}, flops: 480, label: "add"},
	{name: "Softmax", parts: of(nodeMsg("Softmax", "x", "y", attr("axis", 1))), output: []int{1, 3, 10, 12}, flops: 1800, label: "softmax"},
	{name: "Where", parts: of(nodeMsg("Greater", "x x", "c"), nodeMsg("Where", "c x x", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "where"},
	{name: "ArgMax", parts: of(nodeMsg("ArgMax", "x", "y", attr("axis", 1), attr("keepdims", 0))), output: []int{1, 10, 12}, flops: 360, label: "arg-max"},
	{name: "shared weights", parts: of(weights("w", 3, 3, 1, 1), nodeMsg("Conv", "x w", "a"), nodeMsg("Conv", "a w", "y")), output: []int{1, 3, 10, 12}, params: 9, macs: 2 * 1080, flops: -1, label: "pointwise"},
	{name: "shared in part", parts: of(weights("w", 3, 3, 1, 1), weights("b", 3), nodeMsg("Conv", "x w", "a"), nodeMsg("Conv", "a w b", "y")), output: []int{1, 3, 10, 12}, params: 12, macs: 2 * 1080, flops: -1, label: "pointwise"},
	{name: "shared through a view", x: []any{2, 4}, parts: of(weights("w", 4, 4), nodeMsg("MatMul", "x w", "a"), nodeMsg("Transpose", "w", "t"), nodeMsg("MatMul", "a t", "y")), output: []int{2, 4}, params: 16, macs: 64, flops: -1, label: "linear"},
}

// The shape of y comes out of constants.
var shapeCases = []operatorCase{
	plain("Reshape, 0 and -1", []int{1, 36, 10}, ints("s", 0, -1, 10), nodeMsg("Reshape", "x s", "y")),
	plain("Reshape 1", []int{1, 360}, nodeMsg("Reshape", "x", "y", attr("shape", []int{1, -1}))),
	plain("Reshape, allowzero", []int{0, 7}, ints("e", 0), ints("c", 1), nodeMsg("Slice", "x e e c", "n"), ints("s", 0, 7), nodeMsg("Reshape", "n s", "y", attr("allowzero", 1))),
	plain("Reshape of nothing, 0 keeps", []int{1, 0, 5}, ints("e", 0), ints("c", 1), nodeMsg("Slice", "x e e c", "n"), ints("s", 0, 0, 5), nodeMsg("Reshape", "n s", "y")),
	plain("Reshape to what Shape and Gather say", []int{1, 360}, nodeMsg("Shape", "x", "s"), scalar("i", 0), nodeMsg("Gather", "s i", "n"), nodeMsg("Unsqueeze", "n", "u", attr("axes", []int{0})), ints("m", -1), nodeMsg("Concat", "u m", "t", attr("axis", 0)), nodeMsg("Reshape", "x t", "y")),
	plain("Reshape to a Mul of a Slice of Shape", []int{6, 5, 12}, nodeMsg("Shape", "x", "s"), ints("f", 1), ints("t", 3), nodeMsg("Slice", "s f t", "hw"), ints("two", 2, 2), nodeMsg("Mul", "hw two", "d"), ints("r", 6, 5, 12), nodeMsg("Reshape", "x r", "y")),
	plain("Shape 15", []int{3, 10, 12}, nodeMsg("Shape", "x", "s", attr("start", 1), attr("end", 4)), nodeMsg("Reshape", "x s", "y")),
	plain("Flatten", []int{1, 360}, nodeMsg("Flatten", "x", "y")),
	plain("Flatten at -1", []int{30, 12}, nodeMsg("Flatten", "x", "y", attr("axis", -1))),
	plain("Flatten at 0", []int{1, 360}, nodeMsg("Flatten", "x", "y", attr("axis", 0))),
	plain("Transpose", []int{1, 10, 12, 3}, nodeMsg("Transpose", "x", "y", attr("perm", []int{0, 2, 3, 1}))),
	plain("Transpose back to front", []int{12, 10, 3, 1}, nodeMsg("Transpose", "x", "y")),
	plain("Squeeze 1", []int{3, 10, 12}, nodeMsg("Squeeze", "x", "y")),
	plain("Squeeze 13", []int{3, 10, 12}, ints("a", 0), nodeMsg("Squeeze", "x a", "y")),
	plain("Unsqueeze 1", []int{1, 1, 3, 10, 12, 1}, nodeMsg("Unsqueeze", "x", "y", attr("axes", []int{0, 5}))),
	plain("Unsqueeze 13", []int{1, 3, 10, 12, 1}, ints("a", -1), nodeMsg("Unsqueeze", "x a", "y")),
	plain("Slice 1", []int{1, 2, 10, 12}, nodeMsg("Slice", "x", "y", attr("axes", []int{1}), attr("starts", []int{1}), attr("ends", []int{math.MaxInt}))),
	plain("Slice 10, by steps and backwards", []int{1, 3, 5, 4}, ints("s", 0, -1), ints("e", 1<<62, -13), ints("a", 2, 3), ints("t", 2, -3), nodeMsg("Slice", "x s e a t", "y")),
	plain("Slice to nothing", []int{1, 0, 10, 12}, ints("s", 2), ints("e", 1), ints("a", 1), nodeMsg("Slice", "x s e a", "y")),
	plain("Split 2", []int{1, 2, 10, 12}, nodeMsg("Split", "x", "a y", attr("axis", 1), attr("split", []int{1, 2}))),
	plain("Split 13", []int{1, 3, 4, 12}, ints("s", 6, 4), nodeMsg("Split", "x s", "a y", attr("axis", 2))),
	plain("Split 18, uneven", []int{1, 3, 2, 12}, nodeMsg("Split", "x", "a b y", attr("axis", 2), attr("num_outputs", 3))),
	plain("Gather of rows", []int{1, 3, 2, 12}, ints("i", 0, -1), nodeMsg("Gather", "x i", "y", attr("axis", 2))),
	plain("Gather one row", []int{1, 3, 12}, scalar("i", 3), nodeMsg("Gather", "x i", "y", attr("axis", 2))),
	plain("Expand", []int{2, 1, 3, 10, 12}, ints("s", 2, 1, 1, 1, 1), nodeMsg("Expand", "x s", "y")),
	plain("Tile", []int{1, 6, 10, 36}, ints("s", 1, 2, 1, 3), nodeMsg("Tile", "x s", "y")),
	plain("Pad 2", []int{1, 3, 11, 17}, nodeMsg("Pad", "x", "y", attr("pads", []int{0, 0, 1, 2, 0, 0, 0, 3}))),
	plain("Pad 11, crops", []int{1, 3, 9, 12}, ints("p", 0, 0, -1, 0, 0, 0, 0, 0), nodeMsg("Pad", "x p", "y")),
	plain("Pad 18, axes", []int{1, 3, 13, 12}, ints("p", 1, 2), ints("a", 2), nodeMsg("Pad", "x p - a", "y")),
	plain("ConstantOfShape of ones, expanded to", []int{1, 3, 10, 12}, ints("s", 4), nodeMsg("ConstantOfShape", "s", "o", attr("value", ints("", 1))), nodeMsg("Expand", "x o", "y")),
	plain("Range and ReduceProd", []int{360}, nodeMsg("Shape", "x", "s"), nodeMsg("ReduceProd", "s", "p", attr("keepdims", 1)), nodeMsg("Reshape", "x p", "y")),
	plain("Range", []int{1, 3, 10, 4}, scalar("a", 0), scalar("b", 12), scalar("d", 3), nodeMsg("Range", "a b d", "i"), nodeMsg("Gather", "x i", "y", attr("axis", 3))),
	plain("Where on constants", []int{1, 3, 10, 12}, ints("s", -1, 3, 10, 12), ints("m", -1), nodeMsg("Equal", "s m", "c"), ints("o", 1), nodeMsg("Where", "c o s", "t"), nodeMsg("Expand", "x t", "y")),
	plain("Floor, Ceil, Cast, Div on constants", []int{1, 3, 4, 5}, nodeMsg("Shape", "x", "s"), nodeMsg("Cast", "s", "f", attr("to", 1)), floats("h", 1, 1, 2.4, 2.4), nodeMsg("Div", "f h", "d"), nodeMsg("Floor", "d", "e"), nodeMsg("Cast", "e", "i", attr("to", 7)), nodeMsg("Resize", "x - - i", "y")),
	plain("If with a constant condition", []int{1, 360}, ints("c", 1), nodeMsg("If", "c", "y", attr("then_branch", graphOf(nil, []string{"a"}, nodeMsg("Flatten", "x", "a"))), attr("else_branch", graphOf(nil, []string{"b"}, nodeMsg("Identity", "x", "b"))))),
	plain("DepthToSpace", []int{1, 3, 10, 12}, nodeMsg("SpaceToDepth", "x", "d", attr("blocksize", 2)), nodeMsg("DepthToSpace", "d", "y", attr("blocksize", 2))),
	plain("SpaceToDepth", []int{1, 12, 5, 6}, nodeMsg("SpaceToDepth", "x", "y", attr("blocksize", 2))),
	plain("Dropout with an unused mask", []int{1, 3, 10, 12}, nodeMsg("Dropout", "x", "y m")),
	plain("Constant value_ints", []int{3, 120}, nodeMsg("Constant", "", "s", attr("value_ints", []int{3, -1})), nodeMsg("Reshape", "x s", "y")),
	plain("NonZero", []int{1, 2, 10, 12}, ints("v", 0, 1, 1), nodeMsg("NonZero", "v", "n"), ints("a", 0), nodeMsg("Squeeze", "n a", "i"), nodeMsg("Gather", "x i", "y", attr("axis", 1))),
}

var quantizedCases = []operatorCase{
	{name: "QLinearConv", parts: of(floats("s", 1), ints("z", 0), typed("w", elemInt8, 8, 3, 3, 3), typed("b", elemInt32, 8), nodeMsg("QuantizeLinear", "x s z", "q"), nodeMsg("QLinearConv", "q s z w s z s z b", "p", attr("pads", []int{1, 1, 1, 1})), nodeMsg("DequantizeLinear", "p s z", "y")), output: []int{1, 8, 10, 12}, params: 224, macs: 8 * 120 * 27, flops: 2*8*120*27 + 960 + 720 + 1920, label: "dequantize-linear"},
	{name: "ConvInteger", parts: of(typed("w", elemInt8, 3, 1, 3, 3), nodeMsg("ConvInteger", "x w", "y", attr("group", 3))), output: []int{1, 3, 8, 10}, params: 27, macs: 3 * 80 * 9, flops: -1, label: "depthwise"},
	{name: "Conv of dequantised weights", parts: of(floats("s", 1), typed("q", elemInt8, 8, 3, 1, 1), nodeMsg("DequantizeLinear", "q s", "w"), nodeMsg("Conv", "x w", "y")), output: []int{1, 8, 10, 12}, params: 24, macs: 8 * 120 * 3, flops: -1, label: "pointwise"},
	{name: "QLinearMatMul", x: []any{2, 7}, parts: of(floats("s", 1), ints("z", 0), typed("w", elemInt8, 7, 5), nodeMsg("QLinearMatMul", "x s z w s z s z", "y")), output: []int{2, 5}, params: 35, macs: 70, flops: -1, label: "linear"},
	{name: "MatMulInteger", x: []any{2, 7}, parts: of(typed("w", elemInt8, 7, 5), nodeMsg("MatMulInteger", "x w", "y")), output: []int{2, 5}, params: 35, macs: 70, flops: -1, label: "linear"},
	{name: "QLinearAdd", parts: of(floats("s", 1), ints("z", 0), nodeMsg("Relu", "x", "r"), nodeMsg("com.microsoft:QLinearAdd", "x s z r s z s z", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "add"},
	{name: "QLinearConcat", parts: of(floats("s", 1), ints("z", 0), nodeMsg("com.microsoft:QLinearConcat", "s z x s z x s z", "y", attr("axis", 1))), output: []int{1, 6, 10, 12}, label: "concat"},
	{name: "QLinearSigmoid", parts: of(floats("s", 1), nodeMsg("com.microsoft:QLinearSigmoid", "x s - s", "y")), output: []int{1, 3, 10, 12}, flops: 4 * 360, label: "sigmoid"},
	{name: "QGemm", x: []any{2, 7}, parts: of(floats("s", 1), ints("z", 0), typed("w", elemInt8, 5, 7), typed("b", elemInt32, 5), nodeMsg("com.microsoft:QGemm", "x s z w s z b s z", "y", attr("transB", 1))), output: []int{2, 5}, params: 40, macs: 70, flops: -1, label: "linear"},
}

func TestOperators(t *testing.T) {
	for _, c := range operatorCases {
		t.Run(c.name, func(t *testing.T) {
			g, err := decode(t, c.model()).Network(Options{})
			if err != nil {
				t.Fatal(err)
			}
			r, err := network.Evaluate(g, network.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(r.Output, c.output) {
				t.Errorf("output %v, want %v", r.Output, c.output)
			}
			if r.Total.Params != c.params || r.Total.MACs != c.macs || c.flops >= 0 && r.Total.FLOPs != int64(c.flops) {
				t.Errorf("%d params, %d MACs, %d FLOPs, want %d, %d, %d", r.Total.Params, r.Total.MACs, r.Total.FLOPs, c.params, c.macs, c.flops)
			}
			last := r.Nodes[len(r.Nodes)-1]
			if c.label != "" && last.Variant != c.label {
				t.Errorf("y is made by %s, want %s", last.Variant, c.label)
			}
			if len(r.Uncounted) > 0 {
				t.Errorf("uncounted: %v", r.Uncounted)
			}
		})
	}
}

// Weights take the bytes of the type that they are stored in, whatever type the operator sees, and once.
func TestWeightBytes(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts []any
		bytes int64
	}{
		{"float", of(weights("w", 8, 3, 1, 1), weights("b", 8), nodeMsg("Conv", "x w b", "y")), 4 * (24 + 8)},
		{"float16, cast", of(typed("h", elemFloat16, 8, 3, 1, 1), nodeMsg("Cast", "h", "w", attr("to", 1)), nodeMsg("Conv", "x w", "y")), 2 * 24},
		{"double", of(typed("w", elemDouble, 8, 3, 1, 1), nodeMsg("Conv", "x w", "y")), 8 * 24},
		{"int8 with an int32 bias", of(floats("s", 1), ints("z", 0), typed("w", elemInt8, 8, 3, 1, 1), typed("b", elemInt32, 8), nodeMsg("QuantizeLinear", "x s z", "q"), nodeMsg("QLinearConv", "q s z w s z s z b", "y")), 24 + 4*8},
		{"dequantised", of(floats("s", 1), typed("q", elemInt8, 8, 3, 1, 1), nodeMsg("DequantizeLinear", "q s", "w"), nodeMsg("Conv", "x w", "y")), 24},
		{"dequantised, shared", of(floats("s", 1), typed("q", elemInt8, 3, 3, 1, 1), nodeMsg("DequantizeLinear", "q s", "w"), nodeMsg("Conv", "x w", "a"), nodeMsg("Conv", "a w", "y")), 9},
		{"4 bits, rounded up", of(floats("s", 1), typed("q", 22, 1, 3, 1, 1), nodeMsg("DequantizeLinear", "q s", "w"), nodeMsg("Conv", "x w", "y")), 2},
	} {
		g, err := decode(t, operatorCase{parts: c.parts}.model()).Network(Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil || r.Total.WeightBytes != c.bytes {
			t.Errorf("%s: %d bytes (%v), want %d", c.name, r.Total.WeightBytes, err, c.bytes)
		}
	}
}

// What cannot be is one line that names the node.
func TestImpossibleModels(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts []any
		want  string
	}{
		{"no such value", of(nodeMsg("Relu", "z", "y")), `node "y" (Relu): reads "z", which nothing before it makes`},
		{"no input", of(nodeMsg("Conv", "x", "y")), `node "y" (Conv): has no input 2`},
		{"channels", of(weights("w", 8, 4, 3, 3), nodeMsg("Conv", "x w", "y")), `weights for 1 groups of 4 channels read 3 channels`},
		{"kernel", of(weights("w", 8, 3, 30, 3), nodeMsg("Conv", "x w", "y")), `H: kernel 30 is larger than the padded input 10`},
		{"kernel_shape", of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("kernel_shape", []int{5, 5}))), `kernel_shape [5 5] is not that of the weights, 8x3x3x3`},
		{"stride 0", of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("strides", []int{0, 1}))), `strides [0 1] is impossible`},
		{"auto_pad", of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("auto_pad", "SOME"))), `auto_pad "SOME" is not one of`},
		{"group 0", of(weights("w", 8, 3, 3, 3), nodeMsg("Conv", "x w", "y", attr("group", 0))), `group 0`},
		{"reshape", of(ints("s", 7, -1), nodeMsg("Reshape", "x s", "y")), `reshaping 1x3x10x12 to [7 -1]: 360 elements do not fit`},
		{"broadcast", of(weights("b", 5), nodeMsg("Add", "x b", "y")), `cannot broadcast 5 over 1x3x10x12`},
		{"axis", of(nodeMsg("Concat", "x x", "y", attr("axis", 4))), `axis 4 is not one of 4 axes`},
		{"index", of(scalar("i", 10), nodeMsg("Shape", "x", "s"), nodeMsg("Gather", "s i", "y")), `index 10 is outside of 4 elements`},
		{"expand", of(ints("s", 1<<28, 1<<28, 1<<28, 1, 1, 1), nodeMsg("Expand", "x s", "y")), `does not fit in 64 bits`},
		{"output", of(nodeMsg("Relu", "x", "z")), `no node makes the output "y"`},
		{"range without end", of(scalar("a", 0), scalar("z", 0), nodeMsg("Range", "a z z", "y")), `has no end`},
	} {
		model := operatorCase{parts: c.parts}.model()
		_, err := decode(t, model).Network(Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}
