package measured

import (
	"convx/internal/compare"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// arraysJSON is the difference of two arrays, as -f json prints it.
type arraysJSON struct {
	A         string        `json:"a"`
	B         string        `json:"b"`
	Shape     []int         `json:"shape"`
	Values    int           `json:"values"`
	Different int           `json:"different"`
	Max       report.Number `json:"max"`
	Mean      report.Number `json:"mean"`
	At        []int         `json:"at"`
	AtA       report.Number `json:"at_a"`
	AtB       report.Number `json:"at_b"`
	LeftOut   int           `json:"left_out"`
}

// Arrays says how far two arrays are from each other, and where most.
func Arrays(a, b string, d compare.Difference) report.Document {
	j := arraysJSON{a, b, d.Shape, d.Values, d.Different, report.Number(d.Max), report.Number(d.Mean), d.At, report.Number(d.A), report.Number(d.B), d.LeftOut}
	text := report.Text{lang.Sprintf("%s and %s, %s: %s of %s values differ", a, b, layer.FormatShape(d.Shape), report.Group(d.Different), report.Group(d.Values))}
	if d.At != nil {
		text = append(text, lang.Sprintf("max |difference| %.6g at %v: %.6g and %.6g", d.Max, d.At, d.A, d.B), lang.Sprintf("mean |difference| %.6g", d.Mean))
	}
	if d.LeftOut > 0 {
		left := lang.Text("left out: 1 that is not finite in one of them")
		if d.LeftOut > 1 {
			left = lang.Sprintf("left out: %s that are not finite in one of them", report.Group(d.LeftOut))
		}
		text = append(text, left)
	}
	table := report.Table{Columns: []report.Column{{Name: "values", Right: true}, {Name: "different", Right: true}, {Name: "max", Right: true}, {Name: "mean", Right: true}, {Name: "left out", Key: "left_out", Right: true}}}
	table.Rows = [][]report.Cell{{report.Int(d.Values), report.Int(d.Different), report.Float(d.Max), report.Float(d.Mean), report.Int(d.LeftOut)}}
	return report.Document{JSON: j, Blocks: []report.Block{text, table}}
}
