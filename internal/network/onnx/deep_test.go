package onnx

import (
	"fmt"
	"testing"

	"convx/internal/network"
)

func deep(n int) []byte {
	parts := []any{weights("w", 3, 3, 3, 3)}
	in := "x"
	for i := range n / 2 {
		mid, out := fmt.Sprintf("c%d", i), fmt.Sprintf("r%d", i)
		parts = append(parts, nodeMsg("Conv", in+" w", mid, attr("pads", []int{1, 1, 1, 1})), nodeMsg("Relu", mid, out))
		in = out
	}
	parts = append(parts, nodeMsg("Identity", in, "y"))
	return operatorCase{parts: parts}.model()
}

// Work grows with the number of layers and no faster: allocations, which do not depend on the machine, are counted.
func TestDeepModelsTakeLinearWork(t *testing.T) {
	count := func(n int) float64 {
		data := deep(n)
		return testing.AllocsPerRun(1, func() {
			g, err := decode(t, data).Network(Options{})
			if err != nil {
				t.Fatal(err)
			}
			r, err := network.Evaluate(g, network.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if want := n / 2 * 81 * 120; r.Total.MACs != int64(want) || r.Total.Params != 81 {
				t.Errorf("%d MACs, %d params, want %d and 81", r.Total.MACs, r.Total.Params, want)
			}
		})
	}
	if small, large := count(1000), count(4000); large > 4.2*small {
		t.Errorf("%.0f allocations for 1000 layers, %.0f for 4000", small, large)
	}
}
