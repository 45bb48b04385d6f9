package onnx

import (
	"testing"

	"convx/internal/flops"
	"convx/internal/network"
)

// Tensors between the layers take the bytes of the types that the model has them in, or of the one that is asked for; positions
// and counts keep theirs.
func TestActivationBytes(t *testing.T) {
	quantised := of(floats("s", 1), typed("z", elemUint8), typed("w", elemInt8, 8, 3, 3, 3),
		nodeMsg("QuantizeLinear", "x s z", "q"), nodeMsg("QLinearConv", "q s z w s z s z", "p", attr("pads", []int{1, 1, 1, 1})), nodeMsg("DequantizeLinear", "p s z", "y"))
	for _, c := range []struct {
		name        string
		parts       []any
		options     network.Options
		moved, peak int64
		weights     int64
	}{
		{"float", of(weights("w", 8, 3, 1, 1), nodeMsg("Conv", "x w", "y")), network.Options{}, 4 * (360 + 960), 4 * (360 + 960), 96},
		{"float16 inside", of(weights("w", 8, 3, 1, 1), nodeMsg("Cast", "x", "h", attr("to", 10)), nodeMsg("Relu", "h", "r"), nodeMsg("Cast", "r", "y", attr("to", 1))), network.Options{}, 4*360 + 3*2*360 + 2*360 + 4*360, 3 * 4 * 360 / 2, 0},
		{"quantised", quantised, network.Options{}, 4*360 + 360 + 360 + 960 + 960 + 4*960, 5 * 960, 216},
		{"quantised, as int8", quantised, network.Options{Types: flops.Types{Weights: flops.Int8, Activations: flops.Int8}}, 3*360 + 3*960, 2 * 960, 216},
		{"quantised, in place", quantised, network.Options{InPlace: true, Types: flops.Types{Weights: flops.Int4, Activations: flops.Int8}}, 3*360 + 3*960, 360 + 960, 108},
	} {
		g, err := decode(t, operatorCase{parts: c.parts}.model()).Network(Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		r, err := network.Evaluate(g, c.options)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if r.Total.ActivationBytes != c.moved || r.PeakMemory != c.peak || r.Total.WeightBytes != c.weights {
			t.Errorf("%s: %d bytes moved, %d at the peak, %d of weights, want %d, %d, %d", c.name, r.Total.ActivationBytes, r.PeakMemory, r.Total.WeightBytes, c.moved, c.peak, c.weights)
		}
	}
}

// A MAC of 8-bit weights and 8-bit activations is 64 bit operations.
func TestBitOperationsOfModels(t *testing.T) {
	parts := of(floats("s", 1), typed("z", elemUint8), typed("w", elemInt8, 8, 3, 3, 3), nodeMsg("QuantizeLinear", "x s z", "q"), nodeMsg("QLinearConv", "q s z w s z s z", "y"))
	g, err := decode(t, operatorCase{parts: parts}.model()).Network(Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := flops.ConventionNamed("bitops")
	if err != nil {
		t.Fatal(err)
	}
	if _, got, err := r.Under(c); err != nil || got != 64*r.Total.MACs || got == 0 {
		t.Errorf("%d bit operations, %v, want 64 times %d", got, err, r.Total.MACs)
	}
}
