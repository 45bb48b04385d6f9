package measured

import (
	"fmt"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// theoryText prints each formula with its numbers.
func theoryText(j compareJSON) report.Text {
	var lines report.Text
	for _, r := range j.Rows {
		if r.Theory == nil || r.Theory.Formula == "1" && r.Theory.Remark == "" { // a standard convolution
			continue
		}
		steps := slices.Compact([]string{r.Theory.Formula, r.Theory.Expression, report.Digits(r.Theory.MACs)})
		line := "  " + r.Label + lang.Text(": ") + strings.Join(steps, " = ")
		if s := r.Theory.Saving; s != nil && *s > 1.005 {
			line += lang.Sprintf(", a saving of %s times", report.Digits(*s))
		}
		if r.Theory.Remark != "" {
			line += lang.Text("; ") + r.Theory.Remark
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil
	}
	head := lang.Text("theory, MACs over a standard convolution's of the same channels, kernel and stride (K is the kernel's area, O and C the channels out and in):")
	return append(report.Text{head}, lines...)
}

// verdicts close with what counts hide: fewer multiply-accumulates over the same activations do not run as much faster.
func verdicts(c Comparison, j compareJSON) report.Text {
	var lines report.Text
	for i, r := range j.Rows {
		v, _ := layer.VariantNamed(r.Variant)
		if i == c.Baseline || r.Theory == nil || v.Gates || r.Ratio.MACs == nil || *r.Ratio.MACs == 0 || *r.Ratio.MACs >= 1/worthSaying {
			continue
		}
		saving := 1 / *r.Ratio.MACs
		line := lang.Sprintf("%s saves %s times the MACs of %s and %s", r.Label, report.Digits(saving), j.Baseline, movesText(r))
		if r.Speedup != nil {
			line += speedVerdict(*r.Speedup, saving)
			if c.Noisy(i) {
				line += lang.Text("; ~ the two times differ by no more than their spreads, so measure longer: --min-time 1s")
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
		return lang.Sprintf("has %s activations", report.SI(float64(r.Activations)))
	case *a > 0.995 && *a < 1.005:
		return lang.Text("moves as many activations")
	}
	return lang.Sprintf("moves %s times the activations", report.Digits(*a))
}

func speedVerdict(speedup, saving float64) string {
	text := strings.TrimSuffix(fmt.Sprintf("%.2g", speedup), ".0")
	switch {
	case speedup < 0.95:
		return lang.Sprintf(": it runs slower, at %s times the speed", text)
	case speedup < 0.9*saving:
		return lang.Sprintf(": it runs %s times as fast, not %s", text, report.Digits(saving))
	}
	return lang.Sprintf(": it runs %s times as fast", text)
}
