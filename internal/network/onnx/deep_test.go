package onnx

import (
	"fmt"
	"testing"
	"time"

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

// Ten times the layers take about ten times as long, not a hundred.
func TestDeepModelsTakeLinearTime(t *testing.T) {
	took := func(n int) time.Duration {
		data := deep(n)
		start := time.Now()
		m := decode(t, data)
		g, err := m.Network(Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want := n / 2 * 81 * 120; r.Total.MACs != want || r.Total.Params != 81 {
			t.Errorf("%d MACs, %d params, want %d and 81", r.Total.MACs, r.Total.Params, want)
		}
		return time.Since(start)
	}
	took(1000)
	small, large := took(2000), took(20_000)
	if large > 50*small {
		t.Errorf("2,000 layers take %v, 20,000 %v", small, large)
	}
}
