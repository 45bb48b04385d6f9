package onnx

import (
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
)

// Sequences of 5 steps, 2 samples and 3 values, 4 hidden; rarer operators on 3 x 10 x 12.
var recurrentCases = []operatorCase{
	{name: "LSTM", x: []any{5, 2, 3}, parts: of(weights("w", 1, 16, 3), weights("r", 1, 16, 4), weights("b", 1, 32), nodeMsg("LSTM", "x w r b", "y")), output: []int{5, 1, 2, 4}, params: 16*7 + 32, macs: 10 * 16 * 7, flops: 2*10*16*7 + 10*4*38, label: "lstm"},
	{name: "LSTM, both directions, peepholes", x: []any{5, 2, 3}, parts: of(weights("w", 2, 16, 3), weights("r", 2, 16, 4), weights("p", 2, 12), nodeMsg("LSTM", "x w r - - - - p", "y", attr("direction", "bidirectional"))), output: []int{5, 2, 2, 4}, params: 2 * (16*7 + 12), macs: 2 * 10 * 16 * 7, flops: 2*2*10*16*7 + 2*10*4*36, label: "lstm"},
	{name: "LSTM, last state", x: []any{5, 2, 3}, parts: of(weights("w", 1, 16, 3), weights("r", 1, 16, 4), nodeMsg("LSTM", "x w r", "- y -")), output: []int{1, 2, 4}, params: 112, macs: 1120, flops: -1},
	{name: "LSTM, cell state", x: []any{5, 2, 3}, parts: of(weights("w", 1, 16, 3), weights("r", 1, 16, 4), nodeMsg("LSTM", "x w r", "a b y")), output: []int{1, 2, 4}, params: 112, macs: 1120, flops: -1},
	{name: "GRU, batch first", x: []any{2, 5, 3}, parts: of(weights("w", 1, 12, 3), weights("r", 1, 12, 4), weights("b", 1, 24), nodeMsg("GRU", "x w r b", "y", attr("layout", 1))), output: []int{2, 5, 1, 4}, params: 12*7 + 24, macs: 10 * 12 * 7, flops: 2*10*12*7 + 10*4*27, label: "gru"},
	{name: "RNN", x: []any{5, 2, 3}, parts: of(weights("w", 1, 4, 3), weights("r", 1, 4, 4), nodeMsg("RNN", "x w r", "y")), output: []int{5, 1, 2, 4}, params: 28, macs: 280, flops: 560 + 240, label: "rnn"},

	{name: "ImageScaler", parts: of(nodeMsg("ImageScaler", "x", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "image-scaler"},
	{name: "Affine", parts: of(nodeMsg("Affine", "x", "y")), output: []int{1, 3, 10, 12}, flops: 720, label: "affine"},
	plain("Crop", []int{1, 3, 4, 8}, nodeMsg("Crop", "x", "y", attr("border", []int{1, 2, 3, 4}))),
	plain("Crop to a size", []int{1, 3, 5, 6}, nodeMsg("Crop", "x", "y", attr("border", []int{1, 2, 0, 0}), attr("scale", []int{5, 6}))),
	plain("MaxUnpool", []int{1, 3, 20, 24}, ints("i", 0), nodeMsg("MaxUnpool", "x i", "y", attr("kernel_shape", []int{2, 2}), attr("strides", []int{2, 2}))),
	plain("MaxUnpool, output_shape", []int{1, 3, 21, 25}, ints("i", 0), ints("s", 1, 3, 21, 25), nodeMsg("MaxUnpool", "x i s", "y", attr("kernel_shape", []int{2, 2}), attr("strides", []int{2, 2}))),
	{name: "TopK", parts: of(ints("k", 4), nodeMsg("TopK", "x k", "y i", attr("axis", 2))), output: []int{1, 3, 4, 12}, flops: 360},
	{name: "TopK 1, indices", parts: of(nodeMsg("TopK", "x", "v y", attr("k", 4))), output: []int{1, 3, 10, 4}, flops: 360},
	{name: "QONNX Quant of data", parts: of(floats("s", 1), floats("z", 0), floats("n", 4), nodeMsg("qonnx.custom_op.general:Quant", "x s z n", "y")), output: []int{1, 3, 10, 12}, flops: 720},
	{name: "TensorRT quantiser of weights", parts: of(floats("s", 1), weights("v", 8, 3, 1, 1), nodeMsg("trt:TRT_QuantizeLinear", "v s", "q"), nodeMsg("trt:TRT_DequantizeLinear", "q s", "w"), nodeMsg("Conv", "x w", "y")), output: []int{1, 8, 10, 12}, params: 24, macs: 24 * 120, flops: -1, label: "pointwise"},

	{name: "If, the dearer branch", parts: of(weights("v", 3, 3, 1, 1), weights("w", 3, 3, 3, 3), nodeMsg("ReduceMax", "x", "c", attr("keepdims", 0)),
		nodeMsg("If", "c", "y", attr("then_branch", graphOf(nil, []string{"a"}, nodeMsg("Conv", "x v", "a"))), attr("else_branch", graphOf(nil, []string{"b"}, nodeMsg("Conv", "x w", "b", attr("pads", []int{1, 1, 1, 1})))))), output: []int{1, 3, 10, 12}, params: 81, macs: 81 * 120, flops: -1, label: "standard"},
	{name: "If, then the dearer, within another", parts: of(weights("v", 3, 3, 1, 1), weights("w", 3, 3, 3, 3), nodeMsg("ReduceMax", "x", "c", attr("keepdims", 0)),
		nodeMsg("If", "c", "m", attr("then_branch", graphOf(nil, []string{"d"}, nodeMsg("If", "c", "d", attr("then_branch", graphOf(nil, []string{"a"}, nodeMsg("Conv", "x w", "a", attr("pads", []int{1, 1, 1, 1})))), attr("else_branch", graphOf(nil, []string{"b"}, nodeMsg("Conv", "x v", "b")))))),
			attr("else_branch", graphOf(nil, []string{"e"}, nodeMsg("Relu", "x", "e")))),
		nodeMsg("Conv", "m v", "y")), output: []int{1, 3, 10, 12}, params: 90, macs: 90 * 120, flops: -1, label: "pointwise"},
	{name: "Scan", x: []any{5, 2, 3}, parts: of(weights("w", 4, 4), weights("v", 3, 4), weights("h", 2, 4),
		nodeMsg("Scan", "h x", "l y", attr("num_scan_inputs", 1), attr("body", graphOf([]msg{valueMsg("s", 2, 4), valueMsg("i", 2, 3)}, []string{"n", "o"},
			nodeMsg("MatMul", "s w", "a"), nodeMsg("MatMul", "i v", "b"), nodeMsg("Add", "a b", "n"), nodeMsg("Identity", "n", "o"))))), output: []int{5, 2, 4}, params: 28, macs: 5 * 2 * 28, flops: 5 * (2*2*28 + 8), label: "scan"},
}

// A network of Conv, LSTM and Linear has the parameters of all three; nothing behind the LSTM is lost.
func TestRecurrentNetwork(t *testing.T) {
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 1, 16, 20)}, []string{"y"}, weights("c", 8, 1, 3, 3), weights("w", 1, 256, 128), weights("r", 1, 256, 64), weights("b", 1, 512), weights("f", 64, 10), weights("g", 10),
		nodeMsg("Conv", "x c", "a", attr("pads", []int{1, 1, 1, 1})), ints("to", 20, 1, 128), nodeMsg("Transpose", "a", "t", attr("perm", []int{3, 0, 1, 2})), nodeMsg("Reshape", "t to", "s"),
		nodeMsg("LSTM", "s w r b", "l h e"), ints("ax", 1), nodeMsg("Squeeze", "l ax", "q"), nodeMsg("MatMul", "q f", "p"), nodeMsg("Add", "p g", "y"))))
	r := evaluateModel(t, m, Options{})
	lstm := 256 * (128 + 64)
	if r.Total.Params != int64(72+lstm+512+650) || r.Total.MACs != int64(72*320+20*lstm+20*640) || len(r.Uncounted) > 0 || !slices.Equal(r.Output, []int{20, 1, 10}) {
		t.Errorf("%d params, %d MACs, uncounted %v, output %v", r.Total.Params, r.Total.MACs, r.Uncounted, r.Output)
	}
}

// What is uncounted is told apart: what may hold MACs or parameters, and what cannot.
func TestHarmlessOperators(t *testing.T) {
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 3, 4, 4)}, []string{"y"}, weights("w", 4, 3, 3, 3), weights("b", 4, 1, 1),
		nodeMsg("Unique", "x", "u"), nodeMsg("Relu", "u", "r"), nodeMsg("Add", "r b", "a"), nodeMsg("Conv", "u w", "c"), nodeMsg("mine:Unique", "x", "y"))))
	r := evaluateModel(t, m, Options{})
	want := []network.Uncounted{{Operator: "Unique", Count: 1, Harmless: true}, {Operator: "mine.Unique", Count: 1}}
	for _, u := range want {
		if !slices.Contains(r.Uncounted, u) {
			t.Errorf("uncounted %v, want %v among them", r.Uncounted, u)
		}
	}
	m = decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 3, 4, 4)}, []string{"y", "c"}, weights("w", 4, 3, 3, 3), weights("b", 4, 1, 1),
		nodeMsg("Unique", "x", "u"), nodeMsg("Relu", "u", "r"), nodeMsg("Add", "r b", "y"), nodeMsg("Conv", "u w", "c"))))
	r = evaluateModel(t, m, Options{})
	var text []string
	for _, u := range r.Uncounted {
		text = append(text, u.Operator+map[bool]string{true: " harmless"}[u.Harmless])
	}
	if got := strings.Join(text, ", "); got != "Unique harmless, Relu harmless, Add, Conv" {
		t.Errorf("uncounted: %s", got)
	}
}
