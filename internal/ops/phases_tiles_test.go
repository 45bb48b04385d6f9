package ops

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/ops/problem"
	"convx/internal/ops/transposed"
	"convx/internal/tensor"
)

// TestPhaseTiles computes transposed convolutions in tiles of any size.
func TestPhaseTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawTransposed(t)
		p, in, weights, w := bound(t, d)
		var out [3]int
		for a := range out {
			out[a] = rapid.IntRange(1, p.Out[a]).Draw(t, fmt.Sprint("tile", a))
		}
		r, err := transposed.NewTiled(p, out, w, phasesBy[float32](exactly))
		if err != nil {
			t.Fatal(err)
		}
		got, want := tensor.New[float32](p.Output...), runOn(t, d, in, weights, Options{Algorithm: referenceName}, false)
		for i := range got.Data {
			got.Data[i] = float32(math.NaN())
		}
		if err := r.Run(t.Context(), got.Data, [][]float32{in[0].Data}); err != nil {
			t.Fatal(err)
		}
		if i := differs(got, want); i >= 0 {
			t.Fatalf("%s in tiles of %v: output %d is %v, the reference says %v", d, out, i, got.Data[i], want.Data[i])
		}
	})
}

// bound is a drawn stage as a problem, with data and operands of integers; one that cannot be is skipped.
func bound(t *rapid.T, d drawn) (p *problem.Problem, in []*tensor.Tensor[float32], weights map[string]*tensor.Tensor[float32], w problem.Operands[float32]) {
	p, err := (Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}).problem(d.stage, d.in)
	if err != nil {
		t.Skip("impossible")
	}
	in, weights = integers[float32](d, rapid.Uint64().Draw(t, "seed"))
	if w, err = bind(p, weights); err != nil {
		t.Fatal(err)
	}
	return p, in, weights, w
}
