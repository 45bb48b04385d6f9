package measured

import (
	"testing"

	"convx/internal/compare"
)

func TestVerdictsSayWhatRan(t *testing.T) {
	for _, tt := range []struct {
		speedup, saving float64
		want            string
	}{
		{1.9, 4, ": it runs 1.9 times as fast, not 4"},
		{0.5, 4, ": it runs slower, at 0.5 times the speed"},
		{4.1, 4, ": it runs 4.1 times as fast"},
	} {
		if got := speedVerdict(tt.speedup, tt.saving); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// Outputs of which nothing is finite do not pass for equal.
func TestPSNRCell(t *testing.T) {
	for _, c := range []struct {
		d    compare.Deviation
		want string
	}{{compare.Deviation{}, "equal"}, {compare.Deviation{LeftOut: 1}, ""}, {compare.Deviation{Max: 1}, ""}} {
		if got := deviationCells(&c.d)[2].Text; got != c.want {
			t.Errorf("%+v: %q, want %q", c.d, got, c.want)
		}
	}
}
