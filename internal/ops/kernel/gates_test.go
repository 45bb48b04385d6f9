package kernel

import (
	"fmt"
	"math"
	"testing"
)

// The functions that multiply by a gate, everywhere and at every tail, beside float64.
func TestGates(t *testing.T) {
	gates := map[string]struct {
		kernel func(l ISA, dst, src []float32)
		want   func(x float64) float64
	}{
		"swish":      {ISA.Swish, func(x float64) float64 { return x / (1 + math.Exp(-x)) }},
		"hard swish": {ISA.HardSwish, func(x float64) float64 { return x * min(max(x/6+0.5, 0), 1) }},
		"gelu":       {ISA.Gelu, func(x float64) float64 { return x * (1 + math.Erf(x/math.Sqrt2)) / 2 }},
	}
	eachISA(t, func(t *testing.T, l ISA) {
		for name, g := range gates {
			for n := range 70 {
				x, dst := newOperand(n, func(i int) float32 { return float32(i*i)/97 - 9 }), newOperand(n, func(int) float32 { return canary })
				g.kernel(l, dst.data, x.data)
				dst.unchanged(t, "dst", func(int) bool { return true })
				x.unchanged(t, "x", nil)
				nearGate(t, fmt.Sprint(name, " of ", n), dst.data, x.data, g.want)
			}
			var x []float32
			for v := float32(-20.3); v < 20.3; v += 0.00317 {
				x = append(x, v)
			}
			got := make([]float32, len(x))
			g.kernel(l, got, x)
			nearGate(t, name, got, x, g.want)
			if g.kernel(l, x, x); x[0] != got[0] || x[len(x)-1] != got[len(x)-1] {
				t.Errorf("%s in place differs", name)
			}
			nan := []float32{float32(math.NaN())}
			if g.kernel(l, nan, nan); nan[0] == nan[0] {
				t.Errorf("%s of NaN is %v", name, nan)
			}
		}
	})
}

func nearGate(t *testing.T, name string, got, x []float32, want func(x float64) float64) {
	t.Helper()
	for i, v := range got {
		if w := want(float64(x[i])); math.Abs(float64(v)-w) > 0x1p-21*math.Abs(float64(x[i])) {
			t.Fatalf("%s: of %v it is %v, want %v", name, x[i], v, w)
		}
	}
}
