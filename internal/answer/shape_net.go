package answer

import (
	"fmt"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/shape"
)

type shapeNetJSON struct {
	Net    string `json:"net"`
	Input  []int  `json:"input"`
	Output []int  `json:"output"`
	// Outputs are all of them, where there are several.
	Outputs []outputJSON        `json:"outputs,omitempty"`
	Layers  []shapeNetLayerJSON `json:"layers"`
	Notes   []string            `json:"notes"`
}

type shapeNetLayerJSON struct {
	Name    string    `json:"name"`
	Variant string    `json:"variant"`
	Output  []int     `json:"output"`
	Field   FieldJSON `json:"receptive_field"`
	// Seconds is how long the receptive field is, where --rate says how many samples a second has.
	Seconds *report.Number `json:"receptive_field_seconds,omitempty"`
}

// ShapeNetwork is the answer of what comes out of a network's layers. fields adds what each sees of the input; rate is how many
// samples a second has, for fields in milliseconds too, 0 where that means nothing.
func ShapeNetwork(r *network.Result, fields bool, rate float64) report.Document {
	j := shapeNetJSON{Net: r.Graph.Name, Input: r.Input, Output: r.Output, Outputs: outputsOf(r), Layers: []shapeNetLayerJSON{}, Notes: append([]string{}, r.Notes...)}
	t := report.Table{Columns: []report.Column{{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "output"}}}
	if fields {
		t.Columns = append(t.Columns,
			report.Column{Name: "field", Key: "size", Right: true}, report.Column{Name: "effective", Right: true}, report.Column{Name: "jump", Right: true},
			report.Column{Name: "start", Right: true}, report.Column{Name: "centre", Key: "center", Right: true})
		if rate > 0 {
			t.Columns = append(t.Columns, report.Column{Name: "milliseconds", Right: true})
		}
	}
	var last *network.NodeResult
	for _, n := range r.Counted() {
		l := shapeNetLayerJSON{Name: n.Node.Name, Variant: n.Variant, Output: n.Output, Field: FieldOf(n.Field)}
		row := []report.Cell{report.Str(l.Name), report.Str(l.Variant), report.Str(layer.FormatShape(l.Output))}
		if rate > 0 && len(n.Field.Size) > 0 {
			s := report.Number(n.Field.Size[len(n.Field.Size)-1] / rate)
			l.Seconds = &s
		}
		if fields {
			row = append(row, fieldCells(n.Field)...)
			if rate > 0 {
				row = append(row, millisecondCell(l.Seconds))
			}
		}
		if _, ok := n.Field.Window(); ok {
			last = n
		}
		j.Layers = append(j.Layers, l)
		t.Rows = append(t.Rows, row)
	}
	head := netHead(r)
	var foot report.Text
	if last != nil {
		foot = append(foot, fieldSentence(last, rate))
	}
	for _, n := range r.Notes {
		foot = append(foot, lang.Sprintf("note: %s", n))
	}
	return report.Document{JSON: j, Blocks: []report.Block{head, t, foot}}
}

// fieldSentence sums up what the last layer sees whose positions keep their place.
func fieldSentence(n *network.NodeResult, rate float64) string {
	f, text := n.Field, lang.Key("receptive field at %s: %s, jump %s, effective (Gaussian, two standard deviations) about %s")
	if f.Local != nil {
		f, text = *f.Local, lang.Key("receptive field at %s: the whole input, by global pooling beside; without it %s, jump %s, effective (Gaussian, two standard deviations) about %s")
	}
	text = lang.Sprintf(text, n.Node.Name, FieldSize(f), Numbers(f.Jump), rounded(f.Effective()))
	if rate > 0 && len(f.Size) > 0 {
		text += lang.Sprintf("; %s ms at %g samples a second", report.Digits(1000*f.Size[len(f.Size)-1]/rate), rate)
	}
	return text
}

func fieldCells(f shape.Field) []report.Cell {
	head := ""
	switch {
	case f.Local != nil:
		head, f = lang.Text("whole, local")+" ", *f.Local
	case f.Whole:
		return []report.Cell{report.Str(lang.Text("whole")), {}, {}, {}, {}}
	}
	if len(f.Size) == 0 {
		return make([]report.Cell, 5)
	}
	size := report.Cell{Text: head + FieldSize(f), Raw: Numbers(f.Size)}
	if f.Unaligned {
		size.Text += lang.Text(" (unaligned)")
	}
	return []report.Cell{size, report.Str(rounded(f.Effective())), report.Str(Numbers(f.Jump)), report.Str(Numbers(f.Start)), report.Str(Numbers(f.Center()))}
}

func millisecondCell(s *report.Number) report.Cell {
	if s == nil {
		return report.Cell{}
	}
	ms := 1000 * float64(*s)
	return report.Cell{Text: report.Digits(ms), Raw: ms}
}

// rounded writes estimates with one digit after the point.
func rounded(v []float64) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = fmt.Sprintf("%.1f", x)
	}
	if len(parts) > 1 && parts[0] == parts[len(parts)-1] {
		return parts[0]
	}
	return strings.Join(parts, "x")
}
