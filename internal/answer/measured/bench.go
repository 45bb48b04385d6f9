package measured

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"convx/internal/bench"
	"convx/internal/budget"
	"convx/internal/chart"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/report"
)

type benchJSON struct {
	Threads   int              `json:"threads"`
	CPU       string           `json:"cpu"`
	Peak      float64          `json:"peak_gflops"`
	Bandwidth float64          `json:"bandwidth_gbs"`
	Machine   machineJSON      `json:"machine"`
	Layers    []benchLayerJSON `json:"layers"`
	*budget.OutcomeJSON
}

type benchLayerJSON struct {
	Name      string      `json:"name"`
	Variant   string      `json:"variant"`
	Input     []int       `json:"input"`
	MACs      int64       `json:"macs"`
	FLOPs     int64       `json:"flops"`
	Algorithm string      `json:"algorithm"`
	Chosen    bool        `json:"chosen,omitempty"`
	Count     int         `json:"count,omitempty"`
	Seconds   secondsJSON `json:"seconds"`
	Least     float64     `json:"least_seconds"` // by the roofline of this machine
	GFLOPS    float64     `json:"gflops"`
	OfPeak    float64     `json:"of_peak"`
	GBS       float64     `json:"gbs"`
	OfBand    float64     `json:"of_bandwidth"`
	Intensity float64     `json:"arithmetic_intensity"`
	Bound     string      `json:"bound"`
}

func benchLayer(m bench.Machine, r bench.Result) benchLayerJSON {
	bytes := float64(r.Bytes)
	j := benchLayerJSON{
		Name: r.Name, Variant: r.Layer.Variant, Input: r.Layer.Input, MACs: r.Cost.MACs, FLOPs: r.Cost.FLOPs,
		Algorithm: r.Algorithm, Chosen: r.Auto, Count: r.Count, Seconds: secondsOf(r.Timing), GFLOPS: r.GFLOPS(),
		GBS: bytes / r.Median.Seconds() / 1e9, Intensity: float64(r.Cost.FLOPs) / max(bytes, 1),
	}
	j.Least = leastOf(m, r.Cost.FLOPs, bytes)
	j.Bound = boundOf(m, r.Cost.FLOPs, bytes)
	j.OfPeak, j.OfBand = j.GFLOPS/m.PeakGFLOPS, j.GBS/m.BandwidthGBS
	return j
}

// leastOf is the least time of so much work on the machine, in seconds: at its measured peak, or at its measured bandwidth.
func leastOf(m bench.Machine, flops int64, bytes float64) float64 {
	return max(float64(flops)/m.PeakGFLOPS, bytes/m.BandwidthGBS) / 1e9
}

// boundOf says which of the two is the longer.
func boundOf(m bench.Machine, flops int64, bytes float64) string {
	if _, memory := m.Attainable(float64(flops) / max(bytes, 1)); memory {
		return "memory"
	}
	return "compute"
}

// TimesOf are the times of layers, to hold to limits.
func TimesOf(m bench.Machine, rows []bench.Result, name string) budget.Times {
	t := budget.Times{Name: name, CPU: m.CPU, Threads: m.Threads, Peaks: m.Peaks, Bandwidths: m.Bandwidths}
	for _, r := range rows {
		t.Add(budget.Measured{Name: r.Name, Kind: r.Layer.Variant, Median: r.Median, Spread: r.Spread, Samples: r.Samples}, r.Algorithm, r.Count)
	}
	return t
}

// held is an outcome for a document; nil where there were no limits.
func held(v budget.Outcome) *budget.OutcomeJSON {
	if len(v.Checks) == 0 {
		return nil
	}
	j := v.JSON()
	return &j
}

// Bench is the answer of layers that were timed, and what became of the limits that they were held to; tune adds where the automatic
// choice was not the fastest.
func Bench(m bench.Machine, rows []bench.Result, tune bool, v budget.Outcome) report.Document {
	j := benchJSON{m.Threads, m.CPU, m.PeakGFLOPS, m.BandwidthGBS, machineOf(m), []benchLayerJSON{}, held(v)}
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant", Spare: 1}, {Name: "algorithm"}, {Name: "MACs", Key: "macs", Right: true},
		{Name: "min", Key: "min_seconds", Right: true, Spare: 4}, {Name: "median", Key: "median_seconds", Right: true},
		{Name: "±", Key: "spread_seconds", Right: true}, {Name: "least", Key: "least_seconds", Right: true}, {Name: "GFLOP/s", Key: "gflops", Right: true},
		{Name: "of peak", Key: "of_peak", Right: true, Spare: 2}, {Name: "GB/s", Key: "gbs", Right: true, Spare: 5},
		{Name: "of bandwidth", Key: "of_bandwidth", Right: true, Spare: 6}, {Name: "bound by", Key: "bound", Spare: 3},
	}}
	for _, r := range rows {
		l := benchLayer(m, r)
		j.Layers = append(j.Layers, l)
		name := report.Cell{Text: l.Name, Raw: l.Name}
		if l.Count > 1 {
			name.Text, name.Short = lang.Sprintf("%s (%d times)", l.Name, l.Count), fmt.Sprintf("%s×%d", l.Name, l.Count)
		}
		algorithm := l.Algorithm
		if r.Auto {
			algorithm += lang.Text(" (auto)")
		}
		t.Rows = append(t.Rows, []report.Cell{
			name, report.Str(l.Variant), {Text: algorithm, Raw: l.Algorithm}, {Text: report.SI(float64(l.MACs)), Raw: l.MACs},
			report.Time(r.Min), report.Time(r.Median), {Text: report.PercentOf(r.Spread, r.Median), Raw: r.Spread.Seconds()},
			report.Time(time.Duration(l.Least * 1e9)), report.Float(l.GFLOPS), report.Share(l.OfPeak), report.Float(l.GBS), report.Share(l.OfBand), report.Str(lang.Text(l.Bound)),
		})
	}
	head := report.Text{
		fmt.Sprintf("%s, %s", m.CPU, lang.Plural(m.Threads, "thread")),
		lang.Sprintf("measured: peak %s GFLOP/s (float32 multiply-adds), bandwidth %s GB/s (copies); the ridge is at %s FLOPs a byte",
			report.Digits(m.PeakGFLOPS), report.Digits(m.BandwidthGBS), report.Digits(m.PeakGFLOPS/m.BandwidthGBS)),
		lang.Text("least is the roofline's bound on this machine: an algorithm that multiplies less, or caches that hold all, go below it"),
	}
	blocks := []report.Block{append(head, machineText(m)...), t}
	noisy := 0
	for _, r := range rows {
		if r.Noisy() {
			noisy++
		}
	}
	if noisy > 0 {
		blocks = append(blocks, noiseText(noisy, len(rows)))
	}
	if rows[0].Count > 0 {
		blocks = append(blocks, report.Text{lang.Sprintf("all of these layers, one after the other: %s", report.Duration(netTime(rows)))})
	}
	if tune {
		blocks = append(blocks, tuneText(rows))
	}
	blocks = append(blocks, untimedText(m)...)
	return report.Document{JSON: j, Blocks: blocks}
}

// Roofline places each layer under what the machine allows.
func Roofline(m bench.Machine, rows []bench.Result, look drawing.Look) chart.Roofline {
	r := chart.Roofline{Title: m.CPU + ", " + lang.Plural(m.Threads, "thread"), Peak: m.PeakGFLOPS, Bandwidth: m.BandwidthGBS, Look: look}
	for _, row := range rows {
		name := row.Name
		if len(rows) > 1 && rows[0].Auto {
			name += " " + row.Algorithm
		}
		r.Points = append(r.Points, chart.Point{Name: name, Intensity: benchLayer(m, row).Intensity, Rate: row.GFLOPS()})
	}
	return r
}

// netTime adds up the medians, each as often as its layer occurs.
func netTime(rows []bench.Result) (total time.Duration) {
	for _, r := range rows {
		total += time.Duration(r.Count) * r.Median
	}
	return total
}

// noise is how much faster another algorithm must be before the choice counts as wrong.
const noise = 1.05

// tuneText says where the automatic choice was not the fastest.
func tuneText(rows []bench.Result) report.Text {
	var lines report.Text
	layers := 0
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && !rows[n].Auto {
			n++
		}
		if best, ratio := judge(rows[:n]); ratio > noise {
			lines = append(lines, lang.Sprintf("wrong choice for %s: %s, where %s is %.2f times as fast", rows[0].Name, rows[0].Algorithm, best.Algorithm, ratio))
		}
		layers++
		rows = rows[n:]
	}
	return append(lines, lang.Sprintf("the automatic choice was within %.0f%% of the fastest on %d of %d layers", 100*(noise-1), layers-len(lines), layers))
}

// judge finds the fastest of a layer's results, of which the first is the choice, and how many times as fast as that it is.
func judge(rows []bench.Result) (best bench.Result, ratio float64) {
	best = slices.MinFunc(rows, func(a, b bench.Result) int { return cmp.Compare(a.Min, b.Min) })
	return best, float64(rows[0].Min) / float64(best.Min)
}

// Tuned is a line about one of so many layers that was timed with every algorithm, the choice first.
func Tuned(done, of int, rows []bench.Result) string {
	best, ratio := judge(rows)
	if ratio > noise {
		return lang.Sprintf("%d/%d %s: %s takes %s, %s %s", done, of, rows[0].Name, rows[0].Algorithm, report.Duration(rows[0].Min), best.Algorithm, report.Duration(best.Min))
	}
	return lang.Sprintf("%d/%d %s: %s takes %s", done, of, rows[0].Name, rows[0].Algorithm, report.Duration(rows[0].Min))
}
