package measured

import (
	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/report"
)

// noiseText says what helps against times that vary.
func noiseText(noisy, all int) report.Text {
	return report.Text{lang.Sprintf("note: %d of %d times vary by more than 20%% (±): close other programs, or raise --min-time", noisy, all)}
}

// untimedText says what is not known of a machine like this one, and how to tell.
func untimedText(m bench.Machine) []report.Block {
	if !m.Untimed {
		return nil
	}
	return []report.Block{report.Text{lang.Text("note: the costs that choose algorithms were never measured on such a processor, and may choose slow ones: " +
		"please send what convx bench kinds --tune --threads 1 prints, and the processor's name, by the issues of the place that you have convx from")}}
}

type secondsJSON struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Spread float64 `json:"spread"`
	Runs   int     `json:"runs"`
	// Samples are the times of at most ten equal parts of the runs, to compare later runs with.
	Samples []float64 `json:"samples,omitempty"`
}

func secondsOf(t bench.Timing) secondsJSON {
	j := secondsJSON{t.Min.Seconds(), t.Median.Seconds(), t.Spread.Seconds(), t.Runs, nil}
	for _, s := range t.Samples {
		j.Samples = append(j.Samples, s.Seconds())
	}
	return j
}
