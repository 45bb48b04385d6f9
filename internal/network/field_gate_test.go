package network

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A gate sees the whole input, and leaves what is seen without it as it is: the field of the same network without gates.
func TestGatesLeaveTheLocalField(t *testing.T) {
	const residual = "{variant: standard, name: before%[1]d, kernel: 3, padding: 1, out_channels: 8}\n  - GATE\n  - {op: add, from: [gate%[1]d, before%[1]d]}"
	layers := []string{
		"{variant: standard, kernel: 3, padding: 1, out_channels: 8}", "{variant: standard, kernel: 3, stride: 2, padding: 1, out_channels: 8}", "{variant: depthwise, kernel: 5, padding: 2}", "relu", "batch-norm",
		"{variant: dilated, dilation: 2, kernel: 3, padding: 2, out_channels: 8}", "{variant: max-pool, kernel: 2, stride: 2}", "{variant: resize-conv, scale: 2, out_channels: 8}",
		residual,
	}
	rapid.Check(t, func(t *rapid.T) {
		var with, without []string
		gates := 0
		for i := range rapid.IntRange(1, 8).Draw(t, "layers") {
			y := rapid.SampledFrom(layers).Draw(t, "layer")
			if y == residual {
				y = fmt.Sprintf(residual, i)
			}
			if strings.Contains(y, "GATE") {
				gates++
			}
			with = append(with, strings.ReplaceAll(y, "GATE", fmt.Sprintf("{variant: se, name: gate%d, reduction: 4}", i)))
			without = append(without, strings.ReplaceAll(y, "GATE", fmt.Sprintf("{op: relu, name: gate%d}", i)))
			if rapid.Bool().Draw(t, "gated") {
				gates++
				with = append(with, "{variant: se, reduction: 4}")
			}
		}
		last := func(all []string) *NodeResult {
			g, err := Parse("net.yaml", []byte("input: 8x64x64\nlayers:\n  - "+strings.Join(all, "\n  - ")+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			r, err := Evaluate(g, Options{})
			if err != nil {
				t.Skip(err) // too small for one more pool
			}
			return &r.Nodes[len(r.Nodes)-1]
		}
		f, plain := last(with).Field, last(without).Field
		if f.Whole != (gates > 0) || (f.Local != nil) != (gates > 0) {
			t.Fatalf("%d gates: %+v", gates, f)
		}
		window, ok := f.Window()
		if !ok || fmt.Sprint(window.Size, window.Least, window.Jump, window.Start, window.Variance) != fmt.Sprint(plain.Size, plain.Least, plain.Jump, plain.Start, plain.Variance) {
			t.Fatalf("%v\nwithout gates %+v\nbeside them %+v", with, plain, window)
		}
	})
}

// After global pooling nothing keeps its place, whatever gates came before.
func TestNoWindowAfterPooling(t *testing.T) {
	g, err := Parse("net.yaml", []byte("input: 8x64x64\nlayers:\n  - {variant: se, reduction: 4}\n  - {variant: standard, kernel: 3}\n  - global-average-pool\n  - flatten\n  - {op: linear, out_features: 3}"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Evaluate(g, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var windows []bool
	for i := range r.Nodes {
		_, ok := r.Nodes[i].Field.Window()
		windows = append(windows, ok)
	}
	if !reflect.DeepEqual(windows, []bool{true, true, true, false, false, false}) {
		t.Error(windows)
	}
}
