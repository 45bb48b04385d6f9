package answer

import (
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

type solveJSON struct {
	Variant   string           `json:"variant"`
	Input     []int            `json:"input"`
	Wanted    []int            `json:"wanted"`
	Found     int              `json:"found"`
	Command   string           `json:"command"` // asks for the first solution
	Solutions []shape.Solution `json:"solutions"`
}

// Solve is the answer of which geometries give a layer the wanted size.
func Solve(spec layer.Spec, s shape.Solutions) report.Document {
	for i := range s.List {
		s.List[i].Notes = MergeAxes(s.List[i].Notes)
	}
	j := solveJSON{Variant: spec.Variant, Input: spec.Input, Wanted: s.Wanted, Found: s.Found, Solutions: s.List}
	j.Command = "convx shape " + j.Variant
	for _, set := range s.List[0].Keys {
		j.Command += " " + set.Flag()
	}
	columns := []report.Column{{Name: "kernel"}, {Name: "stride"}, {Name: "padding"}}
	dilated := slices.ContainsFunc(j.Solutions, func(s shape.Solution) bool { return slices.Max(s.Dilation) > 1 })
	if dilated {
		columns = append(columns, report.Column{Name: "dilation"})
	}
	transposed := j.Solutions[0].OutputPadding != nil
	if transposed {
		columns = append(columns, report.Column{Name: "output padding", Key: "output_padding"})
	}
	columns = append(columns, report.Column{Name: "remark", Key: "notes"})
	t := report.Table{Columns: columns}
	for _, s := range j.Solutions {
		row := []report.Cell{report.Str(layer.FormatInts(s.Kernel)), report.Str(layer.FormatInts(s.Stride)), report.Str(s.Padding)}
		if dilated {
			row = append(row, report.Str(layer.FormatInts(s.Dilation)))
		}
		if transposed {
			row = append(row, report.Str(layer.FormatInts(s.OutputPadding)))
		}
		t.Rows = append(t.Rows, append(row, report.Cell{Text: remark(s.Notes), Raw: strings.Join(s.Notes, "; ")}))
	}
	foot := report.Text{lang.Sprintf("the first: %s", j.Command)}
	if more := j.Found - len(j.Solutions); more > 0 {
		foot = append(foot, lang.Sprintf("%d more: --limit %d", more, j.Found))
	}
	head := report.Text{lang.Sprintf("%s: %s -> %s, the usual ones first", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Wanted))}
	return report.Document{JSON: j, Blocks: []report.Block{head, t, foot}}
}

// remark shortens a solution's notes to what tells it from its neighbours.
func remark(notes []string) string {
	short := []struct{ has, say string }{
		{lang.Text("the floor drops"), lang.Text("drops pixels")}, {lang.Text("checkerboard"), lang.Text("checkerboard")},
		{lang.Text("only the bias"), lang.Text("leaves gaps")}, {lang.Text("larger than the kernel's reach"), lang.Text("padding beyond the kernel")},
	}
	var out []string
	for _, s := range short {
		if slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, s.has) }) {
			out = append(out, s.say)
		}
	}
	return lang.List(out)
}
