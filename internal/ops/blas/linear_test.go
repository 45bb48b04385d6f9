package blas

import (
	"context"
	"math"
	"testing"

	"convx/internal/ops/problem"
)

// TestLinearSumsInOneOrder: gonum's order of adding up depends on where the weights begin; ours does not.
func TestLinearSumsInOneOrder(t *testing.T) {
	const in, out = 37, 5
	memory, x := problem.Aligned16[float32](in*out+3), make([]float32, in)
	for i := range x {
		x[i] = float32(math.Sin(float64(i)))
	}
	var first []float32
	for begin := range 4 {
		weight := memory[begin:][:in*out]
		for i := range weight {
			weight[i] = float32(math.Cos(float64(i))) / 7
		}
		p := &problem.Problem{Lo: math.Inf(-1), Hi: math.Inf(1), Threads: 1, Inputs: [][]int{{1, in}}, Output: []int{1, out}}
		r, err := NewLinear(p, problem.Operands[float32]{Weight: weight})
		if err != nil {
			t.Fatal(err)
		}
		y := make([]float32, out)
		if err := r.Run(context.Background(), y, [][]float32{x}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = y
		}
		for i := range y {
			if y[i] != first[i] {
				t.Errorf("output %d is %v with weights %d numbers behind a boundary, %v on it", i, y[i], begin, first[i])
			}
		}
	}
}
