package kernel

import (
	"testing"
	"time"
)

func TestPeakIsPlausible(t *testing.T) {
	for _, l := range ISAs() {
		// One multiply-add per lane and cycle of a slow machine, and no more
		// than 4 vectors a cycle at 8 GHz.
		got, lanes := l.PeakFLOPs(5*time.Millisecond), float64(l.Lanes())
		if got < 1e7*lanes || got > 64e9*lanes {
			t.Errorf("%v: %.3g FLOP/s", l, got)
		}
	}
}
