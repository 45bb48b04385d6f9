package onnx

import (
	"slices"
	"testing"

	"convx/internal/network"
)

// What is uncounted is counted in nodes of the model, however many outputs they have, by the operator's own name.
func TestUncountedNodes(t *testing.T) {
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 3, 4, 4)}, []string{"y"},
		nodeMsg("mine:Thing", "x", "a b c"), nodeMsg("mine:Thing", "x", "- d e"), nodeMsg("Unique", "x", "g h"),
		nodeMsg("Sum", "a b c d e g h", "s"), nodeMsg("Sum", "s g", "y"))))
	r := evaluateModel(t, m, Options{})
	want := []network.Uncounted{{Operator: "mine.Thing", Count: 2}, {Operator: "Unique", Count: 1, Harmless: true}, {Operator: "Sum", Count: 2, Harmless: true}}
	if !slices.Equal(r.Uncounted, want) {
		t.Errorf("uncounted %v, want %v", r.Uncounted, want)
	}
}
