package gradient

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// Without a channel the output is that of the same network whose layer has zeros for the channel's weights and bias.
func TestAblationIsANetworkWithoutTheChannel(t *testing.T) {
	const text = `
input: 2x9x9
layers:
  - {variant: standard, name: first, out_channels: 5, kernel: 3}
  - relu
  - {variant: standard, name: second, out_channels: 5, kernel: 3, padding: 1}
  - {op: add, name: sum, from: [relu, second]}
  - {op: global-average-pool}
  - {op: linear, name: classes, out_features: 4}
  - {op: softmax}
`
	r := rand.New(rand.NewPCG(8, 9))
	p := program(t, text, 3)
	feeds := map[string]*tensor.Array{"input": draws(r, []int{1, 2, 9, 9})}
	a, err := Ablate(t.Context(), p, "second", feeds, infer.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if a.Before != "softmax" || len(a.Without) != 5 {
		t.Fatalf("%+v", a)
	}
	for c := -1; c < 5; c++ {
		q := program(t, text, 3)
		for v := range q.Values {
			if w := q.Values[v].Weight; w != nil && c >= 0 && (w.Name == "second.weight" || w.Name == "second.bias") {
				read := w.Read
				w.Read = func() (*tensor.Array, error) {
					array, err := read()
					if err != nil {
						return nil, err
					}
					array = array.Clone()
					data := tensor.Data[float32](array)
					per := len(data) / 5
					clear(data[c*per : (c+1)*per])
					return array, nil
				}
			}
		}
		net, err := infer.Prepare(context.Background(), &network.Graph{Program: q}, infer.Options{Threads: 1, At: []string{"classes"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := net.Run(t.Context(), feeds); err != nil {
			t.Fatal(err)
		}
		out := tensor.Data[float32](net.Result(net.At[0]))
		got := a.Value
		if c >= 0 {
			got = a.Without[c]
			if largest(out) != a.Largest[c] {
				t.Errorf("without channel %d output %d is the largest, not %d", c, largest(out), a.Largest[c])
			}
		}
		if want := float64(out[a.Output]); math.Abs(got-want) > 1e-5*max(1, math.Abs(want)) {
			t.Errorf("without channel %d: %g, want %g", c, got, want)
		}
	}
	if _, err := Ablate(t.Context(), p, "none", feeds, infer.Options{}); err == nil {
		t.Error("a layer that there is not is left out")
	}
}
