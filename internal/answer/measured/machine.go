package measured

import (
	"fmt"

	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/report"
)

// machineJSON is what was seen of the machine while something was timed on it.
type machineJSON struct {
	Peak      ratesJSON   `json:"peak"`
	Bandwidth ratesJSON   `json:"bandwidth"`
	Cores     []coresJSON `json:"cores,omitempty"` // the kinds of processors, where there are several
}

type ratesJSON struct {
	Spread  float64   `json:"spread"` // a part of the median
	Drift   float64   `json:"drift"`  // the last third of the rounds over the first, less 1
	Samples []float64 `json:"samples"`
}

type coresJSON struct {
	Count int    `json:"count"`
	What  string `json:"what"`
	CPUs  string `json:"cpus,omitempty"`
}

func machineOf(m bench.Machine) machineJSON {
	rates := func(r bench.Rates) ratesJSON {
		return ratesJSON{r.Spread(), r.Drift(), append([]float64{}, r...)}
	}
	j := machineJSON{Peak: rates(m.Peaks), Bandwidth: rates(m.Bandwidths)}
	for _, c := range m.Cores {
		j.Cores = append(j.Cores, coresJSON(c))
	}
	return j
}

// machineText says how steady the machine was, and what makes it less so.
func machineText(m bench.Machine) report.Text {
	var lines report.Text
	if len(m.Peaks) > 1 {
		lines = append(lines, lang.Sprintf("meanwhile, in %d rounds: peak ±%s, at last %s against at first; bandwidth ±%s, %s",
			len(m.Peaks), report.Percent(m.Peaks.Spread()), signedPercent(m.Peaks.Drift()), report.Percent(m.Bandwidths.Spread()), signedPercent(m.Bandwidths.Drift())))
	}
	if m.Peaks.Unsteady() || m.Bandwidths.Unsteady() {
		lines = append(lines, lang.Text("note: the machine itself varied by more than 10% (turbo, heat, other programs): shares of the peak, and ratios to another run, say little"))
	}
	if len(m.Cores) > 1 {
		var kinds []string
		for _, c := range m.Cores {
			text := fmt.Sprintf("%d %s", c.Count, c.What)
			if c.CPUs != "" {
				text += " (" + c.CPUs + ")"
			}
			kinds = append(kinds, text)
		}
		lines = append(lines, lang.Sprintf("note: processors of several kinds, %s: times depend on where threads run", lang.List(kinds))+pinning(m.Cores[0]))
	}
	return lines
}

// pinning says how to keep to the fastest processors, where programs can choose.
func pinning(c bench.Cores) string {
	if c.CPUs == "" {
		return ""
	}
	return lang.Sprintf("; taskset -c %s keeps them on the fastest", c.CPUs)
}

func signedPercent(part float64) string {
	if part < 0 {
		return "-" + report.Percent(-part)
	}
	return "+" + report.Percent(part)
}
