package answer

import (
	"fmt"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/shape"
)

type conventionJSON struct {
	Convention string `json:"convention"`
	Figure     int64  `json:"macs"`
	Unit       string `json:"unit"`
	Differs    string `json:"differs"`
}

// Conventions is every tool's figure for a layer, side by side.
func Conventions(r shape.Result, types flops.Types) (report.Document, error) {
	j := struct {
		Variant     string           `json:"variant"`
		Input       []int            `json:"input"`
		Output      []int            `json:"output"`
		Conventions []conventionJSON `json:"conventions"`
	}{Variant: r.Layer.Variant, Input: r.Input, Output: r.Output}
	for _, cv := range flops.Conventions() {
		_, total, err := cv.In(types).Of(r)
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
		t.Rows = append(t.Rows, []report.Cell{report.Str(r.Convention), report.Count(r.Figure), report.Str(lang.Text(r.Unit)), report.Str(lang.Text(r.Differs))})
	}
	return t
}

// NetworkConventions is every tool's figure for a network, side by side.
func NetworkConventions(r *network.Result) (report.Document, error) {
	j := struct {
		Net         string           `json:"net"`
		Input       []int            `json:"input"`
		Output      []int            `json:"output"`
		Conventions []conventionJSON `json:"conventions"`
	}{Net: r.Graph.Name, Input: r.Input, Output: r.Output}
	for _, c := range flops.Conventions() {
		_, total, err := r.Under(c)
		if err != nil {
			return report.Document{}, err
		}
		j.Conventions = append(j.Conventions, conventionJSON{c.Name, total, c.Unit, c.Differs})
	}
	head := netHead(r)
	return report.Document{JSON: j, Blocks: []report.Block{head, conventionsTable(j.Conventions)}}, nil
}
