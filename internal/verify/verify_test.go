package verify

import (
	"context"
	"errors"
	"testing"

	"convx/internal/ops"
	"convx/internal/tensor"
)

// TestIdentities holds every identity on random layers, by every algorithm.
func TestIdentities(t *testing.T) {
	names := map[string]bool{}
	for _, id := range Identities() {
		if names[id.Name] {
			t.Errorf("two identities are named %s", id.Name)
		}
		names[id.Name] = true
		for _, algorithm := range append([]string{"auto"}, ops.Algorithms()...) {
			t.Run(id.Name+"/"+algorithm, func(t *testing.T) {
				res, err := id.Check(t.Context(), 1, 10, ops.Options{Algorithm: algorithm, Threads: 2})
				if err != nil {
					t.Fatal(err)
				}
				if !res.Holds() || res.Layers != 10 {
					t.Errorf("%s does not hold: %+v", id.Statement, res)
				}
			})
		}
	}
}

// TestBrokenIdentity checks that a false statement is found out, with its difference.
func TestBrokenIdentity(t *testing.T) {
	broken := Identity{"broken", "a convolution plus one is the convolution", func(d *draw) (left, right *array) {
		left, right = pointwiseIsStandard(d)
		return left, each(right, func(v float32) float32 { return v + 1 })
	}}
	res, err := broken.Check(t.Context(), 1, 3, ops.Options{Algorithm: "reference"})
	if err != nil || res.Holds() || res.Largest != 1 || res.Allowed != 0 {
		t.Errorf("%+v, %v", res, err)
	}
	nan := Identity{"nan", "", func(*draw) (left, right *array) {
		zero := tensor.New[float32](1)
		return each(zero, func(v float32) float32 { return v / v }), zero
	}}
	if res, err := nan.Check(t.Context(), 1, 1, ops.Options{}); err != nil || res.Holds() {
		t.Errorf("NaN passed for equal: %+v, %v", res, err)
	}
}

func TestCheckStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Identities()[0].Check(ctx, 1, 1, ops.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, not the context's error", err)
	}
}
