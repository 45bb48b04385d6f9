package onnx

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"convx/internal/network"
)

func TestUnknownOperatorsAreUncounted(t *testing.T) {
	w := weights("w", 8, 3, 1, 1)
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 3, 4, 4)}, []string{"y"}, w,
		nodeMsg("Conv", "x w", "a"),
		nodeMsg("Mystery", "a", "b"),
		nodeMsg("my.domain:Relu", "a", "c"),
		nodeMsg("Mystery", "b", "d"),
		nodeMsg("Relu", "d", "e"),
		nodeMsg("Shape", "e", "s"),
		nodeMsg("Reshape", "a s", "y"),
	)))
	r := evaluateModel(t, m, Options{})
	want := []network.Uncounted{{Operator: "Mystery", Count: 2}, {Operator: "my.domain.Relu", Count: 1}, {Operator: "Relu", Count: 1, Harmless: true}}
	if !slices.Equal(r.Uncounted, want) {
		t.Errorf("uncounted %v, want %v", r.Uncounted, want)
	}
	if r.Total.MACs != 16*24 {
		t.Errorf("%d MACs", r.Total.MACs)
	}
	notes := strings.Join(r.Graph.Notes, "\n")
	for _, want := range []string{"Mystery (2) is uncounted: no rule for it", "Relu (1) is uncounted: the shape of its input or output depends on data"} {
		if !strings.Contains(notes, want) {
			t.Errorf("notes %q lack %q", notes, want)
		}
	}
}

// Loops and branches of different results are uncounted; a shape that the exporter noted carries on behind them.
func TestControlFlow(t *testing.T) {
	body := graphOf(nil, []string{"b"}, nodeMsg("Relu", "x", "b"))
	other := graphOf(nil, []string{"b"}, nodeMsg("Flatten", "x", "b"))
	g := msg(graphOf([]msg{valueMsg("x", 1, 3, 4, 4), valueMsg("c", 1)}, []string{"y"}, weights("w", 8, 3, 1, 1),
		nodeMsg("Loop", "c c x", "l", attr("body", body)),
		nodeMsg("If", "c", "i", attr("then_branch", body), attr("else_branch", other)),
		nodeMsg("Conv", "i w", "y"),
	))
	g = g.bytes(13, valueMsg("i", "N", 3, 4, 4))
	m := decode(t, modelOf(graphMsg(g)))
	r := evaluateModel(t, m, Options{})
	// The symbol N has no value, so that the branch's shape stays open.
	if want := []network.Uncounted{{Operator: "Loop", Count: 1}, {Operator: "If", Count: 1}, {Operator: "Conv", Count: 1}}; !slices.Equal(r.Uncounted, want) {
		t.Errorf("uncounted %v, want %v", r.Uncounted, want)
	}
	g = g.bytes(13, valueMsg("i", 1, 3, 4, 4))
	r = evaluateModel(t, decode(t, modelOf(graphMsg(g))), Options{})
	if want := []network.Uncounted{{Operator: "Loop", Count: 1}, {Operator: "If", Count: 1}}; !slices.Equal(r.Uncounted, want) || r.Total.MACs != 16*24 {
		t.Errorf("uncounted %v, want %v; %d MACs", r.Uncounted, want, r.Total.MACs)
	}
}

// A function is as if its nodes stood in the graph, attributes and all.
func TestFunctionsUnfold(t *testing.T) {
	ref := msg{}.str(1, "strides").str(21, "by").int(20, 7)
	fn := msg{}.str(1, "Block").str(4, "a").str(4, "k").str(5, "r").str(10, "mine").
		bytes(7, nodeMsg("Conv", "a k", "c", ref)).bytes(7, nodeMsg("Relu", "c", "r")).
		bytes(11, attr("by", []int{1, 1}))
	data := modelOf(graphOf([]msg{valueMsg("x", 1, 3, 8, 8)}, []string{"y"}, weights("w", 3, 3, 3, 3),
		nodeMsg("mine:Block", "x w", "m"), nodeMsg("mine:Block", "m w", "y", attr("by", []int{2, 2})))).bytes(25, fn)
	r := evaluateModel(t, decode(t, data), Options{})
	if want := []int{1, 3, 2, 2}; !slices.Equal(r.Output, want) || r.Total.MACs != 81*(36+4) || r.Total.Params != 81 {
		t.Errorf("%v, %d MACs, %d params", r.Output, r.Total.MACs, r.Total.Params)
	}
	var names []string
	for _, n := range r.Nodes[1:] {
		names = append(names, n.Node.Name)
	}
	if want := []string{"m/c", "m/r", "y/c", "y/r"}; !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
	// A function that calls itself ends in an error, soon.
	loop := msg{}.str(1, "Block").str(4, "a").str(5, "r").str(10, "mine").bytes(7, nodeMsg("mine:Block", "a", "b")).bytes(7, nodeMsg("mine:Block", "b", "r"))
	data = modelOf(graphOf([]msg{valueMsg("x", 1)}, []string{"y"}, nodeMsg("mine:Block", "x", "y"))).bytes(25, loop)
	if _, err := decode(t, data).Network(Options{}); err == nil || !strings.Contains(err.Error(), "nested more than 64 deep") {
		t.Errorf("got %v", err)
	}
}

func TestInputSizes(t *testing.T) {
	model := func(dims ...any) *Model {
		return decode(t, operatorCase{x: dims, parts: of(nodeMsg("Relu", "x", "y"))}.model())
	}
	for _, c := range []struct {
		name    string
		model   *Model
		options Options
		want    []int
		problem string
	}{
		{"batch is 1", model("N", 3, 4, 4), Options{}, []int{1, 3, 4, 4}, ""},
		{"batch is given", model("N", 3, 4, 4), Options{Batch: 8}, []int{8, 3, 4, 4}, ""},
		{"a fixed batch gives way", model(1, 3, 4, 4), Options{Batch: 8}, []int{8, 3, 4, 4}, ""},
		{"open size", model("N", 3, "H", "W"), Options{}, nil, `input "x" is Nx3xHxW: its size is open: give it with --input, like --input 3x224x224`},
		{"given size", model("N", 3, "H", "W"), Options{Input: []int{3, 5, 6}}, []int{1, 3, 5, 6}, ""},
		{"given size and batch", model("N", 3, "H", "W"), Options{Input: []int{3, 5, 6}, Batch: 2}, []int{2, 3, 5, 6}, ""},
		{"given batch and size", model("N", 3, "H", "W"), Options{Input: []int{7, 3, 5, 6}}, []int{7, 3, 5, 6}, ""},
		{"unnamed dimensions", model(-1, 3, 0, 0), Options{Input: []int{3, 5, 6}}, []int{1, 3, 5, 6}, ""},
		{"too few extents", model("N", 3, "H", "W"), Options{Input: []int{5, 6}}, nil, `input "x" is Nx3xHxW, not 5x6: give 4 extents, or 3 and --batch`},
	} {
		g, err := c.model.Network(c.options)
		if c.problem != "" {
			if err == nil || err.Error() != c.problem {
				t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.problem)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := g.Nodes[0].Op.(*network.Input).Shape; !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// The image decides the symbols that other inputs share, wherever it stands among them.
func TestSymbolsAreShared(t *testing.T) {
	m := decode(t, modelOf(graphOf([]msg{valueMsg("mask", "N", 1), valueMsg("x", "N", 3, "S", "S"), valueMsg("z", "N", 3, "S", 1)}, []string{"y"},
		nodeMsg("Add", "x z", "a"), nodeMsg("Unsqueeze", "mask", "u", attr("axes", []int{2, 3})), nodeMsg("Mul", "a u", "y"))))
	r := evaluateModel(t, m, Options{Input: []int{5, 3, 6, 6}})
	if want := []int{5, 3, 6, 6}; !slices.Equal(r.Output, want) {
		t.Errorf("output %v, want %v", r.Output, want)
	}
}

// Names repeat in some files; in a network they are unique, and paths in them are blocks.
func TestNames(t *testing.T) {
	named := func(name, in, out string) msg { return nodeMsg("Relu", in, out).str(3, name) }
	m := decode(t, operatorCase{parts: of(named("/layer1/relu/Relu", "x", "a"), named("/layer1/relu/Relu", "a", "b"), named("", "b", "y"))}.model())
	r := evaluateModel(t, m, Options{})
	var names []string
	for _, n := range r.Nodes {
		names = append(names, n.Node.Name)
	}
	if want := []string{"x", "/layer1/relu/Relu", "/layer1/relu/Relu#2", "y"}; !slices.Equal(names, want) {
		t.Errorf("names %v, want %v", names, want)
	}
	if want := []string{"layer1", "relu"}; !slices.Equal(r.Nodes[1].Node.Blocks, want) {
		t.Errorf("blocks %v, want %v", r.Nodes[1].Node.Blocks, want)
	}
}

// TestOtherInputsAreRefused: of types of TypeProto that are no tensors.
func TestOtherInputsAreRefused(t *testing.T) {
	for num, name := range otherTypes.Get() {
		in := msg{}.str(1, "x").bytes(2, msg{}.bytes(protowire.Number(num), msg{}))
		_, err := decode(t, modelOf(graphOf([]msg{in}, []string{"y"}, nodeMsg("Identity", "x", "y")))).Network(Options{})
		if want := `input "x" is no tensor but of the type ` + name; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	// An input of float8 can be counted, and not be run.
	in := msg{}.str(1, "x").bytes(2, msg{}.bytes(1, msg{}.int(1, 17).bytes(2, msg{}.bytes(1, msg{}.int(1, 4)))))
	m := decode(t, modelOf(graphOf([]msg{in}, []string{"y"}, nodeMsg("Identity", "x", "y"))))
	if _, err := m.Network(Options{}); err != nil {
		t.Error(err)
	}
	if _, err := m.Network(Options{Program: true}); err == nil || !strings.Contains(err.Error(), `input "x" is of element type 17`) {
		t.Errorf("float8: %v", err)
	}
}

// What is open takes what will be fed, in the order that the fixed axes tell, and says that it was open.
func TestLikelySizes(t *testing.T) {
	for _, c := range []struct {
		dims         []any // nil has no shape
		likely, want []int
	}{
		{[]any{"N", 3, "H", "W"}, []int{1, 3, 20, 30}, []int{1, 3, 20, 30}},
		{[]any{"N", "C", "H", "W"}, []int{1, 3, 20, 30}, []int{1, 3, 20, 30}},
		{[]any{1, "H", "W", 3}, []int{1, 3, 20, 30}, []int{1, 20, 30, 3}},
		{[]any{1, "H", "W", 3}, []int{1, 20, 30, 3}, []int{1, 20, 30, 3}},
		{[]any{1, 3, 48, "W"}, []int{1, 3, 20, 30}, []int{1, 3, 48, 30}},
		{[]any{"N", "T", 80}, []int{7, 80}, []int{1, 7, 80}},
		{[]any{"N", "T"}, []int{1, 3, 20, 30}, []int{1, 224}},
		{nil, []int{1, 3, 20, 30}, []int{1, 3, 20, 30}},
	} {
		x := valueMsg("x", c.dims...)
		if c.dims == nil {
			x = msg{}.str(1, "x").bytes(2, msg{}.bytes(1, msg{}.int(1, int64(elemFloat))))
		}
		g, err := decode(t, modelOf(graphOf([]msg{x}, []string{"y"}, nodeMsg("Relu", "x", "y")))).Network(Options{Likely: c.likely, Program: true})
		if err != nil {
			t.Errorf("%v: %v", c.dims, err)
			continue
		}
		in := g.Program.Inputs[0]
		shape := g.Program.Values[in.Value].Shape
		for i, d := range shape {
			number, fixed := 0, false
			if c.dims != nil {
				number, fixed = c.dims[i].(int)
			}
			if batch := i == 0; d != c.want[i] || fixed && d != number || !batch && in.Open[i] == fixed {
				t.Errorf("%v, likely %v: %v, open %v", c.dims, c.likely, shape, in.Open)
				break
			}
		}
	}
}

// Several inputs of open size are given by name; without a name the size is for the first that is open.
func TestSeveralOpenInputs(t *testing.T) {
	add := nodeMsg("Add", "a b", "y")
	two := decode(t, modelOf(graphOf([]msg{valueMsg("p", "N", 3, "H", "W"), valueMsg("q", "N", 3, "h", "w")}, []string{"y"}, nodeMsg("Relu", "p", "a"), nodeMsg("Relu", "q", "b"), add)))
	fixed := decode(t, modelOf(graphOf([]msg{valueMsg("mask", 1, 1, 6, 6), valueMsg("x", "N", 3, "H", "W")}, []string{"y"}, nodeMsg("Mul", "mask x", "y"))))
	one := func(dims ...any) *Model {
		return decode(t, operatorCase{x: dims, parts: of(nodeMsg("Relu", "x", "y"))}.model())
	}
	for _, c := range []struct {
		name    string
		model   *Model
		options Options
		want    string
	}{
		{"by name", two, Options{Sizes: map[string][]int{"p": {3, 6, 8}, "q": {3, 6, 8}}}, ""},
		{"one by name, one without", two, Options{Input: []int{3, 6, 8}, Sizes: map[string][]int{"p": {3, 6, 8}}}, ""},
		{"the first that is open", fixed, Options{Input: []int{3, 6, 6}}, ""},
		{"one is missing", two, Options{Input: []int{3, 6, 8}}, `input "q" is Nx3xhxw: its size is open: give it with --input, like --input q=3x224x224`},
		{"no such input", two, Options{Sizes: map[string][]int{"z": {1}}}, `the model has no input "z": its inputs are "p", "q"`},
		{"NHWC", one("N", "H", "W", 3), Options{}, `input "x" is NxHxWx3: its size is open: give it with --input, like --input 224x224x3`},
		{"time first", one("time", "batch", 80), Options{}, `input "x" is timexbatchx80: its size is open: give it with --input, like --input 100x1x80`},
		{"audio", one("N", "samples"), Options{}, `input "x" is Nxsamples: its size is open: give it with --input, like --input 16000`},
		{"channels too", one("N", "C", "H", "W"), Options{}, `input "x" is NxCxHxW: its size is open: give it with --input, like --input 3x224x224`},
	} {
		_, err := c.model.Network(c.options)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}
