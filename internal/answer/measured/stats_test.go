package measured

import (
	"encoding/json"
	"math"
	"testing"

	"convx/internal/tensor"
)

// Counted by hand: channel 0 holds 1, 3, 0, NaN and channel 1 nothing finite, over two images of two pixels.
func TestStats(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := tensor.Of([]float64{1, 3, nan, inf, 0, nan, -inf, nan}, 2, 2, 2)
	got := StatsOf(x)
	if len(got) != 2 || *got[0].Min != 0 || *got[0].Max != 3 || float64(*got[0].Mean) != 4./3 || math.Abs(float64(*got[0].Std)-math.Sqrt(14./9)) > 1e-15 {
		t.Errorf("channel 0: %+v", got[0])
	}
	for i, want := range []ChannelStats{{Channel: 0, Zeros: 1, NaNs: 1, Values: 4}, {Channel: 1, NaNs: 2, Infs: 2, Values: 4}} {
		g := got[i]
		g.Min, g.Max, g.Mean, g.Std = nil, nil, nil, nil
		if g != want {
			t.Errorf("channel %d: %+v, want %+v", i, g, want)
		}
	}
	if got[1].Min != nil || got[1].Mean != nil {
		t.Errorf("channel 1 has nothing to measure: %+v", got[1])
	}
}

// Sums beyond float64 must not keep the statistics from being printed.
func TestStatsOfHugeValues(t *testing.T) {
	got := StatsOf(tensor.Of([]float64{math.MaxFloat64, math.MaxFloat64}, 1, 1, 2))
	text, err := json.Marshal(got)
	if want := `[{"channel":0,"min":1.7976931348623157e+308,"max":1.7976931348623157e+308,"mean":null,"std":0,"zeros":0,"nans":0,"infs":0,"values":2}]`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}
