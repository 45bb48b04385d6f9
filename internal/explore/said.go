package explore

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/lang"
	"convx/internal/layer"
)

// said is the answer in at most so many rows, or that it is to be predicted. Where there are few, notes go first, then formulas.
func (m Model) said(rows int) string {
	if m.predict {
		return title().Render(lang.Text("predict: what comes out, what does it cost?")) + faint().Render(lang.Text("  p shows it"))
	}
	sizes, formulas, costs, notes := m.answer()
	parts := append(append(append(sizes, formulas...), costs...), notes...)
	text := func() string { return lipgloss.Wrap(strings.Join(parts, "\n"), m.width, "") }
	for len(parts) > len(sizes)+len(costs) && lipgloss.Height(text()) > rows {
		at := len(parts) - 1
		if at < len(sizes)+len(formulas)+len(costs) { // the notes are gone
			at = len(parts) - len(costs) - 1
		}
		parts = slices.Delete(parts, at, at+1)
	}
	return text()
}

// answer is the shape, its arithmetic, the receptive field with the costs, and the notes; or what is wrong.
func (m Model) answer() (sizes, formulas, costs, notes []string) {
	if m.err != nil {
		return []string{problem().Render(m.err.Error())}, nil, nil, nil
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
	field := lang.Text("the whole plane")
	if !r.Field.Whole {
		field = lang.Sprintf("%g, jump %g", r.Field.Size[0], r.Field.Jump[0])
	}
	return sizes, formulas, append([]string{"  " + lang.Sprintf("receptive field %s", field)}, m.cost()...), notes
}
