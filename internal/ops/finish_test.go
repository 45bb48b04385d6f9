package ops

import (
	"context"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// counter adds to every element that it is given, and counts how often it was.
type counter struct {
	out  []float32
	seen []atomic.Int32
}

func (c *counter) Finish(from, to int) {
	for i := from; i < to; i++ {
		c.out[i] += 1000
		c.seen[i].Add(1)
	}
}

// Whoever finishes the outputs of a convolution gets each of them once in a run, when it is final.
func TestFinishersGetEveryOutputOnce(t *testing.T) {
	for i := range convAlgorithms {
		a := &convAlgorithms[i]
		t.Run(a.Name, func(t *testing.T) {
			finished := 0
			rapid.Check(t, func(t *rapid.T) {
				d := drawAccepted[float32](t, layer.KindConv, a)
				in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
				clamped := rapid.Bool().Draw(t, "clamped")
				plan, err := prepare(d.stage, d.in, weights, Options{Algorithm: a.Name, Threads: rapid.IntRange(1, 3).Draw(t, "threads")}, clamped)
				if err != nil {
					t.Fatalf("%s: %v", d, err)
				}
				want, got := tensor.New[float32](plan.Output...), tensor.New[float32](plan.Output...)
				if err := plan.Run(context.Background(), want, in...); err != nil {
					t.Fatal(err)
				}
				f, ok := plan.runner.(problem.Finishable)
				c := &counter{got.Data, make([]atomic.Int32, len(got.Data))}
				if !ok || !f.FinishBy(c) {
					return
				}
				finished++
				for round := range 2 {
					if err := plan.Run(context.Background(), got, in...); err != nil {
						t.Fatal(err)
					}
					for i := range got.Data {
						if n := c.seen[i].Load(); got.Data[i] != want.Data[i]+1000 || n != int32(round+1) {
							t.Fatalf("%s: output %d is %v after %d runs and %d calls, want %v", d, i, got.Data[i], round+1, n, want.Data[i]+1000)
						}
					}
				}
			})
			if _, packed := map[string]bool{"im2col": true, referenceName: true, "fft": true}[a.Name]; finished == 0 && !packed {
				t.Error("nothing was finished")
			}
		})
	}
}
