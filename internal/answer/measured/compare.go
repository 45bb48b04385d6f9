package measured

import (
	"convx/internal/compare"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// Comparison is what was found out about layers side by side, and how it was asked.
type Comparison struct {
	*compare.Comparison
	Timed   bool
	Threads int
	Source  string // what the input was, if there was one
}

type compareJSON struct {
	Input    []int            `json:"input"`
	Baseline string           `json:"baseline"`
	Threads  int              `json:"threads"`
	Rows     []compareRowJSON `json:"rows"`
	Notes    []string         `json:"notes"`
}

type compareRowJSON struct {
	Variant string `json:"variant"`
	Label   string `json:"label"`
	Output  []int  `json:"output"`
	flops.Total
	Ratio         ratioJSON          `json:"ratio"`
	Theory        *theoryJSON        `json:"theory"`
	Algorithm     string             `json:"algorithm,omitempty"`
	Seconds       *float64           `json:"seconds"` // the median
	SecondsMin    *float64           `json:"seconds_min"`
	SecondsSpread *float64           `json:"seconds_spread"`
	Speedup       *float64           `json:"speedup"`
	GFLOPS        *float64           `json:"gflops"`
	Intensity     float64            `json:"arithmetic_intensity"`
	Difference    *compare.Deviation `json:"difference,omitempty"`
}

// ratioJSON is a row's counts over the baseline's; null where the baseline has none.
type ratioJSON struct {
	Params          *float64 `json:"params"`
	MACs            *float64 `json:"macs"`
	FLOPs           *float64 `json:"flops"`
	Activations     *float64 `json:"activations"`
	ActivationBytes *float64 `json:"activation_bytes"`
}

type theoryJSON struct {
	MACs       float64  `json:"macs"`
	Saving     *float64 `json:"saving"` // null where nothing is multiplied
	Formula    string   `json:"formula"`
	Expression string   `json:"expression"`
	Remark     string   `json:"remark,omitempty"`
}

func over(a, b int64) *float64 {
	if b == 0 {
		return nil
	}
	r := float64(a) / float64(b)
	return &r
}

func ratioOf(t, b flops.Total) ratioJSON {
	return ratioJSON{
		over(t.Params, b.Params), over(t.MACs, b.MACs), over(t.FLOPs, b.FLOPs),
		over(t.Activations, b.Activations), over(t.ActivationBytes, b.ActivationBytes),
	}
}

func compareRowOf(r, base compare.Row) compareRowJSON {
	t, b := r.Cost.Total, base.Cost.Total
	j := compareRowJSON{
		Variant: r.Layer.Variant, Label: r.Label, Output: r.Output, Total: t,
		Intensity: t.ArithmeticIntensity(), Difference: r.Deviation,
		Ratio: ratioOf(t, b),
	}
	if th := r.Theory; th != nil {
		j.Theory = &theoryJSON{th.MACs, nil, th.Symbols, th.Numbers, th.Remark}
		if th.MACs > 0 {
			saving := 1 / th.MACs
			j.Theory.Saving = &saving
		}
	}
	if r.Timing != nil {
		j.Algorithm = r.Timing.Algorithm
		s := secondsOf(r.Timing.Timing)
		speedup, rate := base.Timing.Median.Seconds()/s.Median, r.Timing.GFLOPS()
		j.Seconds, j.SecondsMin, j.SecondsSpread, j.Speedup, j.GFLOPS = &s.Median, &s.Min, &s.Spread, &speedup, &rate
	}
	return j
}

// Compare is the answer of layers side by side.
func Compare(c Comparison) report.Document {
	base := c.Rows[c.Baseline]
	j := compareJSON{Input: c.Input, Baseline: base.Label, Threads: c.Threads, Notes: []string{}}
	j.Notes = append(j.Notes, c.Notes...)
	compared := false
	for _, r := range c.Rows {
		j.Rows = append(j.Rows, compareRowOf(r, base))
		compared = compared || r.Deviation != nil
	}
	head := report.Text{lang.Sprintf("input %s, baseline %s", layer.FormatShape(c.Input), base.Label)}
	if c.Source != "" {
		head = append(head, lang.Sprintf("on %s", c.Source))
	}
	if c.Timed {
		head = append(head, lang.Sprintf("times on %s", lang.Plural(c.Threads, "thread")))
	}
	blocks := []report.Block{head, compareTable(c, j, compared)}
	if t := theoryText(j); len(t) > 0 {
		blocks = append(blocks, t)
	}
	if t := verdicts(c, j); len(t) > 0 {
		blocks = append(blocks, t)
	}
	var notes report.Text
	noisy := 0
	for _, r := range c.Rows {
		if r.Timing != nil && r.Timing.Noisy() {
			noisy++
		}
	}
	if noisy > 0 {
		notes = noiseText(noisy, len(c.Rows))
	}
	for _, n := range c.Notes {
		notes = append(notes, lang.Sprintf("note: %s", n))
	}
	if len(notes) > 0 {
		blocks = append(blocks, notes)
	}
	return report.Document{JSON: j, Blocks: blocks}
}

func compareTable(c Comparison, j compareJSON, compared bool) report.Table {
	spare := func(n int, name, key string) report.Column {
		return report.Column{Name: name, Key: key, Right: true, Spare: n}
	}
	right := func(name, key string) report.Column { return spare(0, name, key) }
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "label"}, {Name: "variant", Machine: true}, {Name: "output", Spare: 2},
		right("params", "params"), spare(3, "×", "params_ratio"), right("MACs", "macs"), spare(1, "×", "macs_ratio"), spare(6, "theory", "theory_macs"),
		{Name: "FLOPs", Key: "flops", Machine: true},
		spare(8, "activations", "activations"), spare(9, "×", "activations_ratio"), spare(10, "FLOPs/B", "arithmetic_intensity"),
	}}
	if c.Timed {
		t.Columns = append(t.Columns, right("time", "seconds"), spare(5, "±", "seconds_spread"), right("speed-up", "speedup"), spare(11, "GFLOP/s", "gflops"), report.Column{Name: "algorithm", Spare: 7})
	}
	if compared {
		t.Columns = append(t.Columns, right("max |diff|", "max_difference"), spare(4, "mean |diff|", "mean_difference"), right("PSNR", "psnr"))
	}
	for i, r := range j.Rows {
		theoryCell := report.Cell{Raw: ""}
		if r.Theory != nil {
			theoryCell = times(&r.Theory.MACs)
		}
		row := []report.Cell{
			report.Str(r.Label), report.Str(r.Variant), report.Str(layer.FormatShape(r.Output)),
			report.Quantity(r.Params), times(r.Ratio.Params), report.Quantity(r.MACs), times(r.Ratio.MACs), theoryCell,
			report.Int(r.FLOPs), report.Quantity(r.Activations), times(r.Ratio.Activations), report.Float(r.Intensity),
		}
		if c.Timed {
			m := c.Rows[i].Timing
			row = append(row, report.Time(m.Median), report.Cell{Text: report.PercentOf(m.Spread, m.Median), Raw: m.Spread.Seconds()},
				report.Cell{Text: speedText(c, i, *r.Speedup), Raw: *r.Speedup}, report.Float(*r.GFLOPS), report.Str(r.Algorithm))
		}
		if compared {
			row = append(row, deviationCells(r.Difference)...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func times(v *float64) report.Cell {
	if v == nil {
		return report.Cell{Raw: ""}
	}
	return report.Cell{Text: report.Digits(*v), Raw: *v}
}

// speedText marks a difference that may be noise: one within the spreads of both.
func speedText(c Comparison, i int, speedup float64) string {
	text := report.Digits(speedup)
	if c.Noisy(i) {
		return "~" + text
	}
	return text
}

func deviationCells(d *compare.Deviation) []report.Cell {
	if d == nil {
		return []report.Cell{{Raw: ""}, {Raw: ""}, {Raw: ""}}
	}
	psnr := report.Cell{Text: lang.Text("equal"), Raw: ""}
	switch {
	case d.PSNR != nil:
		psnr = report.Cell{Text: report.Digits(*d.PSNR) + " dB", Raw: *d.PSNR}
	case d.Max > 0 || d.LeftOut > 0:
		psnr.Text = ""
	}
	return []report.Cell{report.Float(d.Max), report.Float(d.Mean), psnr}
}
