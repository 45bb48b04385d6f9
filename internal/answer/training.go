package answer

import (
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/report"
)

type trainingJSON struct {
	Net       string              `json:"net"`
	Input     []int               `json:"input"`
	Output    []int               `json:"output"`
	Optimizer string              `json:"optimizer"`
	Total     network.Step        `json:"total"`
	MACs      int64               `json:"macs"` // forward and backward
	Weights   int64               `json:"weight_bytes"`
	Gradients int64               `json:"gradient_bytes"`
	State     int64               `json:"optimizer_bytes"`
	Bytes     int64               `json:"bytes"` // all of these, and what is saved
	Layers    []trainingLayerJSON `json:"layers"`
	Undecided []operatorJSON      `json:"undecided"`
}

type trainingLayerJSON struct {
	Name    string `json:"name"`
	Variant string `json:"variant"`
	network.Step
}

// Training is the answer of what a step of training costs: layer by layer, and the memory that it keeps. top is how many layers
// people see, 0 all of them.
func Training(r *network.Result, t *network.Training, o network.Optimizer, top int) (report.Document, error) {
	bytes, err := t.Bytes()
	if err != nil {
		return report.Document{}, err
	}
	all := t.Total
	j := trainingJSON{
		Net: r.Graph.Name, Input: r.Input, Output: r.Output, Optimizer: o.Name, Total: all, MACs: all.Forward + all.ByInput + all.ByWeight,
		Weights: t.Weights, Gradients: t.Gradients, State: t.State, Bytes: bytes, Layers: []trainingLayerJSON{}, Undecided: []operatorJSON{},
	}
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	table := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant"}, right("forward MACs", "forward_macs"), right("by input", "backward_macs_by_input"),
		right("by weight", "backward_macs_by_weight"), right("saved", "saved_bytes"),
	}}
	cells := func(s network.Step) []report.Cell {
		return []report.Cell{report.Count(s.Forward), report.Count(s.ByInput), report.Count(s.ByWeight), {Text: report.Bytes(s.Saved), Raw: s.Saved}}
	}
	for i, n := range r.Nodes {
		step := t.Nodes[i]
		if step == (network.Step{}) {
			continue
		}
		j.Layers = append(j.Layers, trainingLayerJSON{n.Node.Name, n.Variant, step})
		if top == 0 || len(table.Rows) < top {
			table.Rows = append(table.Rows, append([]report.Cell{report.Str(n.Node.Name), report.Str(n.Variant)}, cells(step)...))
		}
	}
	table.Footer = append([]report.Cell{report.Str(lang.Text("total")), report.Str("")}, cells(all)...)
	for _, u := range t.Undecided {
		j.Undecided = append(j.Undecided, operatorJSON{u.Operator, u.Count})
	}
	head := netHead(r)
	if more := len(j.Layers) - len(table.Rows); more > 0 {
		head = append(head, lang.Sprintf("the first %d of %d layers", len(table.Rows), len(j.Layers)))
	}
	foot := report.Text{
		lang.Sprintf("a step: %s MACs, %s times the forward pass", report.Count(j.MACs).Text, report.Digits(float64(j.MACs)/float64(max(1, all.Forward)))),
		lang.Sprintf("kept: weights %s, gradients %s, %s %s, activations %s: %s in all", report.Bytes(t.Weights), report.Bytes(t.Gradients), o.Name, report.Bytes(t.State), report.Bytes(all.Saved), report.Bytes(bytes)),
		lang.Text("not in it: the activations' own gradients, of which two tensors are live at a time, workspace, and what a framework keeps beside"),
	}
	for _, u := range j.Undecided {
		foot = append(foot, lang.Sprintf("not decided, and missing: what %s (%d) keeps, and what its gradient costs", u.Operator, u.Nodes))
	}
	return report.Document{JSON: j, Blocks: []report.Block{head, table, foot}}, nil
}
