package swap

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/configs"
	"convx/internal/layer"
	"convx/internal/network"
)

func result(t interface{ Fatal(...any) }, text string) *network.Result {
	g, err := network.Parse("net.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rules(t interface{ Fatal(...any) }, texts ...string) (out []Rule) {
	for _, text := range texts {
		r, err := ParseRule(text)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// holds demands that an exchange kept the size of everything, that its totals are the sum of its layers, that the file that is
// written of it counts the same.
func holds(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, s *Swapped) {
	sizes := map[string][]int{}
	for _, n := range s.Before.Nodes {
		sizes[n.Node.Name] = n.Output
	}
	for _, n := range s.After.Nodes {
		if was, ok := sizes[n.Node.Name]; ok && !slices.Equal(was, n.Output) {
			t.Fatalf("%s: %s makes %v, and made %v", s.Before.Graph.Name, n.Node.Name, n.Output, was)
		}
	}
	macs, params := s.Before.Total.MACs, s.Before.Total.Params
	for _, c := range s.Changes {
		macs += c.After.MACs - c.Before.MACs
		params += c.After.Params - c.Before.Params
	}
	if macs != s.After.Total.MACs || params != s.After.Total.Params {
		t.Fatalf("%s: %d MACs and %d params, by its layers %d and %d", s.Before.Graph.Name, s.After.Total.MACs, s.After.Total.Params, macs, params)
	}
	var b bytes.Buffer
	if err := network.Write(&b, s.After); err != nil {
		t.Fatal(err)
	}
}

// A convolution of any geometry becomes any variant with its channels, stride and size, or stays and says why; what it costs
// then is what the definition of the variant says.
func TestAnyConvolutionBecomesAnyVariant(t *testing.T) {
	became := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, least, most int) int { return rapid.IntRange(least, most).Draw(t, name) }
		variant := rapid.SampledFrom([]string{"standard", "pointwise", "grouped", "dilated", "depthwise", "separable", "transposed"}).Draw(t, "variant")
		c := 4 * number("in", 1, 3)
		o := c * number("out", 1, 2)
		keys := fmt.Sprintf("out_channels: %d, stride: %d, padding: %d, bias: %v", o, number("stride", 1, 2), number("padding", 0, 2), rapid.Bool().Draw(t, "bias"))
		if variant == "depthwise" {
			keys = strings.Replace(keys, "out_channels", "multiplier: 2, out_channels", 1)
			o = 2 * c
			keys = strings.Replace(keys, fmt.Sprintf("out_channels: %d", o/2), fmt.Sprintf("out_channels: %d", o), 1)
		}
		if variant != "pointwise" {
			keys += fmt.Sprintf(", kernel: %dx%d", number("kernel", 1, 5), number("kernel", 2, 5))
		}
		r, err := build(fmt.Sprintf("input: %dx%dx%d\nlayers: [{variant: %s, name: it, %s}, batch-norm, relu]", c, number("h", 7, 12), number("w", 7, 12), variant, keys))
		if err != nil {
			t.Skip(err.Error())
		}
		for _, into := range Variants() {
			becomes(t, r, into, became)
			if v, _ := layer.VariantNamed(into); !v.Gates {
				becomes(t, r, into+"+se", became)
			}
		}
	})
	for _, must := range []string{
		"standard to separable", "standard to grouped", "standard to dilated", "standard to inverted-residual", "standard to mbconv", "standard to deformable", "standard to depthwise", "standard to pointwise",
		"transposed to resize-conv", "depthwise to standard", "grouped to standard", "dilated to separable",
	} {
		if became[must] == 0 {
			t.Errorf("never %s", must)
		}
	}
}

// becomes exchanges the layer called it, and holds what comes out to what the variant is.
func becomes(t *rapid.T, r *network.Result, into string, became map[string]int) {
	was := r.Nodes[1]
	s, err := Apply(r, rules(t, "it="+into))
	if err != nil {
		if len(hints(err)) == 0 {
			t.Fatalf("%s to %s: %v", was.Variant, into, err)
		}
		return
	}
	became[s.Changes[0].Was+" to "+into]++
	holds(t, s)
	n := s.After.Nodes[1]
	if into == "separable" {
		k, area, c, o := n.Ops[0].Op.(layer.Conv).Kernel, n.Output[2]*n.Output[3], n.Inputs[0][1], n.Output[1]
		if want := area * c * (k[0]*k[1] + o); n.Total.MACs != int64(want) {
			t.Fatalf("%d MACs, want %d", n.Total.MACs, want)
		}
	}
}

func build(text string) (*network.Result, error) {
	g, err := network.Parse("net.yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	return network.Evaluate(g, network.Options{})
}

func hints(err error) []string {
	if e, ok := err.(*layer.Error); ok {
		return e.Hints
	}
	return nil
}

// Upsampling by a whole factor becomes either of the two that leave no checkerboard, at the size that it had.
func TestUpsampling(t *testing.T) {
	for _, c := range []struct {
		keys, into string
		macs       int64
	}{
		{"kernel: 4, stride: 2, padding: 1", "resize-conv", 20 * 14 * 8 * 6 * 9},
		{"kernel: 4, stride: 2, padding: 1", "sub-pixel", 10 * 7 * 8 * (6 * 4) * 9},
		{"kernel: 2, stride: 2", "sub-pixel,kernel=1", 10 * 7 * 8 * (6 * 4)},
		{"kernel: 5, stride: 2, padding: 2, output_padding: 1", "resize-conv", 20 * 14 * 8 * 6 * 25},
		{"kernel: 4x8, stride: 2x4, padding: 1x2", "sub-pixel", 10 * 7 * 8 * (6 * 8) * 9},
	} {
		r := result(t, "input: 8x10x7\nlayers: [{variant: transposed, name: up, out_channels: 6, "+c.keys+"}]")
		s, err := Apply(r, rules(t, "transposed="+c.into))
		if err != nil {
			t.Errorf("%s to %s: %v", c.keys, c.into, err)
			continue
		}
		holds(t, s)
		if s.After.Total.MACs != c.macs {
			t.Errorf("%s to %s: %d MACs, want %d", c.keys, c.into, s.After.Total.MACs, c.macs)
		}
	}
}

// On every built-in network, some exchanges by kind, by name and by comparison.
func TestNetworks(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		g, err := network.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		done := 0
		for _, rule := range []string{"kernel>1=separable", "standard=grouped,groups=4", "*=se", "kernel>=3&in-channels>8=inverted-residual,expansion=2", "transposed=resize-conv", "transposed=sub-pixel+se"} {
			s, err := Apply(r, rules(t, rule))
			if err != nil {
				continue
			}
			done++
			holds(t, s)
		}
		if done == 0 {
			t.Errorf("%s: nothing can be exchanged", name)
		}
	}
}

// ResNet-50 with separable convolutions: each saves what the paper says, away from the borders' padded taps, which both count.
func TestTheory(t *testing.T) {
	g, err := network.Named("resnet-50")
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Apply(r, rules(t, "kernel>1=separable"))
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Changes) != 17 {
		t.Errorf("%d layers, want 17", len(s.Changes))
	}
	for _, c := range s.Changes {
		if got, want := float64(c.After.MACs)/float64(c.Before.MACs), c.Theory.MACs; got < want-1e-12 || got > want+1e-12 {
			t.Errorf("%s: %g times the MACs, %s predicts %g", c.Name, got, c.Theory.Symbols, want)
		}
	}
	if _, blocks := s.Document(rules(t, "kernel>1=separable"), nil, 3); len(blocks) != 4 {
		t.Errorf("%v", blocks)
	}
}

// The gate's linear layers are in the prediction: behind another variant, behind the convolution that stays, with a hidden size of
// its own, at a stride, and behind one that was not standard.
func TestTheoryOfGates(t *testing.T) {
	for _, c := range []struct{ layer, rule, symbols string }{
		{"variant: standard, out_channels: 32, kernel: 3, padding: 1", "a=separable+se", "1/O + 1/K + 2*h*S/(C*K*pixels)"},
		{"variant: standard, out_channels: 32, kernel: 3, padding: 1, stride: 2", "a=separable+se,hidden=5", "1/O + 1/K + 2*h*S/(C*K*pixels)"},
		{"variant: standard, out_channels: 32, kernel: 5, padding: 2, stride: 2", "a=se,reduction=4", "1 + 2*h*S/(C*K*pixels)"},
		{"variant: grouped, out_channels: 32, kernel: 3, padding: 1, groups: 4", "a=se", "(1/G + 2*h*S/(C*K*pixels))/(1/G)"},
		{"variant: depthwise, kernel: 3, padding: 1", "a=se,reduction=8", "(1/C + 2*h*S/(C*K*pixels))/(1/C)"},
		{"variant: transposed, out_channels: 8, kernel: 4, stride: 2, padding: 1", "a=se,reduction=2", "(S + 2*h*S/(C*K*pixels))/(S)"},
	} {
		s, err := Apply(result(t, "input: 16x12x8\nlayers:\n  - {name: a, bias: false, "+c.layer+"}"), rules(t, c.rule))
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		is := s.Changes[0]
		got, want := float64(is.After.MACs)/float64(is.Before.MACs), is.Theory.MACs
		if is.Theory.Symbols != c.symbols || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s of %s: %g times the MACs, %s = %s predicts %g", c.rule, c.layer, got, is.Theory.Symbols, is.Theory.Numbers, want)
		}
	}
}

// Weights that several layers use stay shared: among those that were exchanged, and among those that were not.
func TestSharedWeights(t *testing.T) {
	r := result(t, "input: 8x9x9\nlayers:\n  - {variant: standard, name: a, padding: 1}\n  - {variant: standard, name: b, padding: 1, weights: a}\n  - {variant: standard, name: c, padding: 1, weights: a}\n")
	all, err := Apply(r, rules(t, "*=separable"))
	if err != nil {
		t.Fatal(err)
	}
	separable := 8*9 + 8 + 8*8 + 8
	if all.After.Total.Params != int64(separable) {
		t.Errorf("%d params, want %d", all.After.Total.Params, separable)
	}
	holds(t, all)
	for _, one := range []string{"a", "b", "c"} {
		s, err := Apply(r, rules(t, one+"=separable"))
		if err != nil {
			t.Fatal(err)
		}
		if want := int64(8*8*9 + 8 + separable); s.After.Total.Params != want {
			t.Errorf("%s alone: %d params, want %d", one, s.After.Total.Params, want)
		}
	}
}

// The squeeze goes behind the normalisation of its convolution, and what read that reads the squeeze.
func TestSqueezeBehind(t *testing.T) {
	r := result(t, "input: 16x8x8\nlayers:\n  - {variant: standard, name: a, padding: 1, bias: false}\n  - {op: batch-norm, name: n}\n  - {op: relu, name: r}\n  - {op: add, from: [n, r]}")
	s, err := Apply(r, rules(t, "a=se,reduction=4"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range s.After.Nodes {
		names = append(names, n.Node.Name)
	}
	if got := strings.Join(names, " "); got != "input a n a.se r add" {
		t.Fatal(got)
	}
	if add := s.After.Nodes[5].Node.Inputs; !slices.Equal(add, []int{3, 4}) {
		t.Errorf("the sum reads %v", add)
	}
	if want := r.Total.Params + 16*4 + 4 + 4*16 + 16; s.After.Total.Params != want || s.Changes[0].Is != "standard+se" {
		t.Errorf("%d params, want %d; %+v", s.After.Total.Params, want, s.Changes)
	}
}

func TestRules(t *testing.T) {
	for text, want := range map[string]string{
		"separable":                "is not PATTERN=VARIANT",
		"=separable":               "is not PATTERN=VARIANT",
		"a=seperable":              `unknown variant "seperable"`,
		"a=max-pool":               "max-pool is no convolution",
		"a=separable,stride=2":     "keeps its stride",
		"a=separable,groups=2":     "separable has no groups",
		"a=separable,kernel=x":     `kernel: "x"`,
		"a=se,kernel=3":            "se has no kernel",
		"kernel>a=separable":       `"a" is not a whole number`,
		"size>3=separable":         "compares kernel, stride, dilation, groups, in-channels, out-channels, not size",
		"&a=separable":             "an empty pattern",
		"a=separable,filter=sobel": "a filter is weights",
	} {
		if _, err := ParseRule(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	r := result(t, "input: 8x9x9\nlayers:\n  - {variant: standard, name: stem.a, kernel: 3x1, stride: 2}\n  - {variant: pointwise, name: b, out_channels: 6}\n  - relu")
	for text, want := range map[string]string{
		"stem.*=separable": "stem.a", "*=separable": "stem.a b", "kernel>=3=separable": "stem.a", "kernel==1=separable": "b", "pointwise=standard,kernel=3": "b", "stride!=1=dilated": "stem.a",
		"standard&out-channels<=8=depthwise": "stem.a", "?=grouped": "b", "groups<2=grouped": "stem.a b", "in-channels>8=separable": "", "relu=separable": "", "b=depthwise": "",
	} {
		s, err := Apply(r, rules(t, text))
		var got []string
		if err == nil {
			holds(t, s)
			for _, c := range s.Changes {
				got = append(got, c.Name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q; %v", text, got, want, err)
		}
	}
}
