package cli

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"convx/internal/input"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/operands"
	"convx/internal/report"
	"convx/internal/tensor"
)

// layerStats are of all numbers that a step makes.
type layerStats struct {
	min, max, mean float64
	zeros, nans    int
	values         int
}

func statsOfArray(a *tensor.Array) (s layerStats) {
	if a == nil {
		return s
	}
	data, ok := operands.Floats(a)
	if !ok {
		return s
	}
	s.min, s.max, s.values = math.Inf(1), math.Inf(-1), len(data)
	sum := 0.0
	for _, v := range data {
		switch f := float64(v); {
		case f != f:
			s.nans++
		default:
			if f == 0 {
				s.zeros++
			}
			s.min, s.max = min(s.min, f), max(s.max, f)
			sum += f
		}
	}
	s.mean = sum / float64(max(1, s.values-s.nans))
	if s.values == s.nans {
		s.min, s.max = 0, 0
	}
	return s
}

type netRunJSON struct {
	Net     string        `json:"net"`
	Inputs  []netPortJSON `json:"inputs"`
	Outputs []netPortJSON `json:"outputs"`
	Layers  []netRunLayer `json:"layers"`
	Seconds float64       `json:"seconds"`
	Top     []netRunClass `json:"top,omitempty"`
	Written *string       `json:"written,omitempty"`
}

type netPortJSON struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
	Elem  string `json:"dtype"`
}

type netRunLayer struct {
	Name    string         `json:"name"`
	Variant string         `json:"variant"`
	Output  []int          `json:"output"`
	Seconds float64        `json:"seconds"`
	MACs    int            `json:"macs"`
	Min     *report.Number `json:"min"`
	Max     *report.Number `json:"max"`
	Mean    *report.Number `json:"mean"`
	Zeros   int            `json:"zeros"`
	NaNs    int            `json:"nans"`
}

type netRunClass struct {
	Index int     `json:"index"`
	Label string  `json:"label"`
	Value float64 `json:"value"`
}

// document is the run as one value.
func (r *netRun) document() (report.Document, error) {
	j := netRunJSON{Net: r.name, Seconds: r.elapsed.Seconds(), Layers: []netRunLayer{}, Inputs: []netPortJSON{}, Outputs: []netPortJSON{}}
	if r.output != "" {
		j.Written = &r.output
	}
	for _, in := range r.net.Inputs {
		a := r.feeds[in.Name]
		j.Inputs = append(j.Inputs, netPortJSON{in.Name, a.Shape, a.Elem.String()})
	}
	names, arrays := r.kept()
	for _, name := range names {
		j.Outputs = append(j.Outputs, netPortJSON{name, arrays[name].Shape, arrays[name].Elem.String()})
	}
	d := report.Document{}
	if r.whole.top > 0 {
		block, err := r.topBlock(&j, names, arrays)
		if err != nil {
			return d, err
		}
		d.Blocks = append(d.Blocks, block...)
	}
	if r.shows() {
		table, err := r.layerTable(&j)
		if err != nil {
			return d, err
		}
		d.Blocks = append(d.Blocks, table)
	}
	d.JSON = j
	return d, nil
}

// layerTable is a line a step: what it made, in how long.
func (r *netRun) layerTable(j *netRunJSON) (report.Table, error) {
	counted, err := network.Evaluate(r.graph, r.options)
	if err != nil {
		return report.Table{}, netError(err)
	}
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "output"}, {Name: "min", Right: true}, {Name: "mean", Right: true}, {Name: "max", Right: true},
		{Name: "zeros", Right: true}, {Name: "time", Key: "seconds", Right: true}, {Name: "share", Right: true}, {Name: "MACs", Key: "macs", Right: true},
	}}
	rows := wholeRows(r.net, counted, nil)
	var sum time.Duration
	for _, row := range rows {
		sum += row.Took
	}
	for i, row := range rows {
		s := r.stats[i]
		l := netRunLayer{Name: row.Name, Variant: row.variant, Output: row.Output, Seconds: row.Took.Seconds(), MACs: row.macs, Zeros: s.zeros, NaNs: s.nans}
		cells := [3]report.Cell{{Text: "-"}, {Text: "-"}, {Text: "-"}}
		if s.values > s.nans {
			for k, p := range []struct {
				to **report.Number
				v  float64
			}{{&l.Min, s.min}, {&l.Mean, s.mean}, {&l.Max, s.max}} {
				n := report.Number(p.v)
				*p.to = &n
				cells[k] = report.Cell{Text: fmt.Sprintf("%.3g", p.v), Raw: p.v}
			}
		}
		j.Layers = append(j.Layers, l)
		zeros := float64(s.zeros) / float64(max(1, s.values))
		output := "-"
		if row.Output != nil {
			output = layer.FormatShape(row.Output)
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(l.Name), report.Str(l.Variant), report.Str(output), cells[0], cells[1], cells[2],
			{Text: fmt.Sprintf("%.0f%%", 100*zeros), Raw: s.zeros}, timeCell(row.Took), percentCell(float64(row.Took) / float64(max(sum, 1))),
			{Text: report.SI(float64(l.MACs)), Raw: l.MACs},
		})
	}
	return t, nil
}

// topBlock is the classes of the first output. Where its numbers are no probabilities, their softmax is given beside them.
func (r *netRun) topBlock(j *netRunJSON, names []string, arrays map[string]*tensor.Array) ([]report.Block, error) {
	if len(names) == 0 {
		return nil, fmt.Errorf("--top: the network gave no output")
	}
	data, ok := operands.Floats(arrays[names[0]])
	if !ok || len(data) == 0 {
		return nil, fmt.Errorf("--top: the output %q is %v, which has no classes", names[0], arrays[names[0]])
	}
	if r.labels != nil && len(r.labels) != len(data) {
		r.warnf("--labels: %q names %d classes, and the output %q has %d", r.whole.labels, len(r.labels), names[0], len(data))
	}
	order := make([]int, len(data))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(data[b], data[a]) })
	share, probabilities := softmaxOf(data)
	t := report.Table{Columns: []report.Column{{Name: "class", Key: "index", Right: true}, {Name: "label"}, {Name: "value", Right: true}}}
	if !probabilities {
		t.Columns = append(t.Columns, report.Column{Name: "softmax", Right: true})
	}
	for _, i := range order[:min(r.whole.top, len(order))] {
		c := netRunClass{Index: i, Value: float64(data[i])}
		if i < len(r.labels) {
			c.Label = r.labels[i]
		}
		j.Top = append(j.Top, c)
		row := []report.Cell{report.Int(i), report.Str(c.Label), {Text: fmt.Sprintf("%.4g", c.Value), Raw: c.Value}}
		if !probabilities {
			row = append(row, percentCell(share[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return []report.Block{t}, nil
}

// softmaxOf is the softmax of numbers, and whether they are probabilities already: none negative, together 1.
func softmaxOf(data []float32) (share []float64, probabilities bool) {
	most, sum, total := math.Inf(-1), 0.0, 0.0
	probabilities = true
	for _, v := range data {
		most, total = max(most, float64(v)), total+float64(v)
		probabilities = probabilities && v >= 0
	}
	share = make([]float64, len(data))
	for i, v := range data {
		share[i] = math.Exp(float64(v) - most)
		sum += share[i]
	}
	for i := range share {
		share[i] /= sum
	}
	return share, probabilities && math.Abs(total-1) < 1e-2
}

// readLabels reads a class a line.
func readLabels(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading labels %q: %w", path, input.Cause(err))
	}
	defer f.Close()
	var labels []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		labels = append(labels, strings.TrimSpace(lines.Text()))
	}
	return labels, nil
}
