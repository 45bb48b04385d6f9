package answer

import (
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

// FieldAt is the receptive field of one layer of a network.
func FieldAt(r *network.Result, n *network.NodeResult) report.Document {
	text := report.Text{n.Node.Name + ", output " + layer.FormatShape(n.Output) + ": every output sees the whole input"}
	if !n.Field.Whole {
		text = report.Text{fieldSentence(n, 0)}
	}
	t := report.Table{Columns: []report.Column{{Name: "layer", Key: "name"}, {Name: "field", Key: "size", Right: true}, {Name: "effective", Right: true},
		{Name: "jump", Right: true}, {Name: "start", Right: true}, {Name: "centre", Key: "center", Right: true}}}
	t.Rows = [][]report.Cell{append([]report.Cell{report.Str(n.Node.Name)}, fieldCells(n.Field)...)}
	return report.Document{JSON: struct {
		Net    string    `json:"net"`
		Input  []int     `json:"input"`
		Name   string    `json:"name"`
		Output []int     `json:"output"`
		Field  FieldJSON `json:"receptive_field"`
	}{r.Graph.Name, r.Input, n.Node.Name, n.Output, FieldOf(n.Field)}, Blocks: []report.Block{text, t}}
}
