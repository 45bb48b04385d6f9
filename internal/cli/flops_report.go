package cli

import (
	"fmt"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/report"
)

// flopsView is what to show of a count: whose figures stand in the MACs column, and whether formulas are printed.
type flopsView struct {
	convention flops.Convention
	figures    []int // a figure a row
	total      int
	explain    bool
	types      flops.Types
}

type flopsJSON struct {
	Variant string `json:"variant"`
	Input   []int  `json:"input"`
	Output  []int  `json:"output"`
	flops.Total
	ArithmeticIntensity float64 `json:"arithmetic_intensity"`
	Convention          string  `json:"convention"`
	Unit                string  `json:"unit"` // of macs: some tools count FLOPs
	typesJSON
	Stages []flopsStageJSON `json:"stages"`
	Notes  []string         `json:"notes"`
	budget.OutcomeJSON
}

// typesJSON are the element types that were asked for.
type typesJSON struct {
	Weights     flops.Elem `json:"weights_dtype,omitempty"`
	Activations flops.Elem `json:"activations_dtype,omitempty"`
}

type flopsStageJSON struct {
	Name   string     `json:"name"`
	Kind   layer.Kind `json:"kind"`
	Output []int      `json:"output"`
	flops.Total
	Formulas []formulaJSON `json:"formulas,omitempty"`
}

type formulaJSON struct {
	Quantity string `json:"quantity"`
	Symbols  string `json:"symbols"`
	Numbers  string `json:"expression"`
	Value    int    `json:"value"`
}

func flopsDocument(c counted, v flopsView, held budget.Outcome) report.Document {
	total := c.cost.Total
	j := flopsJSON{
		Variant: c.Layer.Variant, Input: c.Input, Output: c.Output, Total: total.Under(v.total),
		ArithmeticIntensity: total.ArithmeticIntensity(), Convention: v.convention.Name, Unit: v.convention.Unit,
		Notes: append([]string{}, held.Notes...), OutcomeJSON: held.JSON(), typesJSON: typesJSON{v.types.Weights, v.types.Activations},
	}
	t := report.Table{Columns: append([]report.Column{{Name: "stage", Key: "name"}, {Name: "kind"}, {Name: "output"}}, costColumns(v.convention)...)}
	var sums report.Text
	for i, row := range c.cost.Rows {
		st := flopsStageJSON{Name: row.Name, Kind: row.Kind, Output: row.Output, Total: row.Total.Under(v.figures[i])}
		if v.explain {
			for _, f := range row.Formulas {
				st.Formulas = append(st.Formulas, formulaJSON{f.Quantity, f.Sum.Symbols(), f.Sum.Numbers(), f.Value})
				sums = append(sums, fmt.Sprintf("  %s %s: %s = %s = %s", row.Name, f.Quantity, f.Sum.Symbols(), f.Sum.Numbers(), report.Group(f.Value)))
			}
		}
		j.Stages = append(j.Stages, st)
		t.Rows = append(t.Rows, append([]report.Cell{report.Str(row.Name), report.Str(string(row.Kind)), report.Str(layer.FormatShape(row.Output))}, costCells(st.Total)...))
	}
	t.Footer = append([]report.Cell{report.Str("total"), report.Str(""), report.Str(layer.FormatShape(c.Output))}, costCells(j.Total)...)
	blocks := []report.Block{report.Text{fmt.Sprintf("%s: %s -> %s", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Output))}, t}
	if len(sums) > 0 {
		blocks = append(blocks, sums)
	}
	return report.Document{JSON: j, Blocks: append(blocks, append(costFootnotes(total, v.convention, v.types, false), answer.Defaults(c.Layer)...))}
}

// costColumns head the counts. Under a tool's convention the MACs column holds, and is named after, the tool's figure.
func costColumns(c flops.Convention) []report.Column {
	macs := "MACs"
	if c.Name != "mac" {
		macs = c.Unit + " (" + c.Name + ")"
	}
	return []report.Column{
		{Name: "params", Right: true},
		{Name: macs, Key: "macs", Right: true},
		{Name: "FLOPs", Key: "flops", Right: true},
		{Name: "activations", Machine: true},
		{Name: "weight bytes", Key: "weight_bytes", Machine: true},
		{Name: "activation bytes", Key: "activation_bytes", Machine: true},
	}
}

func costCells(c flops.Total) []report.Cell {
	return []report.Cell{
		report.Count(c.Params), report.Count(c.MACs), report.Count(c.FLOPs),
		report.Int(c.Activations), report.Int(c.WeightBytes), report.Int(c.ActivationBytes),
	}
}

func costFootnotes(t flops.Total, c flops.Convention, types flops.Types, stored bool) report.Text {
	lines := report.Text{
		"activations: " + report.Count(t.Activations).Text + " outputs of stages that have MACs",
		memoryText(t, types, stored),
		fmt.Sprintf("arithmetic intensity: %s FLOPs a byte", report.Digits(t.ArithmeticIntensity())),
	}
	if c.Name != "mac" {
		lines = append(lines, c.Name+": "+c.Differs)
	}
	return lines
}

type conventionJSON struct {
	Convention string `json:"convention"`
	Figure     int    `json:"macs"`
	Unit       string `json:"unit"`
	Differs    string `json:"differs"`
}

// conventionsDocument prints every tool's total side by side.
func conventionsDocument(c counted, types flops.Types) (report.Document, error) {
	j := struct {
		Variant     string           `json:"variant"`
		Input       []int            `json:"input"`
		Output      []int            `json:"output"`
		Conventions []conventionJSON `json:"conventions"`
	}{Variant: c.Layer.Variant, Input: c.Input, Output: c.Output}
	for _, cv := range flops.Conventions() {
		_, total, err := cv.In(types).Of(c.Result)
		if err != nil {
			return report.Document{}, err
		}
		j.Conventions = append(j.Conventions, conventionJSON{cv.Name, total, cv.Unit, cv.Differs})
	}
	head := report.Text{fmt.Sprintf("%s: %s -> %s", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Output))}
	return report.Document{JSON: j, Blocks: []report.Block{head, conventionsTable(j.Conventions)}}, nil
}

func conventionsTable(rows []conventionJSON) report.Table {
	t := report.Table{Columns: []report.Column{
		{Name: "convention"}, {Name: "figure", Key: "macs", Right: true}, {Name: "unit"}, {Name: "counts differently", Key: "differs"},
	}}
	for _, r := range rows {
		t.Rows = append(t.Rows, []report.Cell{report.Str(r.Convention), report.Count(r.Figure), report.Str(r.Unit), report.Str(r.Differs)})
	}
	return t
}
