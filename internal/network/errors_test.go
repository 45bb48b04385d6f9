package network

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/shape"
)

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
		{"a: [1, 2\nb: 3\n", "net.yaml:1:4: a list that [ begins lacks a comma or its ]"},
		{"input: 3x8x8\nlayers:\n\t- relu\n", "net.yaml:3:1: neither a tab nor any of @ ` % can begin a value: indent with spaces, quote text"},
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
net.yaml:5:5: layer "grouped": groups 2 does not divide the 3 input channels: 3 would work`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// What comes through a pipe has no size to look at beforehand.
func TestNetworkThatIsTooLong(t *testing.T) {
	const want = `reading "pipe": it has 67108865 bytes; a network file has at most 67108864`
	if _, err := Parse("pipe", make([]byte, MaxFile+1)); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
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
	wide := "input: 3x8x8\nblocks:\n  b: {layers: [{op: add, from: [" + strings.Repeat("input, ", 500) + "input], when: WHEN}]}\nlayers: [{block: b, repeat: 900}]\n"
	for _, when := range []string{"true", "false"} {
		if _, err := parseUpTo(1000, "net.yaml", []byte(strings.Replace(wide, "WHEN", when, 1))); !errors.Is(err, errTooMany) {
			t.Errorf("450,000 connections, when %s: %v", when, err)
		}
	}
	_, err := Parse("net.yaml", []byte("input: 3x8x8\nlayers: [{variant: standard, kernel: $("+strings.Repeat("(", 100000)+")}]\n"))
	if err == nil {
		t.Error("100,000 parentheses passed")
	}
}

// A value cannot be made to fill the memory by parameters made of parameters, nor a list of layers by aliases.
func TestHostileText(t *testing.T) {
	var doubled, aliased strings.Builder
	doubled.WriteString("input: 3x8x8\nparameters:\n  a0: \"1\"\n")
	aliased.WriteString("input: 3x8x8\nblocks:\n  b0: {layers: &l [" + strings.Repeat("relu, ", 99) + "relu]}\n")
	for i := 1; i <= 40; i++ {
		fmt.Fprintf(&doubled, "  a%d: $a%d$a%d\n", i, i-1, i-1)
		fmt.Fprintf(&aliased, "  b%d: {layers: *l}\n", i)
	}
	const tooMany = "the network has more layers, or connections between them, than a file may have: 1000"
	for text, want := range map[string]string{
		doubled.String(): "a13: with its parameters filled in, a value is longer than 4096 characters",
		aliased.String(): tooMany,
		"input: 3x8x8\nlayers:\n" + strings.Repeat("  - relu\n", 1001): "net.yaml:3:3: " + tooMany, // plain lines
	} {
		if !strings.Contains(text, "\nlayers:") {
			text += "layers: [relu]\n"
		}
		if _, err := parseUpTo(1000, "net.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v\nwant %s", err, want)
		}
	}
}

// A block's input that was not given has no weights to share.
func TestWeightsOfAnAbsentInput(t *testing.T) {
	_, err := Parse("x.yaml", []byte("input: 3x8x8\nblocks: {b: {inputs: [x, other], layers: [{variant: pointwise, weights: other}]}}\nlayers: [b]\n"))
	if err == nil || !strings.Contains(err.Error(), "takes the weights of an input that the block was not given") {
		t.Errorf("the error is %v", err)
	}
}

// Regions of interest come from outside of the network, and their bytes are read all the same.
func TestRegionsComeFromOutside(t *testing.T) {
	r := evaluate(t, parse(t, "input: 3x16x16\nlayers: [{variant: deform-roi-pool, name: p, pooled: 2, hidden: 8}, flatten]\n"), Options{})
	plain, err := layer.Build(layer.Spec{Variant: "deform-roi-pool", Input: []int{1, 3, 16, 16}, Dims: 2, Pooled: []int{2, 2}, Hidden: 8})
	if err != nil {
		t.Fatal(err)
	}
	s, err := shape.Of(plain)
	if err != nil {
		t.Fatal(err)
	}
	want, err := flops.Of(s)
	if err != nil || r.node("p").Total != want.Total {
		t.Errorf("it comes to %+v, want %+v, %v", r.node("p").Total, want.Total, err)
	}
}
