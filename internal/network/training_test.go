package network

import (
	"testing"

	"convx/configs"
	"convx/internal/flops"
)

func trained(t *testing.T, r *Result, optimizer string, inner bool) *Training {
	t.Helper()
	o, ok := OptimizerNamed(optimizer)
	if !ok {
		t.Fatalf("no optimiser %s", optimizer)
	}
	tr, err := Train(r, o, inner)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// Small networks by hand: what is multiplied backward, and which tensors are kept, each once, float32.
func TestTrainingByHand(t *testing.T) {
	for _, c := range []struct {
		what, layers string
		want         Step
	}{
		// 8*16*27 MACs; the input, what goes into the norm and its 16 statistics, what comes out of the ReLU, what the linear layer reads.
		{
			"a classifier", "[{variant: standard, out_channels: 8, padding: 1, bias: false}, batch-norm, relu, global-average-pool, flatten, {op: linear, out_features: 10}]",
			Step{3456 + 80, 80, 3456 + 80, 192 + 512 + 64 + 512 + 32},
		},
		// The ReLU's output is what the second layer reads: it is kept once.
		{
			"two layers", "[{variant: standard, out_channels: 8, padding: 1}, relu, {variant: pointwise, out_channels: 2}]",
			Step{3456 + 256, 256, 3456 + 256, 192 + 512},
		},
		// A branch to the input, which has no gradient, and a sum, which keeps nothing.
		{
			"a residual", "[{variant: standard, name: a, padding: 1}, {op: add, from: [a, input]}, {variant: standard, name: b, padding: 1}]",
			Step{2 * 1296, 1296, 2 * 1296, 192 + 192},
		},
		// Nothing before the first weights has a gradient, or keeps anything.
		{"a pool in front", "[{op: max-pool, kernel: 2}, {variant: pointwise, out_channels: 4}]", Step{48, 0, 48, 48}},
		{"a pool behind", "[{variant: pointwise, out_channels: 4}, {op: max-pool, kernel: 2}]", Step{192, 0, 192, 192 + 8*16}},
		// A gate: the scale keeps what it multiplies; both linear layers keep what they read, the functions what comes out.
		{
			"a squeeze", "[{variant: pointwise, out_channels: 4}, {variant: se, hidden: 2}]",
			Step{192 + 8 + 8, 8 + 8, 192 + 8 + 8, 192 + 4*(4+2+4+64)},
		},
		{"shared weights", "[{variant: pointwise, name: a}, {variant: pointwise, weights: a}]", Step{2 * 144, 144, 2 * 144, 2 * 192}},
		{"a product", "[{variant: pointwise, name: a}, {op: multiply, from: [a, input]}]", Step{144, 0, 144, 192 + 192}},
		{"silu", "[{variant: pointwise, name: a}, silu, tanh]", Step{144, 0, 144, 192 + 192 + 192}},
	} {
		r := evaluate(t, parse(t, "input: 3x4x4\nlayers: "+c.layers), Options{})
		if got := trained(t, r, "sgd", false); got.Total != c.want || len(got.Undecided) > 0 {
			t.Errorf("%s: %+v %v, want %+v", c.what, got.Total, got.Undecided, c.want)
		}
	}
}

// Of every built-in network: all that is multiplied forward is multiplied twice backward, except for the first layers' gradient by
// their input, which is counted where the network is inside of another.
func TestTrainingOfNetworks(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		r := evaluate(t, named(t, name).Graph, Options{})
		inner := trained(t, r, "adam", true)
		if m := r.Total.MACs; inner.Total.Forward != m || inner.Total.ByWeight != m || inner.Total.ByInput != m {
			t.Errorf("%s: %+v of %d MACs", name, inner.Total, m)
		}
		outer := trained(t, r, "adam", false)
		if outer.Total.ByInput >= inner.Total.ByInput || outer.Total.ByWeight != inner.Total.ByWeight {
			t.Errorf("%s: %+v, inside of another %+v", name, outer.Total, inner.Total)
		}
		if outer.Weights != 4*r.Total.Params || outer.Gradients != 4*r.Total.Params || outer.State != 8*r.Total.Params {
			t.Errorf("%s: %+v of %d params", name, outer, r.Total.Params)
		}
	}
	r := named(t, "resnet-50")
	tr := trained(t, r, "momentum", false)
	if stem := int64(112 * 112 * 64 * 147); tr.Total.ByInput != r.Total.MACs-stem || tr.State != 4*r.Total.Params {
		t.Errorf("resnet-50: %+v, want %d by input", tr.Total, r.Total.MACs-stem)
	}
	twice := evaluate(t, r.Graph, Options{Batch: 2})
	if again := trained(t, twice, "sgd", false); again.Total.ByWeight != 2*tr.Total.ByWeight || again.State != 0 {
		t.Errorf("two pictures: %+v, one %+v", again.Total, tr.Total)
	}
	half := evaluate(t, r.Graph, Options{Types: flops.Types{Activations: flops.Float16}})
	if got := trained(t, half, "sgd", false); got.Total.Saved >= tr.Total.Saved*6/10 {
		t.Errorf("%d bytes in half precision, %d in single", got.Total.Saved, tr.Total.Saved)
	}
}

// What is not known is named.
func TestTrainingUndecided(t *testing.T) {
	g := &Graph{Name: "odd", Nodes: []Node{
		{Name: "x", Op: &Input{[]int{1, 3, 4, 4}}}, {Name: "w", Op: &Constant{Shape: []int{1, 3, 1, 1}, Params: 3}},
		{Name: "p", Op: &Elementwise{Name: "mul", FLOPs: 1}, Inputs: []int{0, 1}},
		{Name: "r", Op: &Explicit{Name: "reduce-max", Shape: []int{1, 3}, FLOPs: 45}, Inputs: []int{2}},
		{Name: "u", Op: &Unknown{Name: "Custom", Shape: []int{1, 3}}, Inputs: []int{3}},
		{Name: "m", Op: &Explicit{Name: "matmul", Shape: []int{1, 1}, MACs: 9}, Inputs: []int{3, 4}},
	}}
	got := trained(t, evaluate(t, g, Options{}), "sgd", false)
	if len(got.Undecided) != 2 || got.Undecided[0].Operator != "reduce-max" || got.Undecided[1].Operator != "Custom" || got.Total.ByInput != 18 || got.Total.Saved != 192+12+12+12 {
		t.Errorf("%+v", got)
	}
}
