package explore

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"convx/internal/layer"
)

func bold() lipgloss.Style                 { return lipgloss.NewStyle().Bold(true) }
func colored(number string) lipgloss.Style { return bold().Foreground(lipgloss.Color(number)) }
func title() lipgloss.Style                { return colored("6") }
func faint() lipgloss.Style                { return lipgloss.NewStyle().Faint(true) }
func problem() lipgloss.Style              { return colored("1") }

// View draws the whole screen.
func (m Model) View() tea.View {
	v := tea.NewView(m.screen())
	v.AltScreen = true
	v.WindowTitle = "convx explore"
	return v
}

func (m Model) screen() string {
	head := title().Render(name) + "  " + faint().Render(m.keys())
	var b strings.Builder
	b.WriteString(head + "\n\n")
	b.WriteString(lipgloss.JoinHorizontal(lipgloss.Top, m.panel(), "  ", m.picture()))
	b.WriteString("\n" + lipgloss.Wrap(m.answer(), m.width, "") + "\n\n")
	b.WriteString(faint().Render("$ ") + m.params.command())
	return b.String()
}

const (
	name      = "convx explore"
	allKeys   = "q quit · ↑↓ choose · ←→ change · PgUp/PgDn by 8 · tab variant · space pause · , . step"
	usualKeys = "q quit · ↑↓ choose · ←→ change · tab variant · space pause"
)

// keys are what can be pressed, as many as the line has room for.
func (m Model) keys() string {
	if lipgloss.Width(name+"  "+allKeys) > m.width {
		return usualKeys
	}
	return allKeys
}

// panel lists the keys and their values.
func (m Model) panel() string {
	var lines []string
	for i, f := range m.params.shown() {
		value := f.get(&m.params)
		if value == "default" {
			value = "default " + m.defaultOf(f.key)
		}
		line := fmt.Sprintf(" %-17s ‹ %-17s ›", f.label, value)
		if i == m.cursor {
			line = bold().Reverse(true).Render(line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (m Model) defaultOf(key string) string {
	k, ok := layer.KeyNamed(key)
	if !ok || m.err != nil {
		return ""
	}
	return k.Value(m.result.Layer.Spec)
}

// answer is the shape with its arithmetic, the receptive field and the notes, or what is wrong.
func (m Model) answer() string {
	if m.err != nil {
		return problem().Render(m.err.Error())
	}
	r := m.result
	lines := []string{title().Render(fmt.Sprintf("%s → %s", layer.FormatShape(r.Input), layer.FormatShape(r.Output)))}
	for _, st := range r.Stages {
		for _, f := range st.Formulas {
			if f.Axis == "H" {
				lines = append(lines, fmt.Sprintf("  %-12s %s = %d", st.Name, f.Expression, f.Value))
			}
		}
	}
	field := "the whole plane"
	if !r.Field.Whole {
		field = fmt.Sprintf("%g, jump %g", r.Field.Size[0], r.Field.Jump[0])
	}
	lines = append(lines, "  receptive field "+field)
	lines = append(lines, m.cost()...)
	for _, st := range r.Stages {
		for _, n := range st.Notes {
			if text, ok := strings.CutPrefix(n, "H: "); ok {
				lines = append(lines, faint().Render("  "+text))
			}
		}
	}
	return strings.Join(lines, "\n")
}

// picture draws the input with its padding and the output, at the current step.
func (m Model) picture() string {
	s := m.slide
	if s == nil {
		return faint().Render("(nothing slides, or it is too large)")
	}
	step := m.frame % s.steps()
	in, out := s.drawInput(step), s.drawOutput(step)
	return lipgloss.JoinHorizontal(lipgloss.Top, in, "   ", out)
}

func (s *slide) drawInput(step int) string {
	lines := []string{fmt.Sprintf("%s: input %dx%d", s.name, s.in, s.in)}
	begin, end := s.pad.Begin, s.pad.End
	if s.transpose {
		begin, end = 0, 0
	}
	for row := range begin + s.in + end {
		var b strings.Builder
		for col := range begin + s.in + end {
			inside := row >= begin && row < begin+s.in && col >= begin && col < begin+s.in
			on := !s.transpose && s.taps(step, row, col) || s.transpose && row*s.in+col == step
			b.WriteString(cell(inside, on, colored("3")))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

func (s *slide) drawOutput(step int) string {
	lines := []string{fmt.Sprintf("output %dx%d", s.out, s.out)}
	for row := range s.out {
		var b strings.Builder
		for col := range s.out {
			on := s.transpose && s.taps(step, row, col) || !s.transpose && row*s.out+col == step
			b.WriteString(cell(true, on, colored("2")))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// cell is two columns wide, so that cells look square.
func cell(inside, on bool, lit lipgloss.Style) string {
	switch {
	case on && inside:
		return lit.Render("██")
	case on:
		return lit.Render("▒▒")
	case inside:
		return "░░"
	}
	return faint().Render("··")
}
