package onnx

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/flops"
	"convx/internal/network"
)

// Layers that share a bias, or read theirs through Identity as PyTorch writes untrained networks, are the layers that they
// are: field, stages and every tool's count.
func TestSharedBias(t *testing.T) {
	pads := attr("pads", []int{1, 1, 1, 1})
	for name, g := range map[string]graphMsg{
		"one initialiser": graphOf([]msg{valueMsg("x", 1, 4, 9, 9)}, []string{"y"}, weights("v", 4, 4, 3, 3), weights("w", 4, 4, 3, 3), weights("b", 4),
			nodeMsg("Conv", "x v b", "a", pads), nodeMsg("Conv", "a w b", "y", pads)),
		"through Identity": graphOf([]msg{valueMsg("x", 1, 4, 9, 9)}, []string{"y"}, weights("v", 4, 4, 3, 3), weights("w", 4, 4, 3, 3), weights("b", 4),
			nodeMsg("Identity", "b", "c"), nodeMsg("Conv", "x v b", "a", pads), nodeMsg("Conv", "a w c", "y", pads)),
	} {
		r := evaluateModel(t, decode(t, modelOf(g)), Options{})
		last := r.Nodes[len(r.Nodes)-1]
		if r.Total.Params != 2*144+4 || len(last.Stages) != 1 || last.Field.Size[0] != 5 || last.Variant != "standard" {
			t.Errorf("%s: %d params, %d stages, field %v, %s", name, r.Total.Params, len(last.Stages), last.Field.Size, last.Variant)
		}
	}
	by := []msg{attr("strides", []int{2, 2}), pads}
	r := evaluateModel(t, decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 8, 8, 8)}, []string{"y"}, weights("v", 8, 8, 4, 4), weights("w", 8, 8, 4, 4), weights("b", 8),
		nodeMsg("ConvTranspose", "x v b", "a", by...), nodeMsg("ConvTranspose", "a w b", "y", by...)))), Options{})
	for tool, want := range map[string]int{"thop": 1310720, "torchinfo": 1320960, "ptflops": 337920} {
		c, err := flops.ConventionNamed(tool)
		if err != nil {
			t.Fatal(err)
		}
		if _, got, err := r.Under(c); err != nil || got != int64(want) {
			t.Errorf("%s: %d, want %d (%v)", tool, got, want, err)
		}
	}
}

// Whatever operands layers share, parameters count once, and everything else is as in a network that shares nothing.
func TestSharedOperands(t *testing.T) {
	pads := attr("pads", []int{1, 1, 1, 1})
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 5).Draw(t, "layers")
		model := func(operand func(what string, layer int) string) (*network.Result, int) {
			var parts []any
			params, known := 0, map[string]bool{}
			declare := func(name string, dims ...int) string {
				if !known[name] {
					parts = append(parts, weights(name, dims...))
					known[name] = true
					size := 1
					for _, d := range dims {
						size *= d
					}
					params += size
				}
				return name
			}
			for i := range n {
				in, out := fmt.Sprint("x", i), fmt.Sprint("x", i+1)
				switch []string{"Conv", "ConvTranspose", "BatchNormalization", "Conv"}[i%4] {
				case "Conv":
					parts = append(parts, nodeMsg("Conv", in+" "+declare(operand("w", i), 4, 4, 3, 3)+" "+declare(operand("b", i), 4), out, pads))
				case "ConvTranspose":
					parts = append(parts, nodeMsg("ConvTranspose", in+" "+declare(operand("w", i), 4, 4, 3, 3)+" "+declare(operand("b", i), 4), out, pads))
				case "BatchNormalization":
					parts = append(parts, weights("m", 4), nodeMsg("BatchNormalization", in+" "+declare(operand("s", i), 4)+" "+declare(operand("b", i), 4)+" m m", out))
				}
			}
			g, err := decodeModelOf(modelOf(graphOf([]msg{valueMsg("x0", 1, 4, 7, 8)}, []string{fmt.Sprint("x", n)}, parts...)))
			if err != nil {
				t.Fatal(err)
			}
			r, err := network.Evaluate(g, network.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return r, params
		}
		alone, _ := model(func(what string, layer int) string { return fmt.Sprint(what, layer) })
		shared, params := model(func(what string, layer int) string {
			return fmt.Sprint(what, rapid.IntRange(0, layer).Draw(t, what))
		})
		if shared.Total.Params != int64(params) || shared.Total.WeightBytes != int64(4*params) {
			t.Fatalf("%d parameters in %d bytes, want %d", shared.Total.Params, shared.Total.WeightBytes, params)
		}
		for i := range alone.Nodes {
			a, b := &alone.Nodes[i], &shared.Nodes[i]
			if a.Variant != b.Variant || a.Total.MACs != b.Total.MACs || len(a.Stages) != len(b.Stages) || !slices.Equal(a.Field.Size, b.Field.Size) {
				t.Fatalf("%s: %s, %d MACs, %d stages, field %v; shared %s, %d, %d, %v", a.Node.Name, a.Variant, a.Total.MACs, len(a.Stages), a.Field.Size, b.Variant, b.Total.MACs, len(b.Stages), b.Field.Size)
			}
		}
		for _, c := range flops.Conventions() {
			_, want, err := alone.Under(c)
			_, got, err2 := shared.Under(c)
			if err != nil || err2 != nil || got != want {
				t.Fatalf("%s: %d shared, %d alone (%v, %v)", c.Name, got, want, err, err2)
			}
		}
	})
}
