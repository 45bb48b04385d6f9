package network

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"convx/internal/flops"
	"convx/internal/layer"
)

// build makes a graph of operators that each read the one before, unless told otherwise.
func build(ops ...Operator) *Graph {
	g := &Graph{Name: "test"}
	for i, op := range ops {
		n := Node{Name: op.Label() + string(rune('a'+i)), Op: op}
		if _, ok := op.(*Input); !ok && i > 0 {
			n.Inputs = []int{i - 1}
		}
		g.Nodes = append(g.Nodes, n)
	}
	return g
}

func spec(t *testing.T, variant, keys string) *Variant {
	t.Helper()
	v := &Variant{Spec: layer.Spec{Variant: variant}}
	for kv := range strings.FieldsSeq(keys) {
		k, value, _ := strings.Cut(kv, "=")
		if err := v.Spec.Set(k, value); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func evaluate(t *testing.T, g *Graph, o Options) *Result {
	t.Helper()
	r, err := Evaluate(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var (
	relu = &Primitive{Op: layer.Activation{Func: "relu"}, Name: "relu"}
	sum  = &Primitive{Op: layer.Add{}}
	flat = &View{Name: "flatten", Shape: Flatten}
)

func TestAChain(t *testing.T) {
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, spec(t, "standard", "out-channels=4 padding=1"), relu,
		&Primitive{Op: layer.Pool{Func: layer.AveragePool, Global: true}}, flat, &Primitive{Op: layer.Linear{Out: 10, Bias: true}})
	r := evaluate(t, g, Options{})
	if want := []int{1, 10}; !slices.Equal(r.Output, want) {
		t.Errorf("output %v, want %v", r.Output, want)
	}
	want := flops.Total{
		Params: 4*27 + 4 + 50, MACs: 256*27 + 40, FLOPs: 2*256*27 + 256 + 256 + 256 + 80 + 10, Activations: 256 + 10,
		WeightBytes: 4 * 162, ActivationBytes: 4 * (192 + 256 + 256 + 256 + 256 + 4 + 4 + 10),
	}
	if r.Total != want {
		t.Errorf("total %+v\nwant  %+v", r.Total, want)
	}
	if f := r.Nodes[2].Field; f.Size[0] != 3 || f.Start[0] != -1 || f.Whole {
		t.Errorf("field after the convolution is %+v", f)
	}
	if f := r.Nodes[5].Field; !f.Whole || f.Size[0] != 3+7 {
		t.Errorf("field at the end is %+v", f)
	}
}

func TestInputAndBatch(t *testing.T) {
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, spec(t, "standard", "out-channels=4"))
	one := evaluate(t, g, Options{})
	for _, c := range []struct {
		o    Options
		want []int
	}{
		{Options{Batch: 5}, []int{5, 4, 6, 6}},
		{Options{Input: []int{3, 10, 12}}, []int{1, 4, 8, 10}},
		{Options{Input: []int{2, 3, 10, 12}, Batch: 7}, []int{7, 4, 8, 10}},
	} {
		r := evaluate(t, g, c.o)
		if !slices.Equal(r.Output, c.want) {
			t.Errorf("%+v: output %v, want %v", c.o, r.Output, c.want)
		}
		if r.Total.Params != one.Total.Params {
			t.Errorf("%+v: %d params, want %d", c.o, r.Total.Params, one.Total.Params)
		}
	}
	_, err := Evaluate(g, Options{Input: []int{8, 8}})
	if want := `layer "inputa": input 8x8 does not fit the network's 1x3x8x8`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A residual: the input stays alive until the sum has read it.
func TestPeakMemoryOfAResidual(t *testing.T) {
	wide := spec(t, "pointwise", "out-channels=4")
	narrow := spec(t, "pointwise", "out-channels=1")
	g := build(&Input{Shape: []int{1, 1, 10, 10}}, wide, narrow, sum)
	g.Nodes[3].Inputs = []int{2, 0}
	r := evaluate(t, g, Options{})
	// Bytes: input 400, wide 1600, narrow 400, sum 400.
	for i, want := range []int{400, 2000, 2400, 1200} {
		if got := r.Nodes[i].Live; got != int64(want) {
			t.Errorf("%s: %d bytes are live, want %d", g.Nodes[i].Name, got, want)
		}
	}
	if r.PeakMemory != 2400 || r.PeakNode != 2 {
		t.Errorf("peak %d at %d, want 2400 at 2", r.PeakMemory, r.PeakNode)
	}
	// Without the shortcut the input dies after the first layer.
	g.Nodes[3].Inputs = []int{2, 2}
	if r := evaluate(t, g, Options{}); r.PeakMemory != 2000 {
		t.Errorf("peak %d, want 2000", r.PeakMemory)
	}
}

// The tensors between the stages of one layer count, and views own no memory.
func TestPeakMemoryInsideALayer(t *testing.T) {
	g := build(&Input{Shape: []int{1, 2, 4, 4}}, spec(t, "inverted-residual", "expansion=3"), flat)
	r := evaluate(t, g, Options{})
	// Input 128 is kept for the shortcut; hidden 384 thrice at most two at a time.
	if want := 128 + 2*384; r.PeakMemory != int64(want) || r.PeakNode != 1 {
		t.Errorf("peak %d at %d, want %d at 1", r.PeakMemory, r.PeakNode, want)
	}
	if r.Nodes[2].Live != 128 {
		t.Errorf("%d bytes are live at flatten, want 128", r.Nodes[2].Live)
	}
}

func TestSharedWeightsCountOnce(t *testing.T) {
	conv := spec(t, "standard", "out-channels=3 padding=1")
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, conv, conv)
	g.Nodes[1].Weights, g.Nodes[2].Weights = "w", "w"
	r := evaluate(t, g, Options{})
	if r.Total.Params != 84 || r.Total.WeightBytes != 4*84 || r.Total.MACs != 2*64*81 || r.Nodes[2].Shares != &g.Nodes[1] {
		t.Errorf("params %d, MACs %d, shares %v", r.Total.Params, r.Total.MACs, r.Nodes[2].Shares)
	}
	g.Nodes[2].Op = spec(t, "standard", "out-channels=4")
	_, err := Evaluate(g, Options{})
	if want := `shares weights with "standardb", which has 84 parameters, not 112`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestUnknownIsNeverSilentlyZero(t *testing.T) {
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, &Unknown{Name: "Einsum"}, relu, &Unknown{Name: "Einsum", Shape: []int{1, 2}}, relu)
	r := evaluate(t, g, Options{})
	want := []Uncounted{{Operator: "Einsum", Count: 2}, {Operator: "relu", Count: 1, Harmless: true}}
	if !slices.Equal(r.Uncounted, want) {
		t.Errorf("uncounted %v, want %v", r.Uncounted, want)
	}
	if !slices.Equal(r.Output, []int{1, 2}) || r.Total.FLOPs != 2 {
		t.Errorf("output %v, %d FLOPs: counting resumes where the shape is known again", r.Output, r.Total.FLOPs)
	}
}

func TestOtherOperators(t *testing.T) {
	x := &Input{Shape: []int{1, 2, 3, 3}}
	g := &Graph{Name: "test", Nodes: []Node{
		{Name: "x", Op: x},
		{Name: "c", Op: &Constant{Shape: []int{2, 1, 1}, Params: 2}},
		{Name: "mul", Op: &Elementwise{Name: "Mul", FLOPs: 1}, Inputs: []int{0, 1}},
		{Name: "t", Op: &View{Name: "Transpose", Shape: Fixed(1, 9, 2), Copies: true}, Inputs: []int{2}},
		{Name: "mm", Op: &Explicit{Name: "MatMul", Shape: []int{1, 9, 9}, MACs: 162, FLOPs: 324}, Inputs: []int{3, 2}},
	}}
	r := evaluate(t, g, Options{})
	want := flops.Total{Params: 2, MACs: 162, FLOPs: 324 + 18, Activations: 81, WeightBytes: 8, ActivationBytes: 4 * (18 + 2 + 18 + 36 + 18 + 18 + 81)}
	if r.Total != want {
		t.Errorf("total %+v\nwant  %+v", r.Total, want)
	}
	if !r.Nodes[3].Field.Whole || r.Nodes[2].Field.Whole { // transposing leaves no axis where it was
		t.Errorf("after a transposition the field is %+v, before it %+v", r.Nodes[3].Field, r.Nodes[2].Field)
	}
	torch, err := flops.ConventionNamed("torch")
	if err != nil {
		t.Fatal(err)
	}
	if _, total, err := r.Under(torch); err != nil || total != 324 {
		t.Errorf("torch counts %d, %v, want 324", total, err)
	}
	if got := len(r.Counted()); got != 3 {
		t.Errorf("%d nodes are counted, want 3", got)
	}
}

// All broken nodes are reported, those that follow from them are not.
func TestAllProblemsAtOnce(t *testing.T) {
	big := spec(t, "standard", "kernel=9")
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, big, relu, big)
	g.Nodes[3].Inputs = []int{0}
	g.Nodes[1].At = Position{4, 5}
	_, err := Evaluate(g, Options{})
	var all *Error
	if !errors.As(err, &all) || len(all.Problems) != 2 {
		t.Fatalf("got %v, want two problems", err)
	}
	want := `test:4:5: layer "standardb": H: kernel 9 is larger than the padded input 8: add padding 1 or shrink the kernel`
	if got := strings.SplitN(all.Error(), "\n", 2)[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	var impossible *layer.Error
	if !errors.As(err, &impossible) {
		t.Errorf("%v hides the layer's error", err)
	}
}

func TestCheck(t *testing.T) {
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, relu, relu)
	g.Nodes[1].Inputs, g.Nodes[2].Inputs, g.Outputs = []int{2}, []int{0, 0}, []int{3}
	g.Nodes[2].Name = g.Nodes[1].Name
	err := g.Check()
	for _, want := range []string{"input 2 does not come earlier", "the name is taken by an earlier layer", "relu reads 1 input, not 2", "output 3 is not a layer"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %q", err, want)
		}
	}
	if err := (&Graph{}).Check(); err == nil {
		t.Error("a network without layers passed")
	}
}

func TestVariantOf(t *testing.T) {
	conv := func(kernel, dilation, groups int) layer.Conv {
		w := layer.Window{Kernel: []int{kernel, kernel}, Stride: []int{1, 1}, Dilation: []int{dilation, dilation}}
		return layer.Conv{Window: w, OutChannels: 8, Groups: groups}
	}
	for _, c := range []struct {
		op   layer.Op
		want string
	}{
		{conv(3, 1, 1), "standard"}, {conv(1, 1, 1), "pointwise"}, {conv(3, 2, 1), "dilated"},
		{conv(3, 1, 2), "grouped"}, {conv(3, 1, 8), "depthwise"}, {layer.Concat{}, "concat"},
	} {
		if got := VariantOf(c.op, []int{1, 8, 5, 5}); got != c.want {
			t.Errorf("%+v is %s, want %s", c.op, got, c.want)
		}
	}
}

// Branches whose windows have different centres are said not to line up.
func TestUnalignedBranches(t *testing.T) {
	g := build(&Input{Shape: []int{1, 3, 8, 8}}, spec(t, "standard", "kernel=3 padding=0:2x0:2"), spec(t, "pointwise", ""), sum)
	g.Nodes[2].Inputs, g.Nodes[3].Inputs = []int{0}, []int{1, 2}
	r := evaluate(t, g, Options{})
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "do not line up") || !r.Nodes[3].Field.Unaligned {
		t.Errorf("notes %q", r.Notes)
	}
	g.Nodes[1].Op = spec(t, "standard", "kernel=3 padding=1")
	if r := evaluate(t, g, Options{}); len(r.Notes) != 0 {
		t.Errorf("aligned branches gave notes %q", r.Notes)
	}
	g.Nodes[1].Op = spec(t, "standard", "kernel=2 padding=0:1x0:1") // half a step off: as near as an even window can be
	if r := evaluate(t, g, Options{}); len(r.Notes) != 0 {
		t.Errorf("branches half a step apart gave notes %q", r.Notes)
	}
}

// A sum broadcasts as a product does.
func TestSumsBroadcast(t *testing.T) {
	g := build(&Input{Shape: []int{1, 4, 6, 6}}, &Primitive{Op: layer.Pool{Func: layer.AveragePool, Global: true}}, sum)
	g.Nodes[2].Inputs = []int{0, 1}
	r := evaluate(t, g, Options{})
	if n := r.Nodes[2]; !slices.Equal(n.Output, []int{1, 4, 6, 6}) || n.Total.FLOPs != 144 || n.Variant != "add" {
		t.Errorf("%s: %v, %d FLOPs", n.Variant, n.Output, n.Total.FLOPs)
	}
}
