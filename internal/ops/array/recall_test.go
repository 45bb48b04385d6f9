package array

import (
	"math"
	"testing"

	"convx/internal/tensor"
)

// Long sequences, whose weights are packed in float32, give what float64 gives, with states of any size.
func TestLongSequencesAgreeWithFloat64(t *testing.T) {
	d := newDraws()
	for _, hidden := range []int{7, 8, 13, 32, 33, 96, 600} {
		for op, gates := range map[string]int{"RNN": 1, "GRU": 3, "LSTM": 4} {
			for _, linear := range []int64{0, 1} {
				const steps, batch, inputs = 9, 2, 21
				small := func(shape ...int) *tensor.Array {
					a := d.array(tensor.Float64, shape...)
					for i := range tensor.Data[float64](a) {
						tensor.Data[float64](a)[i] = float64(float32(tensor.Data[float64](a)[i] / math.Sqrt(float64(hidden))))
					}
					return a
				}
				in := list{small(steps, batch, inputs), small(2, gates*hidden, inputs), small(2, gates*hidden, hidden), small(2, 2*gates*hidden)}
				narrow := make(list, len(in))
				for i, a := range in {
					narrow[i] = (&Call{}).converted(a, tensor.Float32)
				}
				attributes := Attributes{"direction": "bidirectional", "hidden_size": int64(hidden)}
				if op == "GRU" {
					attributes["linear_before_reset"] = linear
				}
				want := numbersOf(run(t, op, attributes, 1, in...)[0])
				for i, fixed := range [][]bool{nil, {false, true, true}, {false, true, true}} {
					c := &Call{Op: op, Version: 21, Attributes: attributes, In: narrow, Out: make(list, 1), Fixed: fixed}
					if i == 2 {
						c.Each = atOnce
					}
					for range 2 {
						if err := Run(c); err != nil {
							t.Fatal(err)
						}
						for i, got := range numbersOf(c.Out[0]) {
							if math.Abs(got-want[i]) > 1e-5 {
								t.Fatalf("%s of %d, linear %d, fixed %v: output %d is %v, want %v", op, hidden, linear, fixed, i, got, want[i])
							}
						}
					}
				}
			}
		}
	}
}
