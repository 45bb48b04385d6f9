package swap

import (
	"math"
	"slices"
	"time"

	"convx/internal/device"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

// Untrained is what every answer about exchanged layers says.
func Untrained() string {
	return lang.Text("counts say nothing of accuracy: the network that comes out must be trained")
}

// JSON is an exchange, for a document.
type JSON struct {
	Rules  []string     `json:"rules"`
	Before Figures      `json:"before"`
	After  Figures      `json:"after"`
	Layers []changeJSON `json:"layers"`
	Kept   []string     `json:"kept"`
	Note   string       `json:"note"`
}

// Figures are what a network costs, and sees: in all, for comparison.
type Figures struct {
	Params          int64    `json:"params"`
	MACs            int64    `json:"macs"`
	FLOPs           int64    `json:"flops"`
	WeightBytes     int64    `json:"weight_bytes"`
	ActivationBytes int64    `json:"activation_bytes"`
	PeakMemory      int64    `json:"peak_memory"`
	Field           []int    `json:"receptive_field,omitempty"` // if Whole, of the last layer with a path that does not see it all
	Whole           bool     `json:"sees_whole,omitempty"`
	Seconds         *float64 `json:"least_seconds,omitempty"`
}

type changeJSON struct {
	Name      string        `json:"name"`
	Was       string        `json:"was"`
	Is        string        `json:"is"`
	Before    layerJSON     `json:"before"`
	After     layerJSON     `json:"after"`
	Ratio     report.Number `json:"macs_ratio"`
	Predicted report.Number `json:"predicted_ratio"` // null: no formula
	Formula   string        `json:"formula,omitempty"`
}

type layerJSON struct {
	Params int64 `json:"params"`
	MACs   int64 `json:"macs"`
	Bytes  int64 `json:"bytes"`
}

// FiguresOf are a network's figures; on may be nil.
func FiguresOf(r *network.Result, on *device.Device) Figures {
	f := Figures{
		Params: r.Total.Params, MACs: r.Total.MACs, FLOPs: r.Total.FLOPs, WeightBytes: r.Total.WeightBytes,
		ActivationBytes: r.Total.ActivationBytes, PeakMemory: r.PeakMemory,
	}
	field := r.Nodes[r.Outputs()[0]].Field
	if f.Whole = field.Whole; field.Whole {
		for i := range r.Nodes {
			if window, ok := r.Nodes[i].Field.Window(); ok {
				field = window
			}
		}
	}
	for _, size := range field.Size {
		if size < 1<<40 {
			f.Field = append(f.Field, int(size+0.5))
		}
	}
	if on != nil {
		s := on.Place(r).Least.Seconds()
		f.Seconds = &s
	}
	return f
}

// Document is the exchange as tables and JSON: the layers, then the whole. on may be nil; top is how many layers people see, 0 all.
func (s *Swapped) Document(rules []Rule, on *device.Device, top int) (JSON, []report.Block) {
	j := JSON{Rules: []string{}, Before: FiguresOf(s.Before, on), After: FiguresOf(s.After, on), Layers: []changeJSON{}, Kept: append([]string{}, s.Kept...), Note: Untrained()}
	for _, r := range rules {
		j.Rules = append(j.Rules, r.Text)
	}
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "was"}, {Name: "is"}, {Name: "params before", Key: "params_before", Machine: true}, right("params", "params"), right("×", "params_ratio"),
		{Name: "MACs before", Key: "macs_before", Machine: true}, right("MACs", "macs"), right("×", "macs_ratio"), right("theory", "predicted_ratio"), {Name: "formula", Machine: true},
	}}
	for i, c := range s.Changes {
		row := changeJSON{
			Name: c.Name, Was: c.Was, Is: c.Is,
			Before: layerJSON{c.Before.Params, c.Before.MACs, c.Before.WeightBytes + c.Before.ActivationBytes},
			After:  layerJSON{c.After.Params, c.After.MACs, c.After.WeightBytes + c.After.ActivationBytes},
			Ratio:  report.Number(ratio(c.After.MACs, c.Before.MACs)), Predicted: report.Number(c.predicted()),
		}
		if c.Theory.Symbols != "" {
			row.Formula = c.Theory.Symbols + " = " + c.Theory.Numbers
		}
		j.Layers = append(j.Layers, row)
		if top > 0 && i >= top {
			continue
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(c.Name), report.Str(c.Was), report.Str(c.Is), report.Int(c.Before.Params), report.Count(c.After.Params), times(ratio(c.After.Params, c.Before.Params)),
			report.Int(c.Before.MACs), report.Count(c.After.MACs), times(float64(row.Ratio)), times(c.predicted()), report.Str(row.Formula),
		})
	}
	head := lang.Sprintf("%d layers exchanged", len(s.Changes))
	if len(s.Changes) == 1 {
		head = lang.Text("1 layer exchanged")
	}
	if top > 0 && len(s.Changes) > top {
		head += lang.Sprintf(", the first %d shown", top)
	}
	foot := append(s.theories(), Untrained())
	for _, k := range s.Kept {
		foot = append(foot, lang.Sprintf("kept: %s", k))
	}
	return j, []report.Block{report.Text{head}, t, Table(j.Before, j.After), foot}
}

// theories are the formulas of what the papers predict, each once.
func (s *Swapped) theories() (lines report.Text) {
	for _, c := range s.Changes {
		line := lang.Sprintf("theory of %s for %s: %s times the MACs", c.Is, c.Was, c.Theory.Symbols)
		if c.Theory.Symbols != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Table is one network's figures beside another's.
func Table(before, after Figures) report.Table {
	t := report.Table{Columns: []report.Column{{Name: "whole network", Key: "quantity"}, {Name: "before", Right: true}, {Name: "after", Right: true}, {Name: "×", Key: "ratio", Right: true}}}
	add := func(name string, b, a report.Cell, r float64) {
		t.Rows = append(t.Rows, []report.Cell{{Text: lang.Text(name), Raw: name}, b, a, times(r)})
	}
	for _, q := range []struct {
		name          string
		before, after int64
		bytes         bool
	}{
		{lang.Key("params"), before.Params, after.Params, false}, {lang.Key("MACs"), before.MACs, after.MACs, false}, {lang.Key("FLOPs"), before.FLOPs, after.FLOPs, false},
		{lang.Key("weights"), before.WeightBytes, after.WeightBytes, true}, {lang.Key("activations moved"), before.ActivationBytes, after.ActivationBytes, true},
		{lang.Key("peak memory"), before.PeakMemory, after.PeakMemory, true},
	} {
		show := report.Count[int64]
		if q.bytes {
			show = func(n int64) report.Cell { return report.Cell{Text: report.Bytes(n), Raw: n} }
		}
		add(q.name, show(q.before), show(q.after), ratio(q.after, q.before))
	}
	if len(before.Field) > 0 && len(before.Field) == len(after.Field) {
		add(lang.Key("receptive field"), before.field(), after.field(), ratio(after.Field[0], before.Field[0]))
	}
	if before.Seconds != nil && after.Seconds != nil && *before.Seconds > 0 {
		show := func(s float64) report.Cell { return report.Time(time.Duration(s * 1e9)) }
		add(lang.Key("least time"), show(*before.Seconds), show(*after.Seconds), *after.Seconds / *before.Seconds)
	}
	return t
}

// field is the receptive field as a cell.
func (f Figures) field() report.Cell {
	if f.Whole {
		return report.Cell{Text: lang.Text("whole, local") + " " + layer.FormatShape(f.Field), Raw: layer.FormatShape(f.Field)}
	}
	return report.Str(layer.FormatShape(f.Field))
}

var nan = math.NaN()

func ratio[T int | int64](after, before T) float64 { return float64(after) / float64(before) }

// predicted is the ratio of MACs that the papers predict; not a number where they do not.
func (c Change) predicted() float64 {
	if c.Theory.Symbols == "" {
		return nan
	}
	return c.Theory.MACs
}

func times(r float64) report.Cell {
	if !(r >= 0) || r > 1e12 {
		return report.Str("")
	}
	return report.Cell{Text: report.Digits(r), Raw: r}
}
