package cli

import (
	"fmt"
	"slices"
	"strings"

	"convx/internal/compare"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/report"
)

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

func over(a, b int) *float64 {
	if b == 0 {
		return nil
	}
	r := float64(a) / float64(b)
	return &r
}

func compareRowOf(r, base compare.Row) compareRowJSON {
	t, b := r.Cost.Total, base.Cost.Total
	j := compareRowJSON{
		Variant: r.Layer.Variant, Label: r.Label, Output: r.Output, Total: t,
		Intensity: t.ArithmeticIntensity(), Difference: r.Deviation,
		Ratio: ratioJSON{
			over(t.Params, b.Params), over(t.MACs, b.MACs), over(t.FLOPs, b.FLOPs),
			over(t.Activations, b.Activations), over(t.ActivationBytes, b.ActivationBytes),
		},
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

func compareDocument(c comparison) report.Document {
	base := c.Rows[c.Baseline]
	j := compareJSON{Input: c.Input, Baseline: base.Label, Threads: c.threads, Notes: []string{}}
	j.Notes = append(j.Notes, c.Notes...)
	compared := false
	for _, r := range c.Rows {
		j.Rows = append(j.Rows, compareRowOf(r, base))
		compared = compared || r.Deviation != nil
	}
	head := report.Text{fmt.Sprintf("input %s, baseline %s", layer.FormatShape(c.Input), base.Label)}
	if c.source != "" {
		head = append(head, "on "+c.source)
	}
	if c.timed {
		head = append(head, "times on "+plural(c.threads, "thread"))
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
		notes = append(notes, "note: "+n)
	}
	if len(notes) > 0 {
		blocks = append(blocks, notes)
	}
	return report.Document{JSON: j, Blocks: blocks}
}

func compareTable(c comparison, j compareJSON, compared bool) report.Table {
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "label"}, {Name: "variant", Machine: true}, {Name: "output"},
		right("params", "params"), right("×", "params_ratio"), right("MACs", "macs"), right("×", "macs_ratio"), right("theory", "theory_macs"),
		{Name: "FLOPs", Key: "flops", Machine: true},
		right("activations", "activations"), right("×", "activations_ratio"), right("FLOPs/B", "arithmetic_intensity"),
	}}
	if c.timed {
		t.Columns = append(t.Columns, right("time", "seconds"), right("±", "seconds_spread"), right("speed-up", "speedup"), right("GFLOP/s", "gflops"), report.Column{Name: "algorithm"})
	}
	if compared {
		t.Columns = append(t.Columns, right("max |diff|", "max_difference"), right("mean |diff|", "mean_difference"), right("PSNR", "psnr"))
	}
	for i, r := range j.Rows {
		theoryCell := report.Cell{Raw: ""}
		if r.Theory != nil {
			theoryCell = times(&r.Theory.MACs)
		}
		row := []report.Cell{
			report.Str(r.Label), report.Str(r.Variant), report.Str(layer.FormatShape(r.Output)),
			quantity(r.Params), times(r.Ratio.Params), quantity(r.MACs), times(r.Ratio.MACs), theoryCell,
			report.Int(r.FLOPs), quantity(r.Activations), times(r.Ratio.Activations), floatCell(r.Intensity),
		}
		if c.timed {
			m := c.Rows[i].Timing
			row = append(row, timeCell(m.Median), report.Cell{Text: percentOf(m.Spread, m.Median), Raw: m.Spread.Seconds()},
				report.Cell{Text: speedText(c, i, *r.Speedup), Raw: *r.Speedup}, floatCell(*r.GFLOPS), report.Str(r.Algorithm))
		}
		if compared {
			row = append(row, deviationCells(r.Difference)...)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// quantity is a count by its magnitude for people, exact for machines.
func quantity(n int) report.Cell { return report.Cell{Text: report.SI(float64(n)), Raw: n} }

func times(v *float64) report.Cell {
	if v == nil {
		return report.Cell{Raw: ""}
	}
	return report.Cell{Text: report.Digits(*v), Raw: *v}
}

// speedText marks a difference that may be noise: one within the spreads of both.
func speedText(c comparison, i int, speedup float64) string {
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
	psnr := report.Cell{Text: "equal", Raw: ""}
	switch {
	case d.PSNR != nil:
		psnr = report.Cell{Text: report.Digits(*d.PSNR) + " dB", Raw: *d.PSNR}
	case d.Max > 0 || d.LeftOut > 0:
		psnr.Text = ""
	}
	return []report.Cell{floatCell(d.Max), floatCell(d.Mean), psnr}
}

// theoryText prints each formula with its numbers.
func theoryText(j compareJSON) report.Text {
	var lines report.Text
	for _, r := range j.Rows {
		if r.Theory == nil || r.Variant == "standard" {
			continue
		}
		steps := slices.Compact([]string{r.Theory.Formula, r.Theory.Expression, report.Digits(r.Theory.MACs)})
		line := "  " + r.Label + ": " + strings.Join(steps, " = ")
		if s := r.Theory.Saving; s != nil && *s > 1.005 {
			line += ", a saving of " + report.Digits(*s) + " times"
		}
		if r.Theory.Remark != "" {
			line += "; " + r.Theory.Remark
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	head := "theory, MACs over a standard convolution's of the same channels, kernel and stride (K is the kernel's area, O and C the channels out and in):"
	return append(report.Text{head}, lines...)
}

// verdicts close with what counts hide: fewer multiply-accumulates over the same activations do not run as much faster.
func verdicts(c comparison, j compareJSON) report.Text {
	var lines report.Text
	for i, r := range j.Rows {
		if i == c.Baseline || r.Theory == nil || r.Variant == "se" || r.Ratio.MACs == nil || *r.Ratio.MACs == 0 || *r.Ratio.MACs >= 1/worthSaying {
			continue
		}
		saving := 1 / *r.Ratio.MACs
		line := fmt.Sprintf("%s saves %s times the MACs of %s and %s", r.Label, report.Digits(saving), j.Baseline, movesText(r))
		if r.Speedup != nil {
			line += speedVerdict(*r.Speedup, saving)
			if c.Noisy(i) {
				line += "; ~ the two times differ by no more than their spreads, so measure longer: --min-time 1s"
			}
		}
		lines = append(lines, line)
	}
	if len(lines) > mostVerdicts { // a sweep: the last says the most
		return lines[len(lines)-1:]
	}
	return lines
}

const mostVerdicts = 6

// worthSaying is the least saving that gets a sentence.
const worthSaying = 1.5

func movesText(r compareRowJSON) string {
	a := r.Ratio.Activations
	switch {
	case a == nil:
		return "has " + report.SI(float64(r.Activations)) + " activations"
	case *a > 0.995 && *a < 1.005:
		return "moves as many activations"
	}
	return "moves " + report.Digits(*a) + " times the activations"
}

func speedVerdict(speedup, saving float64) string {
	text := strings.TrimSuffix(fmt.Sprintf("%.2g", speedup), ".0")
	switch {
	case speedup < 0.95:
		return fmt.Sprintf(": it runs slower, at %s times the speed", text)
	case speedup < 0.9*saving:
		return fmt.Sprintf(": it runs %s times as fast, not %s", text, report.Digits(saving))
	}
	return fmt.Sprintf(": it runs %s times as fast", text)
}
