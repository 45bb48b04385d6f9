package measured

import (
	"convx/internal/chart"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/report"
)

// CompareBars draws params, MACs and times.
func CompareBars(c Comparison, look drawing.Look) chart.Bars {
	b := chart.Bars{Baseline: c.Baseline, Look: look}
	params, macs, took := chart.Panel{Title: lang.Text("params")}, chart.Panel{Title: lang.Text("MACs")}, chart.Panel{Title: lang.Text("time (median)")}
	for _, r := range c.Rows {
		b.Labels = append(b.Labels, r.Label)
		add := func(p *chart.Panel, v float64, text string) {
			p.Values, p.Texts = append(p.Values, v), append(p.Texts, text)
		}
		add(&params, float64(r.Cost.Total.Params), report.SI(float64(r.Cost.Total.Params)))
		add(&macs, float64(r.Cost.Total.MACs), report.SI(float64(r.Cost.Total.MACs)))
		if r.Timing != nil {
			add(&took, r.Timing.Median.Seconds(), report.Duration(r.Timing.Median))
		}
	}
	b.Panels = []chart.Panel{params, macs}
	if c.Timed {
		b.Panels = append(b.Panels, took)
	}
	return b
}
