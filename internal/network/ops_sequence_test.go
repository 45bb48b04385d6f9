package network

import (
	"slices"
	"strings"
	"testing"

	"convx/internal/flops"
)

// Recurrent layers cost what the same layers of an ONNX model do: W of gates*hidden x features, R of gates*hidden x hidden, two
// biases, for each direction and step.
func TestRecurrentCounts(t *testing.T) {
	for _, c := range []struct {
		op                  string
		shape               []int
		params, macs, flops int64
	}{
		{"{op: lstm, hidden: 4}", []int{2, 5, 4}, 16*7 + 32, 10 * 16 * 7, 2*10*16*7 + 10*4*38},
		{"{op: lstm, hidden: 4, bidirectional: true, bias: false}", []int{2, 5, 8}, 2 * 16 * 7, 2 * 10 * 16 * 7, 2 * (2*10*16*7 + 10*4*30)},
		{"{op: lstm, hidden: 4, output: last}", []int{2, 4}, 16*7 + 32, 10 * 16 * 7, 2*10*16*7 + 10*4*38},
		{"{op: gru, hidden: 4}", []int{2, 5, 4}, 12*7 + 24, 10 * 12 * 7, 2*10*12*7 + 10*4*27},
		{"{op: gru, hidden: 4, bidirectional: true, output: last}", []int{2, 8}, 2 * (12*7 + 24), 2 * 10 * 12 * 7, 2 * (2*10*12*7 + 10*4*27)},
	} {
		r := evaluate(t, parse(t, "dims: 1\ninput: 2x5x3\nlayers: ["+c.op+"]\n"), Options{})
		n := r.Nodes[1]
		if !slices.Equal(n.Output, c.shape) || n.Total.Params != c.params || n.Total.MACs != c.macs || n.Total.FLOPs != c.flops || n.Total.WeightBytes != 4*c.params {
			t.Errorf("%s: %v, %+v; want %+v", c.op, n.Output, n.Total, c)
		}
		for _, tool := range flops.Conventions() {
			if _, total, err := r.Under(tool); err != nil || total < c.macs && total != 0 {
				t.Errorf("%s under %s: %d, %v", c.op, tool.Name, total, err)
			}
		}
	}
	// steps of pictures, as of text: what stands behind the steps is read at once
	r := evaluate(t, parse(t, "input: 8x4x6\nlayers: [{op: transpose, order: 0x3x1x2}, {op: gru, hidden: 7, repeat: 2}]\n"), Options{})
	if n := r.node("gru.0"); !slices.Equal(n.Output, []int{1, 6, 7}) || n.Total.Params != 21*(32+7+2) {
		t.Errorf("a GRU over columns makes %v with %d parameters", n.Output, n.Total.Params)
	}
	if n := r.node("gru.1"); n.Total.Params != 21*(7+7+2) {
		t.Errorf("the second has %d parameters", n.Total.Params)
	}
}

func TestMatmul(t *testing.T) {
	const text = `dims: 1
input: 2x6x8
layers:
  - {variant: pointwise, name: q, out_channels: 12}
  - {variant: standard, name: k, from: input, out_channels: 4, kernel: 3, padding: 1}
  - {op: transpose, name: qt, from: q, order: 0x2x1}
  - {op: transpose, name: kt, from: k, order: 0x2x1}
  - {op: matmul, name: a, from: [q, kt]}
  - {op: matmul, name: b, from: [qt, a]}
`
	r := evaluate(t, parse(t, text), Options{})
	if n := r.node("a"); !slices.Equal(n.Output, []int{2, 12, 4}) || n.Total.MACs != 2*12*4*8 || n.Total.FLOPs != 2*n.Total.MACs || n.Total.Params != 0 {
		t.Errorf("q x k' is %v at %+v", n.Output, n.Total)
	}
	if n := r.node("b"); !slices.Equal(n.Output, []int{2, 8, 4}) || n.Field.Size[0] != 10 { // all 8 positions, through a window of 3
		t.Errorf("the product is %v and sees %v", n.Output, n.Field.Size)
	}
}

func TestSequenceOpsRefuse(t *testing.T) {
	for op, want := range map[string]string{
		"{op: lstm, from: p, hidden: 3}":          "lstm reads N x steps x features, not 2x6",
		"{op: lstm}":                              "lstm needs hidden",
		"{op: gru, hidden: 0}":                    "hidden: 0 is less than 1",
		"{op: gru, hidden: 3, output: all}":       `output: "all" is neither sequence nor last`,
		"{op: gru, hidden: 3, bidirectional: 2}":  `bidirectional: "2" is neither true nor false`,
		"{op: matmul, from: [input, input]}":      "matmul cannot multiply 2x6x8 by 2x6x8: 8 columns by 6 rows",
		"{op: matmul, from: input}":               "matmul joins several layers",
		"{op: matmul, from: [input, input, p]}":   "matmul reads 2 inputs, not 3",
		"{op: lstm, hidden: 1000000000}":          "",
		"{op: lstm, hidden: 4000000000000000000}": "hidden: ",
	} {
		g, err := Parse("x.yaml", []byte("dims: 1\ninput: 2x6x8\nlayers: [{op: global-average-pool, name: g}, {op: flatten, name: p}, "+op+"]\n"))
		if err == nil {
			_, err = Evaluate(g, Options{})
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", op, err, want)
		}
	}
}
