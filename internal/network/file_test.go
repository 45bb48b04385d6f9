package network

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
)

func parse(t *testing.T, text string) *Graph {
	t.Helper()
	g, err := Parse("net.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func names(g *Graph) string {
	var out []string
	for _, n := range g.Nodes {
		out = append(out, n.Name)
	}
	return strings.Join(out, " ")
}

func TestNamesAndOrder(t *testing.T) {
	g := parse(t, `
input: 8x9x9
blocks:
  two:
    layers: [standard, relu, relu]
layers:
  - relu
  - {op: relu, name: mine}
  - relu
  - {block: two, repeat: 2}
  - {block: two, name: last}
  - {op: relu, repeat: 2}
`)
	want := "input relu mine relu2 two.0.standard two.0.relu two.0.relu2 two.1.standard two.1.relu two.1.relu2 " +
		"last.standard last.relu last.relu2 relu3.0 relu3.1"
	if got := names(g); got != want {
		t.Errorf("nodes %s\nwant  %s", got, want)
	}
	if got := g.Nodes[5].Blocks; !slices.Equal(got, []string{"two", "0"}) {
		t.Errorf("blocks %q", got)
	}
	if g.Name != "net" || g.Nodes[2].At != (Position{8, 5}) {
		t.Errorf("name %q, position %v", g.Name, g.Nodes[2].At)
	}
	for i, n := range g.Nodes[1:] {
		if !slices.Equal(n.Inputs, []int{i}) {
			t.Errorf("%s reads %v", n.Name, n.Inputs)
		}
	}
}

func TestParametersAndWhen(t *testing.T) {
	g := parse(t, `
input: 8x9x9
parameters: {base: 4, twice: $(2*base)}
blocks:
  b:
    parameters: {out: , kernel: 3, extra: false, base: 1}
    layers:
      - {variant: standard, name: c, out_channels: $(out*base), kernel: $kernel, padding: $((kernel-1)/2)}
      - {op: relu, name: r, when: $extra}
      - {op: add, from: [r, c]}
layers:
  - {block: b, name: x, repeat: 3, out: $(twice^(i+1)), first: {extra: true, kernel: 5}}
`)
	want := "input x.0.c x.0.r x.0.add x.1.c x.1.add x.2.c x.2.add"
	if got := names(g); got != want {
		t.Errorf("nodes %s\nwant  %s", got, want)
	}
	// Where r is left out, its name stands for what it would have read.
	if got := g.Nodes[5].Inputs; !slices.Equal(got, []int{4, 4}) {
		t.Errorf("the second sum reads %v, want the convolution twice", got)
	}
	r := evaluate(t, g, Options{})
	for i, want := range map[int][]int{1: {1, 8, 9, 9}, 4: {1, 64, 9, 9}, 6: {1, 512, 9, 9}} {
		if !slices.Equal(r.Nodes[i].Output, want) {
			t.Errorf("%s makes %v, want %v", g.Nodes[i].Name, r.Nodes[i].Output, want)
		}
	}
	if k := g.Nodes[1].Op.(*Variant).Spec.Kernel; !slices.Equal(k, []int{5}) {
		t.Errorf("the first kernel is %v", k)
	}
}

// A block with two inputs and two outputs, threaded through repetitions.
func TestSeveralInputsAndOutputs(t *testing.T) {
	g := parse(t, `
input: 8x9x9
blocks:
  b:
    parameters: {sum: true}
    inputs: [x, total]
    outputs: [y, z]
    layers:
      - {op: relu, name: y, from: x}
      - {op: add, name: z, from: [y, total], when: $sum}
layers:
  - {block: b, repeat: 3, first: {sum: false}}
  - {op: concat, from: [b, b.z, input]}
outputs: [concat, b.z]
`)
	want := "input b.0.y b.1.y b.1.z b.2.y b.2.z concat"
	if got := names(g); got != want {
		t.Errorf("nodes %s\nwant  %s", got, want)
	}
	for i, want := range map[int][]int{3: {2, 1}, 5: {4, 3}, 6: {4, 5, 0}} {
		if got := g.Nodes[i].Inputs; !slices.Equal(got, want) {
			t.Errorf("%s reads %v, want %v", g.Nodes[i].Name, got, want)
		}
	}
	if !slices.Equal(g.Outputs, []int{6, 5}) || len(g.Notes) > 0 {
		t.Errorf("outputs %v, notes %q", g.Outputs, g.Notes)
	}
}

func TestSharedWeightsInAFile(t *testing.T) {
	g := parse(t, `
input: 8x9x9
layers:
  - {variant: standard, name: a, padding: 1}
  - {variant: standard, name: b, from: input, padding: 1, weights: a}
  - {op: add, from: [a, b]}
`)
	if r := evaluate(t, g, Options{}); r.Total.Params != 8*8*9+8 || r.Total.MACs != 2*81*576 {
		t.Errorf("%d params and %d MACs", r.Total.Params, r.Total.MACs)
	}
}

func TestUnreadLayersAreNoted(t *testing.T) {
	g := parse(t, "input: 8x9x9\nlayers: [relu, {op: relu, from: input}]\n")
	if want := []string{`nothing reads layer "relu"`}; !slices.Equal(g.Notes, want) {
		t.Errorf("notes %q, want %q", g.Notes, want)
	}
}

func TestEveryOp(t *testing.T) {
	settings := map[string]string{
		"max-pool": "kernel: 3, stride: 2, padding: 1, dilation: 1, ceil: true", "average-pool": "kernel: 2x3, count_include_pad: false",
		"adaptive-max-pool": "size: 2", "adaptive-average-pool": "size: 2x3", "linear": "out_features: 5, bias: false",
		"lrn": "size: 3", "resize": "scale: 2x1.5", "depth-to-space": "scale: 2", "batch-norm": "affine: false",
		"add": "from: [input, input]", "concat": "from: [input, input]", "multiply": "from: [input, input]",
		"scale": "from: [input, factors]", "crop": "from: [input, input]", "pixel-shuffle": "scale: 2",
		"slice": "start: 1, end: 3", "split": "parts: 2, part: 1", "pad": "padding: 1:2x0:3", "transpose": "order: 0x3x1x2",
		"matmul": "from: [input, input]", "lstm": "hidden: 5", "gru": "hidden: 5, bidirectional: true",
		"reshape": "shape: 1x16x4x4", "work": "shape: 1x3, macs: 5", "constant": "shape: 4x4, params: 3",
	}
	for _, k := range opKinds() {
		text := fmt.Sprintf("input: 4x8x8\nlayers:\n  - {op: global-average-pool, name: factors}\n  - {op: %s, from: input, name: it, %s}\n", k.name, settings[k.name])
		if strings.Contains(settings[k.name], "from") {
			text = strings.Replace(text, "from: input, ", "", 1)
		}
		if k.name == "constant" { // reads nothing
			text = strings.Replace(text, "from: input, ", "", 1)
		}
		r := evaluate(t, parse(t, text), Options{})
		if it := r.node("it"); it.Output == nil || it.Uncounted || it.Variant != k.name {
			t.Errorf("%s came out as %s: %v", k.name, it.Variant, it.Output)
		}
	}
}

func TestOverflowingNetwork(t *testing.T) {
	g := parse(t, "input: 1048576x1048576x1\nlayers: [{variant: pointwise, out_channels: 1048576}]\n")
	_, err := Evaluate(g, Options{Batch: 1 << 20})
	if !errors.Is(err, layer.ErrOverflow) && (err == nil || !strings.Contains(err.Error(), "64 bits")) {
		t.Error(err)
	}
}

// Work grows with the number of layers and no faster: allocations, which do not depend on the machine, are counted.
func TestLinearTime(t *testing.T) {
	for name, text := range map[string]func(n int) []byte{
		"literal":   func(n int) []byte { return literal(n, 7) },
		"different": func(n int) []byte { return literal(n, n) },
		"repeated": func(n int) []byte {
			return fmt.Appendf(nil, "input: 8x32x32\nblocks: {b: {layers: [{variant: standard, padding: 1}, relu, {op: add, from: [relu, input]}]}}\nlayers: [{block: b, repeat: %d}]\n", n)
		},
	} {
		count := func(n int) float64 {
			data := text(n)
			return testing.AllocsPerRun(1, func() {
				g, err := Parse("big.yaml", data)
				if err != nil {
					t.Fatal(err)
				}
				evaluate(t, g, Options{})
			})
		}
		if small, large := count(1000), count(4000); large > 4.2*small {
			t.Errorf("%s: %.0f allocations for 1000 layers, %.0f for 4000", name, small, large)
		}
	}
}

// The example of the reference is a network.
func TestTheReferencesExample(t *testing.T) {
	data, err := os.ReadFile("../../docs/network-files.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(data), "    name: tiny\n")
	text, _, _ = strings.Cut(text, "\nErrors come")
	r := evaluate(t, parse(t, strings.ReplaceAll("    name: tiny\n"+text, "\n    ", "\n")[4:]), Options{})
	if !slices.Equal(r.Output, []int{1, 10}) || r.Graph.Name != "tiny" {
		t.Errorf("%s makes %v", r.Graph.Name, r.Output)
	}
}

// Repeats are multiplied before anything is made of them: a file that asks for too many layers costs what it holds.
func TestNestedRepeatsAreMultiplied(t *testing.T) {
	nested := func(depth int, repeat string) []byte {
		text := "input: 1x8x8\nparameters: {n: 10}\nblocks:\n  b0: {layers: [relu]}\n"
		for i := 1; i <= depth; i++ {
			text += fmt.Sprintf("  b%d: {layers: [{block: b%d, repeat: %s}]}\n", i, i-1, repeat)
		}
		return []byte(text + fmt.Sprintf("layers: [{block: b%d}]\n", depth))
	}
	for _, repeat := range []string{"10", "$n", "$(n*1)"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse("deep.yaml", nested(8, repeat))
		runtime.ReadMemStats(&after)
		if err == nil || !strings.Contains(err.Error(), "more layers") {
			t.Errorf("repeat %s: %v", repeat, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("repeat %s: refusing took %d bytes", repeat, used)
		}
	}
	if g, err := Parse("fine.yaml", nested(3, "10")); err != nil || len(g.Nodes) != 1001 {
		t.Errorf("1,000 layers: %v", err)
	}
}

// A layer costs less than 1 KiB, all told.
func TestLayersAreSmall(t *testing.T) {
	const n = 100_000
	text := fmt.Appendf(nil, "input: 1x8x8\nblocks:\n  b: {layers: [{variant: standard, kernel: 3, padding: 1}, relu]}\nlayers: [{block: b, repeat: %d}]\n", n/2)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g, err := Parse("long.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(g, Options{})
	runtime.GC()
	runtime.ReadMemStats(&after)
	if err != nil || len(r.Nodes) != n+1 {
		t.Fatal(err)
	}
	if each := (after.HeapAlloc - before.HeapAlloc) / n; each > 1024 {
		t.Errorf("a layer takes %d bytes", each)
	}
	runtime.KeepAlive(r)
}
