package answer

import (
	"fmt"

	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

// Cost is a layer's count: with each tool's figures where the MACs would be.
type Cost struct {
	shape.Result
	Count      flops.Count
	Convention flops.Convention
	Types      flops.Types
	// Figures are the convention's, one for each row of the count, and Figure that of the whole. The rows of parts that only
	// convx shows by themselves (a deformable convolution's sampling) have none.
	Figures []int64
	Figure  int64
	device  *placed
}

// CostOf counts a layer under a convention, its bytes in these types.
func CostOf(r shape.Result, convention flops.Convention, types flops.Types) (Cost, error) {
	c := Cost{Result: r, Convention: convention, Types: types}
	var err error
	if c.Count, err = types.Of(r); err != nil {
		return c, err
	}
	stages, total, err := convention.In(types).Of(r)
	if err != nil {
		return c, err
	}
	byName := map[string]int64{}
	for i, st := range r.Stages {
		byName[st.Name] = stages[i]
	}
	c.Figure, c.Figures = total, make([]int64, len(c.Count.Rows))
	for i, row := range c.Count.Rows {
		c.Figures[i] = byName[row.Name]
	}
	return c, nil
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
	Device *deviceJSON      `json:"device,omitempty"`
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
	Value    int64  `json:"value"`
}

// Flops is the answer of what a layer costs, and what became of the limits that it was held to; explain adds the formulas.
func Flops(c Cost, explain bool, held budget.Outcome) report.Document {
	total := c.Count.Total
	j := flopsJSON{
		Variant: c.Layer.Variant, Input: c.Input, Output: c.Output, Total: total.Under(c.Figure),
		ArithmeticIntensity: total.ArithmeticIntensity(), Convention: c.Convention.Name, Unit: c.Convention.Unit,
		Notes: append([]string{}, held.Notes...), OutcomeJSON: held.JSON(), typesJSON: typesJSON{c.Types.Weights, c.Types.Activations},
	}
	t := report.Table{Columns: append([]report.Column{{Name: "stage", Key: "name"}, {Name: "kind"}, {Name: "output"}}, costColumns(c.Convention)...)}
	var sums report.Text
	for i, row := range c.Count.Rows {
		st := flopsStageJSON{Name: row.Name, Kind: row.Kind, Output: row.Output, Total: row.Total.Under(c.Figures[i])}
		if explain {
			for _, f := range row.Formulas {
				st.Formulas = append(st.Formulas, formulaJSON{f.Quantity, f.Sum.Symbols(), f.Sum.Numbers(), f.Value})
				sums = append(sums, lang.Sprintf("  %s %s: %s = %s = %s", layer.StageText(row.Name), lang.Text(f.Quantity), f.Sum.Symbols(), f.Sum.Numbers(), report.Group(f.Value)))
			}
		}
		j.Stages = append(j.Stages, st)
		t.Rows = append(t.Rows, append([]report.Cell{report.Str(layer.StageText(row.Name)), report.Str(lang.Text(string(row.Kind))), report.Str(layer.FormatShape(row.Output))}, costCells(st.Total)...))
	}
	t.Footer = append([]report.Cell{report.Str(lang.Text("total")), report.Str(""), report.Str(layer.FormatShape(c.Output))}, costCells(j.Total)...)
	blocks := []report.Block{report.Text{fmt.Sprintf("%s: %s -> %s", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Output))}, t}
	if len(sums) > 0 {
		blocks = append(blocks, sums)
	}
	blocks = append(blocks, append(costFootnotes(total, c.Convention, c.Types, false), Defaults(c.Layer)...))
	if c.device != nil {
		j.Device = &c.device.deviceJSON
		blocks = append(blocks, c.device.blocks...)
	}
	return report.Document{JSON: j, Blocks: blocks}
}

// costColumns head the counts. Under a tool's convention the MACs column holds, and is named after, the tool's figure.
func costColumns(c flops.Convention) []report.Column {
	macs := "MACs"
	if c.Name != "mac" {
		macs = lang.Text(c.Unit) + " (" + c.Name + ")"
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
		lang.Sprintf("activations: %s outputs of stages that have MACs", report.Count(t.Activations).Text),
		memoryText(t, types, stored),
		lang.Sprintf("arithmetic intensity: %s FLOPs a byte", report.Digits(t.ArithmeticIntensity())),
	}
	if c.Name != "mac" {
		lines = append(lines, c.Name+lang.Text(": ")+lang.Text(c.Differs))
	}
	return lines
}

// memoryText says what the bytes are counted as. stored says that a model stores its tensors in types of its own.
func memoryText(t flops.Total, asked flops.Types, stored bool) string {
	as := func(e flops.Elem, float32s bool, theirs string) string {
		switch {
		case e != "":
			return string(e)
		case float32s:
			return string(flops.Float32)
		}
		return theirs
	}
	weights := as(asked.Weights, t.WeightBytes == int64(flops.Float32.Bits()/8)*t.Params, lang.Text("the model stores them"))
	activations := as(asked.Activations, !stored, lang.Text("the model has them"))
	w, a := report.Bytes(t.WeightBytes), report.Bytes(t.ActivationBytes)
	if weights == activations {
		return lang.Sprintf("memory as %s: weights %s, activations read and written %s", weights, w, a)
	}
	return lang.Sprintf("memory: weights %s as %s, activations read and written %s as %s", w, weights, a, activations)
}
