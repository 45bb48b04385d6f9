package measured

import (
	"slices"
	"time"

	"convx/internal/bench"
	"convx/internal/chart"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/report"
)

// mostBars bounds the steps of a chart: those that take longest.
const mostBars = 20

// NetworkBars draws what each step of a network takes beside its multiply-accumulates, so that it is seen that these are not time.
// The others are compared with the step that takes longest.
func NetworkBars(w bench.Whole, look drawing.Look) chart.Bars {
	var times []time.Duration
	for _, s := range w.Steps {
		times = append(times, s.Timing.Median)
	}
	slices.Sort(times)
	least := times[max(0, len(times)-mostBars)]
	b := chart.Bars{Look: look}
	took, macs := chart.Panel{Title: lang.Text("time (median)")}, chart.Panel{Title: lang.Text("MACs")}
	for _, s := range w.Steps {
		if s.Timing.Median < least {
			continue
		}
		if s.Timing.Median == times[len(times)-1] {
			b.Baseline = len(b.Labels)
		}
		b.Labels = append(b.Labels, report.Printable(s.Name))
		took.Values, took.Texts = append(took.Values, s.Timing.Median.Seconds()), append(took.Texts, report.Duration(s.Timing.Median))
		macs.Values, macs.Texts = append(macs.Values, float64(s.MACs)), append(macs.Texts, report.SI(float64(s.MACs)))
	}
	if n := len(b.Labels); n < len(times) {
		b.Note = lang.Sprintf("the %d of %d steps that take longest", n, len(times))
	}
	b.Panels = []chart.Panel{took, macs}
	return b
}
