package device

import (
	"math"
	"testing"

	"convx/internal/flops"
	"convx/internal/network"
)

// A network's time is the sum over its layers, each of which is bounded by itself; shared weights are read once.
func TestPlace(t *testing.T) {
	d, err := Parse("toy.yaml", []byte(toy))
	if err != nil {
		t.Fatal(err)
	}
	g, err := network.Parse("net.yaml", []byte("input: 3x8x8\nlayers:\n  - {variant: standard, name: a, kernel: 3, out_channels: 40}\n  - relu\n  - {variant: standard, name: b, kernel: 1}\n  - {variant: standard, name: c, kernel: 1, weights: b}"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{Batch: 2})
	if err != nil {
		t.Fatal(err)
	}
	p := d.Place(r)
	if len(p.Layers) != 4 || p.Elem != flops.Float32 {
		t.Fatalf("%+v", p)
	}
	whole := 0.0
	for i, l := range p.Layers {
		n := r.Nodes[i+1]
		if want := max(float64(n.Total.FLOPs)/4e9, float64(n.Total.WeightBytes+n.Total.ActivationBytes)/2e9); l.Name != n.Node.Name || math.Abs(l.Least.Seconds()-want) > 2e-9 {
			t.Errorf("%s: %v, want %v s", l.Name, l.Least, want)
		}
		whole += l.Least.Seconds()
	}
	if p.Layers[3].Least > p.Layers[2].Least || p.Layers[0].Bound != Compute || p.Layers[1].Bound != Memory {
		t.Errorf("%+v", p.Layers)
	}
	if math.Abs(p.Least.Seconds()-whole) > 1e-12 || math.Abs(p.Frames-2/whole) > 1e-6*p.Frames {
		t.Errorf("%v and %v frames a second, want %v s", p.Least, p.Frames, whole)
	}
	if len(p.Misfits) != 2 { // the weights of a, b fit no 5000 bytes, activations no 1000
		t.Errorf("%q", p.Misfits)
	}
	if one := d.PlaceRows(r.Nodes[1].Rows, 2, flops.Types{}); one.Least != p.Layers[0].Least {
		t.Errorf("%v by itself, %v in the network", one.Least, p.Layers[0].Least)
	}
}

// Fused, a network takes at least what its other layers take by themselves, and what sums read besides; softmax, pooling and layer norms are
// layers of their own, as is what reads the input.
func TestFusedIsTheBoundOfAnyEngine(t *testing.T) {
	d, err := Parse("toy.yaml", []byte(toy))
	if err != nil {
		t.Fatal(err)
	}
	g, err := network.Parse("net.yaml", []byte("input: 8x8x8\nlayers:\n  - {op: relu, name: first}\n  - {variant: standard, name: a, kernel: 3, padding: 1, out_channels: 8}\n  - {op: batch-norm, name: n}\n  - {op: relu, name: r}\n  - {variant: standard, name: b, kernel: 1, out_channels: 8}\n"+
		"  - {op: add, name: s, from: [b, r]}\n  - {op: softmax, name: m}\n  - {op: layer-norm, name: ln}\n  - {op: global-average-pool, name: p}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	p := d.Place(r)
	want := 0.0
	for i, l := range p.Layers {
		switch l.Name {
		case "n", "r":
		case "s":
			want += 4 * 8 * 8 * 8 / 2e9 // the other input
		default:
			want += l.Least.Seconds()
		}
		if r.Nodes[i+1].Node.Name != l.Name {
			t.Fatalf("%s is not %s", l.Name, r.Nodes[i+1].Node.Name)
		}
	}
	if math.Abs(p.Fused.Seconds()-want) > 2e-9 || p.Fused >= p.Least || math.Abs(p.FusedFrames*p.Fused.Seconds()-1) > 1e-9 {
		t.Errorf("%v fused, %v by layers, want %v s; %v frames", p.Fused, p.Least, want, p.FusedFrames)
	}
}
