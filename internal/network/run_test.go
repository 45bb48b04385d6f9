package network_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"convx/internal/fuzzing"
	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// mostWork bounds the networks that are run: multiply-accumulates, and elements of the largest tensor.
const mostWork = 3_000_000

// Random network files run: what comes out has the shape that was counted, and rewritten, fused and by the quickest algorithms it is
// what it is step by step by the reference.
func TestRandomFilesRun(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	ran := 0
	for round := 0; ran < 120; round++ {
		data := make([]byte, 30+r.IntN(60))
		for i := range data {
			data[i] = byte(r.IntN(256))
		}
		text := network.FileOf(&fuzzing.Draws{Data: data})
		results := runBoth(t, text)
		if results == nil {
			continue
		}
		if ran++; t.Failed() {
			t.Fatalf("round %d:\n%s", round, text)
		}
	}
}

// runBoth runs a file twice; nil if it cannot be, or is too much.
func runBoth(t *testing.T, text string) []*tensor.Array {
	g, err := network.Parse("x.yaml", []byte(text))
	if err != nil {
		return nil
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil || r.Total.MACs > mostWork || r.PeakMemory > 4*mostWork {
		return nil
	}
	if g.Program, err = network.Compile(r, nil, 1); err != nil {
		return nil
	}
	var all []*tensor.Array
	for _, o := range []infer.Options{{MaxBytes: 1 << 30}, {MaxBytes: 1 << 30, Without: []string{"all"}, Algorithm: "reference", At: []string{"*"}}} {
		net, err := infer.Prepare(context.Background(), g, o)
		if err != nil {
			t.Error(err)
			return all
		}
		feeds, err := net.Seeded(nil, 2)
		if err == nil {
			err = net.Run(context.Background(), feeds)
		}
		if err != nil {
			t.Error(err)
			return all
		}
		for i, out := range g.Program.Outputs {
			got, want := net.Result(out), r.Output
			if len(g.Outputs) > 0 {
				want = r.Nodes[g.Outputs[i]].Output
			}
			if !slices.Equal(got.Shape, want) {
				t.Errorf("%s is %v, and was counted as %v", out.Name, got, want)
			}
			if len(all) > i && o.Algorithm != "" {
				if err := alike(all[i], got); err != nil {
					t.Errorf("%s: %v", out.Name, err)
				}
			} else {
				all = append(all, got.Clone())
			}
		}
	}
	return all
}

func alike(got, want *tensor.Array) error {
	x, y := tensor.Data[float32](got), tensor.Data[float32](want)
	most := 1e-3
	for _, v := range y {
		most = math.Max(most, math.Abs(float64(v)))
	}
	for i := range x {
		if x[i] == y[i] {
			continue // infinities too: windows of padding alone
		}
		if d := math.Abs(float64(x[i]) - float64(y[i])); d > 1e-3*most || d != d && y[i] == y[i] {
			return fmt.Errorf("element %d is %g, want %g, of at most %g", i, x[i], y[i], most)
		}
	}
	return nil
}
