package measured

import (
	"convx/internal/compare"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

type compareNetJSON struct {
	Baseline string              `json:"baseline"`
	Rows     []compareNetRowJSON `json:"rows"`
}

type compareNetRowJSON struct {
	Net    string `json:"net"`
	Input  []int  `json:"input"`
	Output []int  `json:"output"`
	flops.Total
	PeakMemory int64     `json:"peak_memory"`
	Layers     int       `json:"layers"`
	Ratio      ratioJSON `json:"ratio"`
	Intensity  float64   `json:"arithmetic_intensity"`
	// Of networks that ran.
	Seconds       *float64           `json:"seconds,omitempty"` // the median
	SecondsMin    *float64           `json:"seconds_min,omitempty"`
	SecondsSpread *float64           `json:"seconds_spread,omitempty"`
	Speedup       *float64           `json:"speedup,omitempty"`
	Difference    *compare.Deviation `json:"difference,omitempty"`
}

// NetworkRuns are networks that ran on the same data.
type NetworkRuns struct {
	Runs    []*compare.NetworkRun // one for each network
	Threads int
}

// CompareNetworkRuns is the answer of networks side by side that ran: their counts, times, and how far their outputs differ.
func CompareNetworkRuns(n NetworkRuns, base int) report.Document {
	var names []string
	var results []*network.Result
	for _, r := range n.Runs {
		names, results = append(names, r.Name), append(results, r.Result)
	}
	j, t := compareNetworks(names, results, base)
	timed, compared := n.Runs[base].Timing != nil, false
	for _, r := range n.Runs {
		compared = compared || r.Deviation != nil
	}
	spare := func(n int, name, key string) report.Column {
		return report.Column{Name: name, Key: key, Right: true, Spare: n}
	}
	right := func(name, key string) report.Column { return spare(0, name, key) }
	if timed {
		t.Columns = append(t.Columns, right("time", "seconds"), right("±", "seconds_spread"), right("speed-up", "speedup"))
	}
	if compared {
		t.Columns = append(t.Columns, right("max |diff|", "max_difference"), right("mean |diff|", "mean_difference"), right("PSNR", "psnr"))
	}
	var notes report.Text
	for i, r := range n.Runs {
		row := &j.Rows[i]
		if timed {
			s := secondsOf(*r.Timing)
			speedup := n.Runs[base].Timing.Median.Seconds() / max(s.Median, 1e-12)
			row.Seconds, row.SecondsMin, row.SecondsSpread, row.Speedup = &s.Median, &s.Min, &s.Spread, &speedup
			t.Rows[i] = append(t.Rows[i], report.Time(r.Timing.Median), report.Cell{Text: report.PercentOf(r.Timing.Spread, r.Timing.Median), Raw: r.Timing.Spread.Seconds()}, times(&speedup))
		}
		if row.Difference = r.Deviation; compared {
			t.Rows[i] = append(t.Rows[i], deviationCells(r.Deviation)...)
		}
		for _, note := range r.Notes {
			notes = append(notes, lang.Sprintf("note: %s", report.Printable(note)))
		}
	}
	head := report.Text{lang.Sprintf("baseline %s", j.Baseline)}
	if timed {
		head = append(head, lang.Sprintf("times on %s", lang.Plural(n.Threads, "thread")))
	}
	blocks := []report.Block{head, t}
	if notes != nil {
		blocks = append(blocks, notes)
	}
	return report.Document{JSON: j, Blocks: blocks}
}

// CompareNetworks is the answer of networks side by side: names are what they are called, base the one that the others are
// compared with.
func CompareNetworks(names []string, results []*network.Result, base int) report.Document {
	j, t := compareNetworks(names, results, base)
	head := report.Text{lang.Sprintf("baseline %s; networks are counted: with a picture or an array as INPUT, they run on it and are timed", j.Baseline)}
	return report.Document{JSON: j, Blocks: []report.Block{head, t}}
}

func compareNetworks(names []string, results []*network.Result, base int) (compareNetJSON, report.Table) {
	b := results[base].Total
	j := compareNetJSON{Baseline: names[base]}
	spare := func(n int, name, key string) report.Column {
		return report.Column{Name: name, Key: key, Right: true, Spare: n}
	}
	right := func(name, key string) report.Column { return spare(0, name, key) }
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "input", Spare: 1}, spare(2, "layers", "layers"), right("params", "params"), spare(3, "×", "params_ratio"),
		right("MACs", "macs"), right("×", "macs_ratio"), spare(4, "activations", "activations"), spare(5, "×", "activations_ratio"),
		right("peak memory", "peak_memory"), spare(6, "FLOPs/B", "arithmetic_intensity"),
	}}
	for i, r := range results {
		n := compareNetRowJSON{
			Net: names[i], Input: r.Input, Output: r.Output, Total: r.Total, PeakMemory: r.PeakMemory,
			Layers: len(r.Counted()), Intensity: r.Total.ArithmeticIntensity(),
			Ratio: ratioOf(r.Total, b),
		}
		j.Rows = append(j.Rows, n)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(n.Net), report.Str(layer.FormatShape(n.Input)), report.Int(n.Layers), report.Quantity(n.Params), times(n.Ratio.Params),
			report.Quantity(n.MACs), times(n.Ratio.MACs), report.Quantity(n.Activations), times(n.Ratio.Activations),
			{Text: report.Bytes(n.PeakMemory), Raw: n.PeakMemory}, report.Float(n.Intensity),
		})
	}
	return j, t
}
