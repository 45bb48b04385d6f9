// Package answer turns results into documents: the value behind the table and the JSON of a command, and behind the page.
package answer

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

// The JSON of shape; the keys are stable.
type shapeJSON struct {
	Variant        string            `json:"variant"`
	Input          []int             `json:"input"`
	Output         []int             `json:"output"`
	Stages         []shapeStageJSON  `json:"stages"`
	ReceptiveField FieldJSON         `json:"receptive_field"`
	Defaults       map[string]string `json:"defaults"`
	Notes          []string          `json:"notes"`
}

type shapeStageJSON struct {
	Name     string          `json:"name"`
	Kind     layer.Kind      `json:"kind"`
	Input    []int           `json:"input"`
	Output   []int           `json:"output"`
	Formulas []shape.Formula `json:"formulas"`
}

// FieldJSON is a receptive field, a number an axis.
type FieldJSON struct {
	Size      []report.Number `json:"size"`  // what the output sees that sees most; null: beyond any number
	Least     []report.Number `json:"least"` // what the output sees that sees least
	Jump      []report.Number `json:"jump"`
	Start     []report.Number `json:"start"`
	Center    []report.Number `json:"center"`
	Effective []report.Number `json:"effective"` // the Gaussian estimate
	Whole     bool            `json:"whole,omitempty"`
	Local     *FieldJSON      `json:"local,omitempty"` // without the path that sees the whole
	Unaligned bool            `json:"unaligned,omitempty"`
}

// FieldOf gives a field's numbers.
func FieldOf(f shape.Field) FieldJSON {
	n := report.Numbers
	j := FieldJSON{n(f.Size), n(f.Least), n(f.Jump), n(f.Start), n(f.Center()), n(f.Effective()), f.Whole, nil, f.Unaligned}
	if f.Local != nil {
		local := FieldOf(*f.Local)
		j.Local = &local
	}
	return j
}

// Shape is the answer of what comes out of a layer.
func Shape(r shape.Result) report.Document {
	j := shapeJSON{
		Variant: r.Layer.Variant, Input: r.Input, Output: r.Output,
		ReceptiveField: FieldOf(r.Field),
		Defaults:       map[string]string{}, Notes: []string{},
	}
	for _, d := range r.Layer.Defaults {
		j.Defaults[d.Key] = d.Value
	}
	table := report.Table{Columns: []report.Column{
		{Name: "stage"}, {Name: "kind"}, {Name: "input"}, {Name: "output"},
	}}
	var sums report.Text
	for _, st := range r.Stages {
		formulas := st.Formulas
		if formulas == nil {
			formulas = []shape.Formula{}
		}
		j.Stages = append(j.Stages, shapeStageJSON{st.Name, st.Kind, st.Inputs[0], st.Output, formulas})
		j.Notes = append(j.Notes, st.Notes...)
		table.Rows = append(table.Rows, []report.Cell{
			report.Str(layer.StageText(st.Name)), report.Str(lang.Text(string(st.Kind))),
			report.Str(layer.FormatShape(st.Inputs[0])), report.Str(layer.FormatShape(st.Output)),
		})
		prefix := ""
		if len(r.Stages) > 1 {
			prefix = layer.StageText(st.Name) + " "
		}
		for _, f := range st.Formulas {
			sums = append(sums, fmt.Sprintf("  %s%s: %s = %d", prefix, f.Axis, f.Expression, f.Value))
		}
	}
	blocks := []report.Block{
		report.Text{fmt.Sprintf("%s: %s -> %s", r.Layer.Variant, layer.FormatShape(r.Input), layer.FormatShape(r.Output))},
	}
	if len(sums) > 0 {
		blocks = append(blocks, sums)
	}
	blocks = append(blocks, table, footnotes(r, j.Notes))
	return report.Document{JSON: j, Blocks: blocks}
}

// footnotes are the receptive field, what is odd, and what was left to defaults.
func footnotes(r shape.Result, notes []string) report.Text {
	t := report.Text{fieldText(r.Field)}
	for _, n := range MergeAxes(notes) {
		t = append(t, lang.Sprintf("note: %s", n))
	}
	return append(t, Defaults(r.Layer)...)
}

func fieldText(f shape.Field) string {
	switch {
	case f.Local != nil:
		return lang.Sprintf("receptive field: the whole plane, by global pooling beside; without it %s, jump %s, from %s", FieldSize(*f.Local), Numbers(f.Local.Jump), Numbers(f.Local.Start))
	case f.Whole:
		return lang.Text("receptive field: the whole plane")
	}
	return lang.Sprintf("receptive field: %s, jump %s, from %s", FieldSize(f), Numbers(f.Jump), Numbers(f.Start))
}

// FieldSize is the field's size, and the least beside it where outputs differ.
func FieldSize(f shape.Field) string {
	if slices.Equal(f.Size, f.Least) {
		return Numbers(f.Size)
	}
	return lang.Sprintf("%s (least %s)", Numbers(f.Size), Numbers(f.Least))
}

// Numbers writes one number where all axes agree, else one per axis, to four places: a third is 0.3333.
func Numbers(v []float64) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = strconv.FormatFloat(math.Round(x*1e4)/1e4, 'f', -1, 64)
	}
	if len(slices.Compact(slices.Clone(parts))) == 1 {
		return parts[0]
	}
	return strings.Join(parts, "x")
}

// MergeAxes joins notes that differ only in their axis: "H: …" and "W: …" become "H, W: …".
func MergeAxes(notes []string) []string {
	var texts []string
	axes := map[string][]string{}
	for _, n := range notes {
		axis, text, ok := strings.Cut(n, lang.Text(": "))
		if !ok || len(axis) > 1 {
			axis, text = "", n
		}
		if _, seen := axes[text]; !seen {
			texts = append(texts, text)
		}
		if axis != "" && !slices.Contains(axes[text], axis) {
			axes[text] = append(axes[text], axis)
		}
	}
	for i, text := range texts {
		if a := axes[text]; len(a) > 0 {
			texts[i] = lang.List(a) + lang.Text(": ") + text
		}
	}
	return texts
}

// Defaults shows what was left out and filled in.
func Defaults(l layer.Layer) report.Text {
	if len(l.Defaults) == 0 {
		return nil
	}
	parts := make([]string, len(l.Defaults))
	for i, d := range l.Defaults {
		parts[i] = d.Key + " " + d.Value
	}
	return report.Text{lang.Sprintf("defaults: %s", lang.List(parts))}
}
