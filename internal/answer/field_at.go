package answer

import (
	"convx/internal/gradient"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

// effect is how much of a picture matters to a layer, measured.
type effect struct {
	Of      string  `json:"of"`
	Share   float64 `json:"share"` // of the influence, that Rows and Columns hold
	Rows    [2]int  `json:"rows"`  // begin and end, without the end
	Columns [2]int  `json:"columns"`
}

// FieldAt is the receptive field of one layer of a network, and the measured one, if m is not nil.
func FieldAt(r *network.Result, n *network.NodeResult, m *gradient.Map) report.Document {
	text := report.Text{lang.Sprintf("%s, output %s: every output sees the whole input", n.Node.Name, layer.FormatShape(n.Output))}
	if !n.Field.Whole || n.Field.Local != nil {
		text = report.Text{fieldSentence(n, 0)}
	}
	var measured *effect
	if m != nil {
		rows, columns := m.Box(gradient.Most)
		measured = &effect{m.Of, gradient.Most, rows, columns}
		text = append(text, lang.Sprintf("effective, measured: %s of the influence on %s comes from %dx%d pixels, rows %d to %d, columns %d to %d",
			report.Percent(gradient.Most), m.Of, rows[1]-rows[0], columns[1]-columns[0], rows[0], rows[1]-1, columns[0], columns[1]-1))
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
		Effect *effect   `json:"effective_field,omitempty"`
	}{r.Graph.Name, r.Input, n.Node.Name, n.Output, FieldOf(n.Field), measured}, Blocks: []report.Block{text, t}}
}
