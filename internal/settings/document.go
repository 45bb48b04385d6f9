package settings

import (
	"convx/internal/lang"
	"convx/internal/report"
)

// document is the settings as -f json has them.
type document struct {
	File     *string `json:"file"`
	Settings []Value `json:"settings"`
}

// Document has a row for each setting, with where its value is from.
func (s Settings) Document() report.Document {
	j := document{Settings: s.Values}
	file := report.Text{lang.Text("file: none (looked for ./convx.yaml, then convx/convx.yaml in the user's configuration folder)")}
	if s.Path != "" {
		j.File = &s.Path
		file = report.Text{lang.Sprintf("file: %s", s.Path)}
	}
	t := report.Table{Columns: []report.Column{{Name: "key"}, {Name: "value"}, {Name: "from"}}}
	for _, v := range s.Values {
		value := v.Text
		if value == "" {
			value = `""`
		}
		t.Rows = append(t.Rows, []report.Cell{report.Str(v.Key), {Text: value, Raw: v.Text}, report.Str(lang.Text(v.From))})
	}
	blocks := []report.Block{file, t}
	return report.Document{JSON: j, Blocks: blocks}
}
