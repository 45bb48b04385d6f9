package measured

import (
	"fmt"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// Run is a layer that ran on data, as -f json prints it.
type Run struct {
	Variant   string         `json:"variant"`
	Input     []int          `json:"input"`
	Output    []int          `json:"output"`
	DType     string         `json:"dtype"`
	Algorithm string         `json:"algorithm"`
	Threads   int            `json:"threads"`
	Seconds   float64        `json:"seconds"`
	GFLOPS    float64        `json:"gflops"`
	Operands  []string       `json:"operands"`
	Written   *string        `json:"written"`
	More      []string       `json:"written_too,omitempty"` // of several -o, those after the first
	Channels  []ChannelStats `json:"channels"`
	Factors   []float64      `json:"factors,omitempty"` // of squeeze-and-excitation: sample by sample, channel by channel
}

// Document is the run with the statistics of each channel.
func (j Run) Document() report.Document {
	right := func(names ...string) (out []report.Column) {
		for _, n := range names {
			out = append(out, report.Column{Name: n, Right: true})
		}
		return out
	}
	t := report.Table{Columns: right("channel", "min", "max", "mean", lang.Key("std"), "zeros", lang.Key("NaNs"), lang.Key("Infs"), "values")}
	number := func(v *float64) report.Cell {
		if v == nil {
			return report.Cell{Text: "-", Raw: ""}
		}
		return report.Cell{Text: fmt.Sprintf("%.5g", *v), Raw: *v}
	}
	for _, s := range j.Channels {
		t.Rows = append(t.Rows, []report.Cell{
			report.Int(s.Channel), number(s.Min), number(s.Max), number((*float64)(s.Mean)), number((*float64)(s.Std)),
			report.Int(s.Zeros), report.Int(s.NaNs), report.Int(s.Infs), report.Int(s.Values),
		})
	}
	title := report.Text{fmt.Sprintf("%s: %s -> %s", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Output))}
	return report.Document{JSON: j, Blocks: []report.Block{title, t}}
}

// mostFactors bounds the factors of one sample that a line lists.
const mostFactors = 64

// FactorsText lists what squeeze-and-excitation multiplied the channels of one sample of a batch by.
func FactorsText(factors []float64, sample, batch int) string {
	var parts []string
	least, most := 0, 0
	for i, f := range factors {
		if i < mostFactors {
			parts = append(parts, fmt.Sprintf("%d: %.3f", i, f))
		}
		if f < factors[least] {
			least = i
		}
		if f > factors[most] {
			most = i
		}
	}
	text := lang.Text("factors of the channels")
	if batch > 1 {
		text += lang.Sprintf(", sample %d", sample)
	}
	text += lang.Text(": ") + lang.List(parts)
	if n := len(factors); n > mostFactors {
		text += lang.Sprintf(", … (%d in all; the least %.3f of channel %d, the greatest %.3f of channel %d)", n, factors[least], least, factors[most], most)
	}
	return text
}
