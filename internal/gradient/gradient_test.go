package gradient

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// program reads a network file with weights from a seed.
func program(t *testing.T, text string, seed uint64) *network.Program {
	t.Helper()
	g, err := network.Parse("x.yaml", []byte(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	p, err := network.Compile(r, nil, seed)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return p
}

// against holds the gradient of one weighted sum of the target's outputs with respect to an input against finite differences. Where a
// kink lies within the step, the gradient is between the slopes of either side.
func against(t *testing.T, what string, p *network.Program, target, input int, r *rand.Rand, feeds map[string]*tensor.Array) {
	t.Helper()
	ctx := context.Background()
	var port string
	for _, in := range p.Inputs {
		if in.Value == input {
			port = in.Name
		}
		if feeds[in.Name] == nil {
			feeds[in.Name] = draws(r, p.Values[in.Value].Shape)
		}
	}
	var back *network.Program
	p, err := settled(ctx, p, target, feeds, infer.Options{Threads: 1})
	if err == nil {
		back, err = Of(p, target, input)
	}
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	net, err := infer.Prepare(ctx, &network.Graph{Program: back}, infer.Options{Threads: 1})
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	weights := draws(r, p.Values[target].Shape)
	feeds[seed] = weights
	x := tensor.Data[float32](feeds[port])
	value := func() float64 {
		if err := net.Run(ctx, feeds); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		sum := 0.0
		for i, v := range tensor.Data[float32](net.Result(back.Outputs[0])) {
			sum += float64(v) * float64(tensor.Data[float32](weights)[i])
		}
		return sum
	}
	middle := value()
	got := append([]float32(nil), tensor.Data[float32](net.Result(back.Outputs[1]))...)
	if len(got) != len(x) {
		t.Fatalf("%s: a gradient of %d elements of an input of %d", what, len(got), len(x))
	}
	most := 0.0
	for _, v := range got {
		most = max(most, math.Abs(float64(v)))
	}
	if most == 0 {
		t.Logf("%s: the gradient is zero", what)
	}
	const step = 1. / 256
	for range 24 {
		i := r.IntN(len(x))
		was := x[i]
		x[i] = was + step
		right := (value() - middle) / step
		x[i] = was - step
		left := (middle - value()) / step
		x[i] = was
		// A step of h errs by h f''/2; rounding by the size of the sum.
		slack := 0.02*most + 1e-5*max(1, math.Abs(middle))/step
		if g := float64(got[i]); g < min(left, right)-slack || g > max(left, right)+slack {
			t.Errorf("%s: the gradient at element %d is %g, and the differences are %g and %g", what, i, g, left, right)
			return
		}
	}
}

func draws(r *rand.Rand, shape []int) *tensor.Array {
	data := make([]float32, elements(shape))
	for i := range data {
		data[i] = float32(r.Float64()*2 - 1)
	}
	return tensor.ArrayOf(data, shape...)
}

// layers are entries of network files, with numbers to be drawn for %[1]d to %[4]d.
var layers = []string{
	"{variant: standard, out_channels: 4, kernel: %[1]d, stride: %[2]d, padding: %[3]d, dilation: 1}",
	"{variant: standard, out_channels: 4, kernel: 3, stride: %[2]d, padding: same, pad_mode: reflect}",
	"{variant: dilated, out_channels: 2, kernel: 2, dilation: 2, stride: %[2]d, padding: %[3]d}",
	"{variant: grouped, out_channels: 4, groups: 2, kernel: %[1]d, padding: %[3]d}",
	"{variant: depthwise, kernel: %[1]d, stride: %[2]d}",
	"{variant: transposed, out_channels: 4, kernel: 3, stride: %[2]d, padding: %[3]d}",
	"{variant: separable, out_channels: 6, kernel: 3, padding: 1}",
	"{variant: inverted-residual, kernel: 3, padding: 1}",
	"{variant: mbconv, kernel: 3, hidden: 2}",
	"{variant: se, reduction: 2}",
	"{variant: resize-conv, out_channels: 4, scale: 1.5}",
	"{variant: resize-conv, out_channels: 4, scale: %[2]d, kernel: 3, padding: 1}",
	"{variant: sub-pixel, out_channels: 4, scale: 2, kernel: 3, padding: 1}",
	"{variant: deformable, out_channels: 4, kernel: %[1]d, stride: %[2]d, padding: %[3]d}",
	"{variant: deformable, out_channels: 6, kernel: 3, padding: 1, offset_groups: 2, groups: 2, modulated: true}",
	"{variant: deform-roi-pool, pooled: %[1]d, hidden: 5}",
	"{variant: max-pool, kernel: 2, stride: %[2]d}",
	"{variant: max-pool, kernel: 3, stride: 2, padding: 1}",
	"{variant: max-pool, kernel: 3, stride: 2, ceil: true}",
	"{variant: average-pool, kernel: %[1]d, stride: %[2]d}",
	"{variant: average-pool, kernel: 3, stride: 2, padding: 1, count_include_pad: true}",
	"{variant: average-pool, kernel: 3, stride: 2, padding: 1, count_include_pad: false}",
	"{variant: average-pool, kernel: 2, stride: 2, ceil: true}",
	"{op: adaptive-average-pool, size: %[4]d}", "{op: global-average-pool}", "{op: batch-norm}",
	"relu", "{op: relu6}", "{op: silu}", "{op: gelu}", "{op: sigmoid}", "{op: hard-swish}", "{op: tanh}", "{op: softmax}",
}

// Random chains of layers with a shortcut around them: every gradient is what differences say.
func TestGradientOfRandomNetworks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for held := 0; held < 160; {
		text := fmt.Sprintf("input: 4x%dx%d\nlayers:\n", 5+r.IntN(5), 5+r.IntN(5))
		for i := range 1 + r.IntN(4) {
			k := r.IntN(len(layers))
			if i == 0 {
				k = held % len(layers)
			}
			text += "  - " + fmt.Sprintf(layers[k]+"%[5]s\n", 1+r.IntN(3), 1+r.IntN(3), r.IntN(2), 1+r.IntN(3), "")
		}
		if r.IntN(3) == 0 {
			text += "  - {variant: standard, name: a, kernel: 1}\n  - relu\n  - {op: add, from: [a, relu]}\n"
		}
		g, err := network.Parse("x.yaml", []byte(text))
		if err != nil {
			t.Log(err)
			continue
		}
		if _, err := network.Evaluate(g, network.Options{}); err != nil {
			continue
		}
		p := program(t, text, uint64(held))
		against(t, text, p, p.Outputs[0].Value, p.Inputs[0].Value, r, map[string]*tensor.Array{})
		if held++; t.Failed() {
			return
		}
	}
}
