package lesson

import "convx/internal/report"

// Document has a row for each lesson.
func Document(list []Lesson) report.Document {
	type row struct {
		Number int    `json:"number"`
		Name   string `json:"name"`
		Title  string `json:"title"`
	}
	var rows []row
	t := report.Table{Columns: []report.Column{{Name: "lesson", Right: true}, {Name: "name"}, {Name: "title"}}}
	for _, l := range list {
		rows = append(rows, row{l.Number, l.Name, l.Title})
		t.Rows = append(t.Rows, []report.Cell{report.Int(l.Number), report.Str(l.Name), report.Str(l.Title)})
	}
	return report.Document{JSON: map[string]any{"lessons": rows}, Blocks: []report.Block{t}}
}
