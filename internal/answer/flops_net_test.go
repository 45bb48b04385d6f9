package answer

import "testing"

func TestBarsAreProportional(t *testing.T) {
	for share, want := range map[float64]string{0: "", 0.5: "████████ 50%", 1: "████████████████ 100%", 0.0001: "▏ 0.01%", 1. / 32: "▌ 3.12%"} {
		if got := bar(share); got != want {
			t.Errorf("bar(%g) = %q, want %q", share, got, want)
		}
	}
}
