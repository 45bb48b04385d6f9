package explore

import (
	"fmt"
	"strings"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"convx/internal/lang"
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

// plainPanel lists the keys and their values, a line each.
func (m Model) plainPanel() string {
	var lines []string
	for _, f := range m.params.shown() {
		lines = append(lines, f.label+" "+m.value(f))
	}
	return strings.Join(lines, "\n")
}

// value is what a field holds, or its default.
func (m Model) value(f field) string {
	value := f.get(&m.params)
	if value == "default" {
		value = lang.Sprintf("default %s", m.defaultOf(f.key))
	}
	return value
}

func (m Model) defaultOf(key string) string {
	k, ok := layer.KeyNamed(key)
	if !ok || m.err != nil {
		return ""
	}
	return k.Value(m.result.Layer.Spec)
}

// picture draws the input with its padding and the output, at the current step.
func (m Model) picture(width int) string {
	if op, ok := deforms(m.result); ok && m.err == nil {
		return m.taps.draw(op, width, m.height-8)
	}
	if g, ok := regionOf(m.result); ok && m.err == nil {
		rows := m.height - 12
		if rows > 24 { // there is room for the picture too
			rows -= m.height / 3
		}
		return g.draw(m.frame, width, rows)
	}
	s := m.slide
	if s == nil && m.err == nil && m.live != nil && len(m.live.factors) > 0 {
		return strings.Join(factorBars(m.live.factors, width, m.height/3), "\n")
	}
	if s == nil {
		return faint().Render(lang.Text("(nothing slides, or it is too large)"))
	}
	step := m.frame % s.steps()
	// Cells grow with the terminal: two columns and a row each, or as many times that.
	in, out := s.drawInput(step), s.drawOutput(step)
	const below = 32 // rows for the answer and a picture
	if k := min((width-3)/(lipgloss.Width(in)+lipgloss.Width(out)+3), (m.height-below)/max(1, lipgloss.Height(in)-1)); k > 1 {
		in, out = enlarged(in, k), enlarged(out, k)
	}
	return lipgloss.JoinHorizontal(lipgloss.Top, in, "   ", out)
}

func (s *slide) drawInput(step int) string {
	lines := []string{lang.Sprintf("%s: input %dx%d", s.name, s.in, s.in)}
	begin, end := s.pad.Begin, s.pad.End
	if s.transpose {
		begin, end = 0, 0
	}
	won := [2]int{-1, -1} // the cell that a max pool takes
	if tap, _ := s.winner(step); s.pool == layer.MaxPool && tap >= 0 {
		won = [2]int{step/s.out*s.stride + tap/s.kernel*s.dilation, step%s.out*s.stride + tap%s.kernel*s.dilation}
	}
	for row := range begin + s.in + end {
		var b strings.Builder
		for col := range begin + s.in + end {
			inside := row >= begin && row < begin+s.in && col >= begin && col < begin+s.in
			on := !s.transpose && s.taps(step, row, col) || s.transpose && row*s.in+col == step
			if on && inside && won == [2]int{row, col} {
				b.WriteString(colored("1").Render("()"))
				continue
			}
			b.WriteString(cell(inside, on, colored("3")))
		}
		lines = append(lines, b.String())
	}
	return strings.Join(lines, "\n")
}

// drawOutput is the output as far as it shows the step; of planes that are dealt into blocks, the blocks, with the number of its plane in
// each pixel of the one at hand.
func (s *slide) drawOutput(step int) string {
	if s.block > 1 {
		n := s.out * s.block
		lines := []string{lang.Sprintf("output %dx%d", n, n)}
		for row := range n {
			var b strings.Builder
			for col := range n {
				if row/s.block*s.out+col/s.block != step {
					b.WriteString("░░")
					continue
				}
				b.WriteString(colored("2").Render(fmt.Sprintf("%2d", row%s.block*s.block+col%s.block)))
			}
			lines = append(lines, b.String())
		}
		return strings.Join(lines, "\n")
	}
	lines := []string{lang.Sprintf("output %dx%d", s.out, s.out)}
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

// enlarged repeats every cell of a drawing k times both ways; its first line is a title.
func enlarged(drawn string, k int) string {
	lines := strings.Split(drawn, "\n")
	out := lines[:1:1]
	for _, line := range lines[1:] {
		var b strings.Builder
		for i := 0; i < len(line); {
			if end := escapeEnd(line[i:]); end > 0 {
				b.WriteString(line[i : i+end])
				i += end
				continue
			}
			r, n := utf8.DecodeRuneInString(line[i:])
			b.WriteString(strings.Repeat(string(r), k))
			i += n
		}
		for range k {
			out = append(out, b.String())
		}
	}
	return strings.Join(out, "\n")
}

// escapeEnd is the length of the colour sequence that a text begins with, 0 without one.
func escapeEnd(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	return strings.IndexByte(s, 'm') + 1
}

// wrapped is a text in lines of a width: a blank that one was broken at does not stand beyond it.
func wrapped(text string, width int) string {
	lines := strings.Split(lipgloss.Wrap(text, width, ""), "\n")
	for i, line := range lines {
		if lipgloss.Width(line) > width {
			lines[i] = strings.TrimRight(line, " ")
		}
	}
	return strings.Join(lines, "\n")
}
