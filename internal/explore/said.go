package explore

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/lang"
	"convx/internal/layer"
)

// said is the answer in at most so many rows, or that it is to be predicted. Where there are few, notes go first, then formulas and the field.
func (m Model) said(rows int) string {
	if m.predict {
		asked := title().Render(lang.Text("predict: what comes out, what does it cost?")) + faint().Render(lang.Text("  p shows it"))
		return wrapped(asked, m.width)
	}
	sizes, formulas, field, costs, notes := m.answer()
	text := func() string {
		return wrapped(strings.Join(slices.Concat(sizes, formulas, field, costs, notes), "\n"), m.width)
	}
	for _, less := range []*[]string{&notes, &formulas, &field} { // sizes and costs stay
		for len(*less) > 0 && lipgloss.Height(text()) > rows {
			*less = (*less)[:len(*less)-1]
		}
	}
	return text()
}

// answer is the shape, its arithmetic, the receptive field, the costs, and the notes; or what is wrong.
func (m Model) answer() (sizes, formulas, field, costs, notes []string) {
	if m.err != nil {
		return []string{problem().Render(m.err.Error())}, nil, nil, nil, nil
	}
	r := m.result
	sizes = []string{title().Render(fmt.Sprintf("%s → %s", layer.FormatShape(r.Input), layer.FormatShape(r.Output)))}
	wide := 12 // of the names of stages
	for _, st := range r.Stages {
		wide = max(wide, lipgloss.Width(layer.StageText(st.Name)))
	}
	for _, st := range r.Stages {
		for _, f := range st.Formulas {
			if f.Axis == "H" {
				formulas = append(formulas, "  "+lipgloss.NewStyle().Width(wide).Render(layer.StageText(st.Name))+fmt.Sprintf(" %s = %d", f.Expression, f.Value))
			}
		}
		for _, n := range st.Notes {
			if text, ok := strings.CutPrefix(n, "H"+lang.Text(": ")); ok {
				notes = append(notes, faint().Render("  "+text))
			}
		}
	}
	seen := lang.Text("the whole plane")
	if !r.Field.Whole {
		seen = lang.Sprintf("%g, jump %g", r.Field.Size[0], r.Field.Jump[0])
	}
	return sizes, formulas, []string{"  " + lang.Sprintf("receptive field %s", seen)}, m.cost(), notes
}
