package measured

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/tensor"
)

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
	MACs    int64          `json:"macs"`
	Min     *report.Number `json:"min"`
	Max     *report.Number `json:"max"`
	Mean    *report.Number `json:"mean"`
	Zeros   int            `json:"zeros"`
	Dead    int            `json:"dead"`
	NaNs    int            `json:"nans"`
}

type netRunClass struct {
	Index int     `json:"index"`
	Label string  `json:"label"`
	Value float64 `json:"value"`
}

// NetworkRun is a network that ran on data.
type NetworkRun struct {
	Name            string
	Elapsed         time.Duration
	Written         string // a path; empty if nothing was written
	Inputs, Outputs []infer.Named
	// Top is how many classes of the first output are listed, by their Labels; 0 lists none.
	Top    int
	Labels []string
	// Steps are those that are listed, with the Stats of what each made.
	Steps []infer.Counted
	Stats []ArrayStats
}

// Document is the run as one value. It fails where the first output has no classes to list.
func (r NetworkRun) Document() (report.Document, error) {
	j := netRunJSON{Net: r.Name, Seconds: r.Elapsed.Seconds(), Layers: []netRunLayer{}, Inputs: portsOf(r.Inputs), Outputs: portsOf(r.Outputs)}
	if r.Written != "" {
		j.Written = &r.Written
	}
	d := report.Document{}
	if r.Top > 0 {
		t, err := r.topTable(&j)
		if err != nil {
			return d, err
		}
		d.Blocks = append(d.Blocks, t)
	}
	if r.Steps != nil {
		d.Blocks = append(d.Blocks, r.layerTable(&j))
	}
	d.JSON = j
	return d, nil
}

func portsOf(arrays []infer.Named) []netPortJSON {
	ports := []netPortJSON{}
	for _, a := range arrays {
		ports = append(ports, netPortJSON{a.Name, a.Shape, a.Elem.String()})
	}
	return ports
}

// layerTable is a line a step: what it made, in how long.
func (r NetworkRun) layerTable(j *netRunJSON) report.Table {
	dead := slices.ContainsFunc(r.Stats, func(s ArrayStats) bool { return s.Dead > 0 })
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant", Spare: 1}, {Name: "output"}, {Name: "min", Right: true, Spare: 3}, {Name: "mean", Right: true, Spare: 4}, {Name: "max", Right: true, Spare: 2},
		{Name: "zeros", Right: true}, {Name: "dead", Right: true, Machine: !dead}, {Name: "time", Key: "seconds", Right: true}, {Name: "share", Right: true}, {Name: "MACs", Key: "macs", Right: true},
	}}
	var sum time.Duration
	for _, row := range r.Steps {
		sum += row.Took
	}
	for i, row := range r.Steps {
		s := r.Stats[i]
		l := netRunLayer{Name: row.Name, Variant: row.Variant, Output: row.Output, Seconds: row.Took.Seconds(), MACs: row.MACs, Zeros: s.zeros, Dead: s.Dead, NaNs: s.nans}
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
			{Text: fmt.Sprintf("%.0f%%", 100*zeros), Raw: s.zeros}, report.Int(s.Dead), report.Time(row.Took), report.Share(float64(row.Took) / float64(max(sum, 1))),
			{Text: report.SI(float64(l.MACs)), Raw: l.MACs},
		})
	}
	return r.withStrips(t)
}

// withStrips puts a picture of each layer's strongest maps beside what it gives, where there are any.
func (r NetworkRun) withStrips(t report.Table) report.Table {
	if !slices.ContainsFunc(r.Stats, func(s ArrayStats) bool { return s.Strip != nil }) {
		return t
	}
	const at, least, most = 3, 9, 39 // two maps of four columns each, eight
	t.Columns = slices.Insert(t.Columns, at, report.Column{Name: "maps", Drawn: true, Least: least, Most: most})
	for i, row := range t.Rows {
		t.Rows[i] = slices.Insert(row, at, report.Cell{Draw: r.Stats[i].Strip})
	}
	return t
}

// Classes are the numbers of the first output, of the first picture of several, from which classes are listed.
func (r NetworkRun) Classes() ([]float32, error) {
	if len(r.Outputs) == 0 {
		return nil, lang.Errorf("--top: the network gave no output")
	}
	data, ok := tensor.Floats(r.Outputs[0].Array)
	if !ok || len(data) == 0 {
		return nil, lang.Errorf("--top: the output %q is %v, which has no classes", r.Outputs[0].Name, r.Outputs[0].Array)
	}
	if s := r.Outputs[0].Shape; len(s) > 1 && s[0] < len(data) {
		data = data[:len(data)/s[0]]
	}
	return data, nil
}

// topTable is the classes of the first output. Where its numbers are no probabilities, their softmax is given beside them.
func (r NetworkRun) topTable(j *netRunJSON) (report.Table, error) {
	data, err := r.Classes()
	if err != nil {
		return report.Table{}, err
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
	for _, i := range order[:min(r.Top, len(order))] {
		c := netRunClass{Index: i, Value: float64(data[i])}
		if i < len(r.Labels) {
			c.Label = r.Labels[i]
		}
		j.Top = append(j.Top, c)
		row := []report.Cell{report.Int(i), report.Str(c.Label), {Text: fmt.Sprintf("%.4g", c.Value), Raw: c.Value}}
		if !probabilities {
			row = append(row, report.Share(share[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
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
