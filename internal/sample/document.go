package sample

import (
	"convx/internal/lang"
	"convx/internal/report"
)

// Document has a row for each sample.
func Document(all []Sample) report.Document {
	type row struct {
		Name    string `json:"name"`
		Summary string `json:"summary"`
	}
	var rows []row
	t := report.Table{Columns: []report.Column{{Name: "name"}, {Name: "is", Key: "summary"}}}
	for _, s := range all {
		rows = append(rows, row{s.Name, s.Summary})
		t.Rows = append(t.Rows, []report.Cell{report.Str(s.Name), report.Str(lang.Text(s.Summary))})
	}
	return report.Document{JSON: map[string]any{"samples": rows}, Blocks: []report.Block{t}}
}
