package measured

import (
	"fmt"
	"time"

	"convx/internal/bench"
	"convx/internal/budget"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

type wholeJSON struct {
	Threads   int              `json:"threads"`
	CPU       string           `json:"cpu"`
	Peak      float64          `json:"peak_gflops"`
	Bandwidth float64          `json:"bandwidth_gbs"`
	Machine   machineJSON      `json:"machine"`
	Network   wholeNetJSON     `json:"network"`
	Layers    []wholeLayerJSON `json:"layers"`
	*budget.OutcomeJSON
}

type wholeNetJSON struct {
	Net     string      `json:"net"`
	Seconds secondsJSON `json:"seconds"`
	Load    float64     `json:"load_seconds"`
	First   float64     `json:"first_seconds"`
	Memory  int         `json:"peak_memory_bytes"`
	MACs    int64       `json:"macs"`
	Least   float64     `json:"least_seconds"` // by the roofline, the sum over its steps
	GFLOPS  float64     `json:"gflops"`
	OfPeak  float64     `json:"of_peak"`
}

type wholeLayerJSON struct {
	Name      string      `json:"name"`
	Variant   string      `json:"variant"`
	Output    []int       `json:"output"`
	MACs      int64       `json:"macs"`
	Algorithm string      `json:"algorithm,omitempty"`
	Seconds   secondsJSON `json:"seconds"`
	GFLOPS    float64     `json:"gflops"`
	Share     float64     `json:"share"`
	Bytes     int64       `json:"bytes"`         // that the step reads and writes at least
	Least     float64     `json:"least_seconds"` // by the roofline of this machine
	Bound     string      `json:"bound,omitempty"`
}

// TimesOfNetwork are a network's times, to hold to limits.
func TimesOfNetwork(w bench.Whole) budget.Times {
	m := w.Machine
	t := budget.Times{Name: w.Name, CPU: m.CPU, Threads: m.Threads, Peaks: m.Peaks, Bandwidths: m.Bandwidths}
	for _, r := range w.Steps {
		t.Add(budget.Measured{Name: r.Name, Kind: r.Variant, Median: r.Timing.Median, Spread: r.Timing.Spread, Samples: r.Timing.Samples}, r.Algorithm, 1)
	}
	t.Whole = budget.Measured{Name: w.Name, Median: w.Timing.Median, Spread: w.Timing.Spread, Samples: w.Timing.Samples}
	return t
}

// BenchNetwork is the answer of a network that was timed as a whole, and what became of the limits that it was held to.
func BenchNetwork(w bench.Whole, v budget.Outcome) report.Document {
	m := w.Machine
	j := wholeJSON{Threads: m.Threads, CPU: m.CPU, Peak: m.PeakGFLOPS, Bandwidth: m.BandwidthGBS, Machine: machineOf(m), Layers: []wholeLayerJSON{}, OutcomeJSON: held(v)}
	flops, n := int64(0), &j.Network
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant", Spare: 1}, {Name: "output", Spare: 2}, {Name: "algorithm"},
		{Name: "MACs", Key: "macs", Right: true}, {Name: "min", Key: "min_seconds", Right: true, Spare: 4},
		{Name: "median", Key: "median_seconds", Right: true}, {Name: "share", Right: true}, {Name: "GFLOP/s", Key: "gflops", Right: true, Spare: 3},
		{Name: "least", Key: "least_seconds", Right: true, Spare: 5}, {Name: "bound by", Key: "bound", Spare: 6},
	}}
	var sum time.Duration
	for _, r := range w.Steps {
		sum += r.Timing.Median
	}
	for _, r := range w.Steps {
		l := wholeLayerJSON{
			Name: r.Name, Variant: r.Variant, Output: r.Output, MACs: r.MACs, Algorithm: r.Algorithm, Seconds: secondsOf(r.Timing),
			GFLOPS: rate(r.FLOPs, r.Timing.Median), Share: float64(r.Timing.Median) / float64(max(sum, 1)),
		}
		if r.FLOPs > 0 {
			l.Bytes, l.Least, l.Bound = r.Bytes, leastOf(m, r.FLOPs, float64(r.Bytes)), boundOf(m, r.FLOPs, float64(r.Bytes))
		}
		n.Least += l.Least
		j.Layers = append(j.Layers, l)
		j.Network.MACs += r.MACs
		flops += r.FLOPs
		output := ""
		if r.Output != nil {
			output = layer.FormatShape(r.Output)
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(l.Name), report.Str(l.Variant), report.Str(output), report.Str(l.Algorithm),
			{Text: report.SI(float64(l.MACs)), Raw: l.MACs}, report.Time(r.Timing.Min), report.Time(r.Timing.Median), report.Share(l.Share), report.Float(l.GFLOPS),
			leastCell(l.Least), report.Str(lang.Text(l.Bound)),
		})
	}
	n.Net, n.Seconds, n.Load, n.First, n.Memory = w.Name, secondsOf(w.Timing), w.Load.Seconds(), w.First.Seconds(), w.PeakMemory
	n.GFLOPS = rate(flops, w.Timing.Median)
	n.OfPeak = n.GFLOPS / m.PeakGFLOPS
	head := report.Text{
		fmt.Sprintf("%s, %s", m.CPU, lang.Plural(m.Threads, "thread")),
		lang.Sprintf("%s: %s at best, %s median; %s GFLOP/s, %s of the measured peak; by the roofline its steps take at least %s", w.Name, report.Duration(w.Timing.Min), report.Duration(w.Timing.Median), report.Digits(n.GFLOPS), report.Percent(n.OfPeak), report.Duration(time.Duration(n.Least*1e9))),
		lang.Sprintf("loaded in %s, first answer after another %s; peak memory of the process %s", report.Duration(w.Load), report.Duration(w.First), report.Bytes(w.PeakMemory)),
	}
	blocks := []report.Block{append(head, machineText(m)...), t}
	return report.Document{JSON: j, Blocks: append(blocks, untimedText(m)...)}
}

func rate(flops int64, t time.Duration) float64 { return float64(flops) / max(t.Seconds(), 1e-9) / 1e9 }

// leastCell is a bound in seconds; nothing for a step without operations.
func leastCell(least float64) report.Cell {
	if least == 0 {
		return report.Str("")
	}
	return report.Time(time.Duration(least * 1e9))
}
