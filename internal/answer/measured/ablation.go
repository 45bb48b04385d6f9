package measured

import (
	"cmp"
	"math"
	"slices"

	"convx/internal/gradient"
	"convx/internal/lang"
	"convx/internal/report"
)

type ablationJSON struct {
	Net      string           `json:"net"`
	Layer    string           `json:"layer"`
	Output   int              `json:"output"`
	Label    string           `json:"label,omitempty"`
	Before   string           `json:"before,omitempty"` // the operator that the outputs are taken in front of
	Value    report.Number    `json:"value"`
	Channels []ablatedChannel `json:"channels"`
}

type ablatedChannel struct {
	Channel int           `json:"channel"`
	Without report.Number `json:"without"`
	Largest int           `json:"largest"` // the index of the largest output without it
}

// mostAblated is how many channels the table lists, those that matter most.
const mostAblated = 8

// slight is the part of the largest change below which a channel hardly matters.
const slight = 0.05

// Ablation says what each channel of a layer matters for a network's largest output: the output without it. Labels name outputs.
func Ablation(net string, a gradient.Ablation, labels []string) report.Document {
	label := func(i int) string {
		if i < len(labels) {
			return labels[i]
		}
		return ""
	}
	j := ablationJSON{Net: net, Layer: a.Layer, Output: a.Output, Label: label(a.Output), Before: a.Before, Value: report.Number(a.Value), Channels: []ablatedChannel{}}
	order, most, other := make([]int, len(a.Without)), 0.0, 0
	for c, v := range a.Without {
		order[c], most = c, max(most, math.Abs(v-a.Value))
		if a.Largest[c] != a.Output {
			other++
		}
		j.Channels = append(j.Channels, ablatedChannel{c, report.Number(v), a.Largest[c]})
	}
	little := 0
	for _, v := range a.Without {
		if math.Abs(v-a.Value) < slight*most || most == 0 {
			little++
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(math.Abs(a.Without[y]-a.Value), math.Abs(a.Without[x]-a.Value)) })
	t := report.Table{Columns: []report.Column{{Name: "channel", Right: true}, {Name: "output without it", Key: "without", Right: true}, {Name: "change", Right: true}, {Name: "largest then", Key: "largest", Right: true}}}
	for _, c := range order[:min(mostAblated, len(order))] {
		t.Rows = append(t.Rows, []report.Cell{report.Int(c), report.Float(a.Without[c]), report.Float(a.Without[c] - a.Value), report.Int(a.Largest[c])})
	}
	head := lang.Sprintf("%s, %s left out in turn: the largest output is %d%s, %.4g", a.Layer, lang.Plural(len(a.Without), "channel"), a.Output, named(j.Label), a.Value)
	if a.Before != "" {
		head += lang.Sprintf(" before the %s", a.Before)
	}
	foot := report.Text{lang.Sprintf("%d of %d channels change it by less than %s of the most, %.4g; without %d of them another output is the largest", little, len(a.Without), report.Percent(slight), most, other)}
	return report.Document{JSON: j, Blocks: []report.Block{report.Text{head}, t, foot}}
}

// named is a label in brackets, or nothing.
func named(label string) string {
	if label == "" {
		return ""
	}
	return " (" + label + ")"
}
