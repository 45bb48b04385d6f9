package infer

import (
	"strings"
	"testing"

	"convx/internal/network"
)

// A step reads what it is given and its weights, and writes what it makes; what is fused into it moves nothing more, nor does what has no operations.
func TestCountedBytes(t *testing.T) {
	net, r := compiled(t, strings.Join([]string{"input: 8x10x10", "layers:", "  - {variant: standard, name: a, kernel: 3, padding: 1, out_channels: 16, bias: false}", "  - {op: batch-norm, name: n}", "  - {op: relu, name: r}",
		"  - {op: global-average-pool, name: p}", "  - {op: flatten, name: f}", "  - {op: linear, name: l, out_features: 5}"}, "\n"), nil, Options{Threads: 1})
	got := map[string]int64{}
	for _, c := range net.Count(r) {
		got[c.Variant] = c.Bytes
		if (c.Bytes > 0) != (c.FLOPs > 0) {
			t.Errorf("%s: %d bytes, %d FLOPs", c.Name, c.Bytes, c.FLOPs)
		}
	}
	for variant, want := range map[string]int64{
		"standard":            4 * (8*10*10 + 16*8*3*3 + 16*10*10),
		"global-average-pool": 4 * (16*10*10 + 16),
		"linear":              4 * (16 + 5*16 + 5),
	} {
		if got[variant] != want {
			t.Errorf("%s moves %d bytes, want %d (%v)", variant, got[variant], want, got)
		}
	}
}

// No fused step of a network moves more than its layers would by themselves.
func TestFusedStepsMoveLess(t *testing.T) {
	text := "input: 16x12x12\nlayers:\n  - {variant: inverted-residual, name: a, out_channels: 16, expansion: 4, padding: 1}\n  - {variant: separable, name: b, kernel: 3, padding: 1, out_channels: 24}\n  - relu\n  - {variant: se, name: c, reduction: 4}\n"
	net, r := compiled(t, text, nil, Options{Threads: 1})
	var steps, layers int64
	for _, c := range net.Count(r) {
		steps += c.Bytes
	}
	for i := range r.Nodes {
		if _, input := r.Nodes[i].Node.Op.(*network.Input); !input {
			layers += r.Nodes[i].Total.WeightBytes + r.Nodes[i].Total.ActivationBytes
		}
	}
	if steps == 0 || steps > layers {
		t.Errorf("steps move %d bytes, layers by themselves %d", steps, layers)
	}
}
