package network

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/configs"
	"convx/internal/layer"
)

// written writes a network, and reads it back.
func written(t interface{ Fatal(...any) }, r *Result) *Result {
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	g, err := Parse("again.yaml", b.Bytes())
	if err != nil {
		t.Fatal(err, b.String())
	}
	again, err := Evaluate(g, Options{Types: r.Options.Types})
	if err != nil {
		t.Fatal(err, b.String())
	}
	return again
}

// hold demands the same numbers of both, layer by layer.
func hold(t interface{ Fatalf(string, ...any) }, r, again *Result) {
	if r.Total != again.Total || r.PeakMemory != again.PeakMemory || !slices.Equal(r.Input, again.Input) || !slices.Equal(r.Output, again.Output) || len(r.Nodes) != len(again.Nodes) {
		t.Fatalf("%s: %+v, peak %d; written and read %+v, peak %d", r.Graph.Name, r.Total, r.PeakMemory, again.Total, again.PeakMemory)
	}
	for i := range r.Nodes {
		a, b := r.Nodes[i], again.Nodes[i]
		if a.Total != b.Total || !slices.Equal(a.Output, b.Output) || a.Variant != b.Variant || fmt.Sprint(a.Field.Size, a.Field.Start) != fmt.Sprint(b.Field.Size, b.Field.Start) {
			t.Fatalf("%s, %s: %s %+v %v; written and read %s %+v %v", r.Graph.Name, a.Node.Name, a.Variant, a.Total, a.Field.Size, b.Variant, b.Total, b.Field.Size)
		}
	}
}

// Every built-in network file reads back as it was, layer by layer, at its own size and at another.
func TestNetworksAreWritten(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		g, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{}, {Batch: 3}} {
			r, err := Evaluate(g, o)
			if err != nil {
				t.Fatal(err)
			}
			hold(t, r, written(t, r))
		}
	}
}

// Ops that a file says by more than their shape are written as they were: receptive fields are the same.
func TestOpsAreWritten(t *testing.T) {
	for _, layers := range []string{
		"[{op: split, name: s, axis: 2, sizes: 2x6}, {variant: standard, from: s.1}, {op: crop, from: [s.1, s.0], name: c}]",
		"[{op: slice, axis: 3, start: 1, step: 2}, {op: pad, padding: 1:2x0:3}, {op: transpose, order: 0x3x1x2}]",
		"[{variant: deformable, name: d, padding: 1}, {op: global-average-pool, name: g}, {op: scale, from: [d, g]}, {op: lstm, hidden: 5, bidirectional: true}]",
		"[{op: constant, shape: 1x4x1x1, params: 4}, {op: multiply, from: [input, constant]}, {op: add, from: [multiply, input, constant]}]",
		"[{variant: standard, name: a, kernel: 1}, {variant: standard, name: b, kernel: 1, weights: a}, {variant: standard, kernel: 1, from: a, weights: b}]",
	} {
		g, err := Parse("ops.yaml", []byte("input: 4x8x8\nlayers: "+layers))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Evaluate(g, Options{})
		if err != nil {
			t.Fatal(err)
		}
		hold(t, r, written(t, r))
	}
}

// Random convolutions given as primitives, as an ONNX model gives them, are written as the variants that they are.
func TestPrimitivesAreWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := rapid.IntRange(1, 3).Draw(t, "dims")
		ints := func(name string, least, most int) []int {
			v := make([]int, dims)
			for i := range v {
				v[i] = rapid.IntRange(least, most).Draw(t, name)
			}
			return v
		}
		w := layer.Window{Kernel: ints("kernel", 1, 3), Stride: ints("stride", 1, 3), Dilation: ints("dilation", 1, 2)}
		for range dims {
			w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: rapid.IntRange(0, 2).Draw(t, "begin"), End: rapid.IntRange(0, 2).Draw(t, "end")})
		}
		groups, bias := rapid.IntRange(1, 4).Draw(t, "groups"), rapid.Bool().Draw(t, "bias")
		in := append([]int{rapid.IntRange(1, 2).Draw(t, "batch"), groups * rapid.IntRange(1, 2).Draw(t, "in")}, ints("extent", 4, 9)...)
		out := groups * rapid.IntRange(1, 3).Draw(t, "out")
		var op layer.Op = layer.Conv{Window: w, PadMode: layer.PadZeros, OutChannels: out, Groups: groups, Bias: bias}
		if rapid.Bool().Draw(t, "transposed") {
			op = layer.Transposed{Window: w, OutputPadding: make([]int, dims), OutChannels: out, Groups: groups, Bias: bias}
		}
		g := &Graph{Name: "random", Nodes: []Node{
			{Name: "input", Op: &Input{in}},
			{Name: "a b$c", Op: &Primitive{Op: op}, Inputs: []int{0}},
			{Name: "relu\n\"", Op: &Primitive{Op: layer.Activation{Func: "relu"}, Name: "relu"}, Inputs: []int{1}},
			{Name: "a_b_c", Op: &Elementwise{Name: "sub", FLOPs: 1}, Inputs: []int{2, 1}},
			{Name: "flat", Op: &View{Name: "squeeze", Shape: Flatten}, Inputs: []int{3}},
			{Name: "sum", Op: &Explicit{Name: "reduce-sum", Shape: []int{}, FLOPs: 7}, Inputs: []int{4, 2}},
		}}
		r, err := Evaluate(g, Options{})
		if err != nil {
			t.Skip(err.Error())
		}
		again := written(t, r)
		if r.Total != again.Total || r.Nodes[1].Variant != again.Nodes[1].Variant || again.Nodes[3].Node.Name != "a_b_c#2" {
			t.Fatalf("%+v %s, written and read %+v %s", r.Total, r.Nodes[1].Variant, again.Total, again.Nodes[1].Variant)
		}
		hold(t, r, again)
	})
}

func TestWhatNoFileCanSay(t *testing.T) {
	in := Node{Name: "input", Op: &Input{[]int{1, 3, 8, 8}}}
	for want, g := range map[string]*Graph{
		`layer "b": a network file has one input`:                   {Name: "two", Nodes: []Node{in, {Name: "b", Op: &Input{[]int{1, 3, 8, 8}}}}},
		`layer "n": nms is not counted, so no file can say`:         {Name: "n", Nodes: []Node{in, {Name: "n", Op: &Unknown{Name: "nms", Shape: []int{1}}, Inputs: []int{0}}}},
		"begins with an input of 1 to 3 spatial axes, and flat has": {Name: "flat", Nodes: []Node{{Name: "x", Op: &Input{[]int{1, 3}}}}},
	} {
		r, err := Evaluate(g, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := Write(&b, r); err == nil || !strings.Contains(err.Error(), want) || b.Len() > 0 {
			t.Errorf("%s: %v, want %s", g.Name, err, want)
		}
	}
}
