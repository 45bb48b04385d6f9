package network

import (
	"errors"
	"fmt"
	"os"
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
		"max-pool": "kernel: 3, stride: 2, padding: 1, dilation: 1, ceil: true", "average-pool": "kernel: 2x3",
		"adaptive-max-pool": "size: 2", "adaptive-average-pool": "size: 2x3", "linear": "out_features: 5, bias: false",
		"lrn": "size: 3", "resize": "scale: 2x1.5", "batch-norm": "affine: false",
		"add": "from: [input, input]", "concat": "from: [input, input]", "multiply": "from: [input, input]",
		"scale": "from: [input, factors]", "crop": "from: [input, input]",
	}
	for _, k := range opKinds() {
		text := fmt.Sprintf("input: 4x8x8\nlayers:\n  - {op: global-average-pool, name: factors}\n  - {op: %s, from: input, name: it, %s}\n", k.name, settings[k.name])
		if strings.Contains(settings[k.name], "from") {
			text = strings.Replace(text, "from: input, ", "", 1)
		}
		r := evaluate(t, parse(t, text), Options{})
		if it := r.node("it"); it.Output == nil || it.Uncounted || it.Variant != k.name {
			t.Errorf("%s came out as %s: %v", k.name, it.Variant, it.Output)
		}
	}
}

// All errors come at once, with their places, in the file's order.
func TestErrorsAllAtOnce(t *testing.T) {
	const text = `name: bad
inputs: 3x8x8
input: 3x8
blocks:
  b:
    parameters: {width: , name: 3}
    layers:
      - {variant: standrd, out_channels: 3}
      - {op: max-pol, kernel: 3}
layers:
  - {variant: standard, kernle: 3, out_channels: [1, 2]}
  - {op: relu, block: b}
  - nonsense
  - {kernel: 3}
  - {variant: standard, kernel: 3, kernel: 5}
`
	_, err := Parse("bad.yaml", []byte(text))
	want := `bad.yaml:2:1: a network has no key "inputs": did you mean input?
bad.yaml:3:8: input 3x8 has 2 extents; with dims 2 it has 3, or 4 with a batch in front
bad.yaml:6:27: "name" cannot name a parameter of block b: names are letters, digits and _, and keys of layers are taken
bad.yaml:8:9: unknown variant "standrd": did you mean standard?
bad.yaml:9:9: unknown op "max-pol": did you mean max-pool?
bad.yaml:11:25: standard has no key "kernle": did you mean kernel?
bad.yaml:11:50: out_channels is one value, not a list; join numbers by x, like 3x5
bad.yaml:12:16: a layer is op or block, not both
`
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got\n%v\nwant\n%s…", err, want)
	}
	for _, line := range []string{
		`bad.yaml:13:5: unknown layer "nonsense"; there are b, standard,`,
		"bad.yaml:14:5: a layer says what it is: variant, op or block",
		"bad.yaml:15:36: kernel comes twice",
	} {
		if err == nil || !strings.Contains(err.Error(), "\n"+line) {
			t.Errorf("the errors lack %q", line)
		}
	}
}

func TestErrors(t *testing.T) {
	const head = "input: 3x8x8\nlayers:\n"
	for _, c := range []struct{ text, want string }{
		{"", "net.yaml: the file is empty"},
		{"a: [1, 2\nb: 3\n", "net.yaml:2:2: did not find expected ',' or ']'"},
		{"- relu\n", "net.yaml:1:1: a network is a mapping of keys to values, not a list"},
		{"input: 3x8x8\n", "net.yaml:1:1: the network has no layers"},
		{"input: 3x8x8\nlayers: []\n", ""},
		{"dims: 4\ninput: 3x8x8\nlayers: [relu]\n", `net.yaml:1:7: dims is the number of spatial axes: 1, 2 or 3, not "4"`},
		{head + "  - {variant: standard, kernel: big}\n", `net.yaml:3:5: kernel: "big" is not a whole number`},
		{head + "  - {op: max-pool}\n", "net.yaml:3:5: max-pool needs kernel"},
		{head + "  - {op: max-pool, kernel: 3x3x3}\n", "net.yaml:3:5: kernel 3x3x3 has 3 numbers, and the network has 2 spatial axes"},
		{head + "  - {op: add, from: relu}\n", `net.yaml:3:21: no layer "relu" comes before`},
		{head + "  - add\n", "net.yaml:3:5: add joins several layers: say which, like from: [a, b]"},
		{head + "  - {op: relu, from: [input, input]}\n", `net.yaml:3:5: layer "relu": relu reads 1 input, not 2`},
		{head + "  - {variant: standard, from: [input, input]}\n", "net.yaml:3:5: standard reads 1 input, not 2"},
		{head + "  - {op: relu, name: x}\n  - {op: relu, name: x}\n", `net.yaml:4:5: the name "x" is taken`},
		{head + "  - {op: relu, repeat: -1}\n", `net.yaml:3:5: repeat is a number from 0 to 1000000, not "-1"`},
		{head + "  - {op: relu, repeat: $n}\n", "net.yaml:3:5: unknown parameter $n"},
		{head + "  - {op: relu, when: maybe}\n", `net.yaml:3:5: when is true or false, not "maybe"`},
		{head + "  - {variant: standard, kernel: $(3 +)}\n", `net.yaml:3:5: kernel: $(3 +): a number or a parameter is missing before ""`},
		{head + "  - {op: linear, name: x}\n  - {op: relu, from: x}\n", "net.yaml:3:5: linear needs out_features"},
		{head + "  - {op: resize}\n", "net.yaml:3:5: resize needs a scale or a size"},
		{head + "  - ~\n", "net.yaml:3:5: a layer is a mapping of keys to values, not nothing"},
		{"input: 3x8x8\nblocks: {b: {layers: [b]}}\nlayers: [b]\n", `net.yaml:2:23: block "b" contains itself`},
		{"input: 3x8x8\nblocks: {b: {parameters: {w: }, layers: [relu]}}\nlayers: [b]\n", `net.yaml:3:10: block "b" needs w`},
		{"input: 3x8x8\nblocks: {b: {layers: [standard]}}\nlayers: [b, {block: b, weights: b}]\n", `net.yaml:3:13: weights are shared layer by layer: block "b" has several, so say weights inside it`},
		{"input: 3x8x8\nblocks: {relu: {layers: [relu]}}\nlayers: [relu]\n", `net.yaml:2:10: "relu" is the name of an operator: call the block something else`},
		{"input: 3x8x8\nblocks: {b: {inputs: [x, y], layers: [{op: add, from: [x, y]}]}}\nlayers: [b]\n", "net.yaml:2:39: reads an input that the block was not given"},
	} {
		_, err := Parse("net.yaml", []byte(c.text))
		if c.want == "" {
			if err != nil {
				t.Errorf("%q: %v", c.text, err)
			}
			continue
		}
		if err == nil || err.Error() != c.want {
			t.Errorf("%q:\n got %v\nwant %s", c.text, err, c.want)
		}
	}
}

// Errors that only evaluation can find have the file's places too.
func TestImpossibleLayersHavePlaces(t *testing.T) {
	g := parse(t, "input: 3x8x8\nlayers:\n  - {variant: standard, kernel: 9}\n  - relu\n  - {variant: grouped, from: input, groups: 2}\n")
	_, err := Evaluate(g, Options{})
	want := `net.yaml:3:5: layer "standard": H: kernel 9 is larger than the padded input 8: add padding 1 or shrink the kernel
net.yaml:5:5: layer "grouped": groups 2 does not divide the 3 input channels: 1 and 3 would work`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// Repeats cannot be made to fill the memory or take for ever.
func TestHostileRepeats(t *testing.T) {
	deep := "input: 3x8x8\nblocks:\n  b0: {layers: [{op: relu, when: WHEN}]}\n"
	for i := 1; i < 6; i++ {
		deep += fmt.Sprintf("  b%d: {layers: [{block: b%d, repeat: 1000000}]}\n", i, i-1)
	}
	for _, when := range []string{"true", "false"} {
		_, err := parseUpTo(1000, "net.yaml", []byte(strings.Replace(deep, "WHEN", when, 1)+"layers: [b5]\n"))
		var all *Error
		if !errors.Is(err, errTooMany) || !errors.As(err, &all) || len(all.Problems) != 1 {
			t.Errorf("when %s: %v", when, err)
		}
	}
	_, err := Parse("net.yaml", []byte("input: 3x8x8\nlayers: [{variant: standard, kernel: $("+strings.Repeat("(", 100000)+")}]\n"))
	if err == nil {
		t.Error("100,000 parentheses passed")
	}
}

func TestExpressions(t *testing.T) {
	params := func(name string) (string, bool) {
		v, ok := map[string]string{"w": "64", "word": "same", "yes": "true"}[name]
		return v, ok
	}
	for text, want := range map[string]string{
		"plain": "plain", "$w": "64", "1x$w": "1x64", "$w:$w": "64:64", "$(w)": "64",
		"$(4*w)": "256", "$(2 + 3 * 4)": "14", "$((2+3)*4)": "20", "$(2^3^1)": "8", "$(w/16-1)": "3", "$(w % 10)": "4",
		"$(10-2-3)": "5", "$(w == 64)": "true", "$(w != 64)": "false", "$(w<64)": "false", "$(w>=64)": "true",
		"$(word == word)": "true", "$(yes)": "true", "$(w == 64 && w == 1)": "false", "$(w == 1 || w == 64)": "true",
		"$(1 == 1 || 1 == 2 && 1 == 2)": "true", "$(true)": "true", "$(0 - 3)": "-3",
	} {
		if got, err := substitute(text, params); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"$": "$ needs a parameter's name or an expression in parentheses", "$(1": "$(1 has no closing parenthesis",
		"$v": "unknown parameter $v", "$(v)": "$(v): unknown parameter v", "$(7/2)": "$(7/2): 7 / 2 is not whole",
		"$(1/0)": "$(1/0): 1 is divided by zero", "$(2^64)": "$(2^64): 2 ^ 64 is out of range", "$(1 2)": `$(1 2): unexpected "2"`,
		"$(word+1)": `$(word+1): "same" is not a whole number`, "$(99999999999*2)": "$(99999999999*2): 99999999999 * 2 is out of range",
		"$(1 && 2)": `$(1 && 2): "1" is neither true nor false`,
	} {
		if got, err := substitute(text, params); err == nil || err.Error() != want {
			t.Errorf("%s is %q, %v\nwant %s", text, got, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range Names() {
		data, err := Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, text := range []string{
		"", "- relu", "input: 3x8x8\nlayers: [relu, {op: relu, repeat: 1000000000}]", "a: &x [*x]", "input: 1x1x1\nlayers: &l [*l]",
		"input: 3x8x8\nlayers: [{variant: standard, kernel: $(1+)}]", "input: 3x8x8\nblocks: {b: {layers: [b]}}\nlayers: [b]",
		"{{{{{{{{", "input: 3x8x8\n<<: {layers: [relu]}", "input: 3x8x8\nlayers: [{op: crop, from: [input, input]}, {op: flatten}, {op: crop, from: [flatten, input]}]",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g, err := parseUpTo(1000, "fuzz.yaml", []byte(text))
		if err != nil {
			return
		}
		if _, err := Evaluate(g, Options{}); err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Errorf("%v is not an *Error", err)
			}
		}
	})
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
