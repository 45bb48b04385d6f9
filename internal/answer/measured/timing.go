package measured

import (
	"fmt"

	"convx/internal/bench"
	"convx/internal/report"
)

// noiseText says what helps against times that vary.
func noiseText(noisy, all int) report.Text {
	return report.Text{fmt.Sprintf("note: %d of %d times vary by more than 20%% (±): close other programs, or raise --min-time", noisy, all)}
}

type secondsJSON struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Spread float64 `json:"spread"`
	Runs   int     `json:"runs"`
}

func secondsOf(t bench.Timing) secondsJSON {
	return secondsJSON{t.Min.Seconds(), t.Median.Seconds(), t.Spread.Seconds(), t.Runs}
}
