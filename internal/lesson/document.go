package lesson

import (
	"convx/internal/lang"
	"convx/internal/report"
)

// Document has a row for each lesson, with the minutes that a class needs for it and the variants that it teaches.
func Document(list []Lesson) report.Document {
	type row struct {
		Number  int      `json:"number"`
		Name    string   `json:"name"`
		Title   string   `json:"title"`
		Minutes int      `json:"minutes,omitempty"`
		Kinds   []string `json:"kinds,omitempty"`
	}
	var rows []row
	t := report.Table{Columns: []report.Column{{Name: "lesson", Right: true}, {Name: "name"}, {Name: "title"}, {Name: "minutes", Right: true}, {Name: "variants"}}}
	for _, l := range list {
		rows = append(rows, row{l.Number, l.Name, l.Title, l.Minutes, l.Kinds})
		minutes := report.Str("")
		if l.Minutes > 0 {
			minutes = report.Int(l.Minutes)
		}
		t.Rows = append(t.Rows, []report.Cell{report.Int(l.Number), report.Str(l.Name), report.Str(l.Title), minutes, report.Str(lang.List(l.Kinds))})
	}
	return report.Document{JSON: map[string]any{"lessons": rows}, Blocks: []report.Block{t}}
}
