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

// screen fills the terminal: the panel and the answer on the left, the sliding window and the picture on the right, and what
// makes the variant one and the baseline below, as far as there is room. The command stands last.
func (m Model) screen() string {
	head := title().Render(m.name()) + "  " + faint().Render(m.keys())
	command := faint().Render("$ ") + m.params.command()
	var body string
	switch {
	case m.linear:
		body = m.lines()
	case m.photo:
		body = m.enlargedPicture()
	default:
		body = m.panes()
	}
	lines := strings.Split(head+"\n\n"+body+"\n\n"+command, "\n")
	if over := len(lines) - m.height; over > 0 { // the command stays
		keep := max(1, m.height-1)
		lines = append(lines[:keep], command)
	}
	return strings.Join(lines, "\n")
}

// panes are the panel beside the picture, and below them the answer and whatever else there is room for.
func (m Model) panes() string {
	left := m.panel()
	top := lipgloss.JoinHorizontal(lipgloss.Top, left, "  ", m.picture(m.width-lipgloss.Width(left)-2))
	if m.predict {
		return top + "\n" + m.said(m.height)
	}
	own := strings.Join(m.own(m.width), "\n")
	room := m.height - 4 - lipgloss.Height(top)
	if own != "" { // what makes the variant one goes before notes and formulas
		room -= lipgloss.Height(lipgloss.Wrap(own, m.width, ""))
	}
	body := []string{top, m.said(room)}
	used := func() int { return lipgloss.Height(strings.Join(body, "\n")) + 4 }
	for i, more := range []string{own, strings.Join(m.bars(m.width), "\n")} {
		lines := strings.Split(lipgloss.Wrap(more, m.width, ""), "\n")
		rows := m.height - used()
		if more == "" || rows <= 0 {
			continue
		}
		if len(lines) > rows {
			lines = lines[:rows]
			for i == 0 && len(lines) > 1 && strings.HasPrefix(lines[len(lines)-1], " ") { // half of a matrix is none
				lines = lines[:len(lines)-1]
			}
		}
		body = append(body, strings.Join(lines, "\n"))
	}
	if m.live != nil {
		if rows := m.height - used(); rows > 5 {
			if text := m.live.beside(m.width, rows, m.colour); text != "" {
				body = append(body, text)
			}
		}
	}
	return strings.Join(body, "\n")
}

// enlargedPicture gives the screen to the picture and what the layer makes of it, below the key at hand and the sizes.
func (m Model) enlargedPicture() string {
	body := []string{strings.Split(m.panel(), "\n")[m.cursor]}
	if m.predict || m.err != nil {
		return strings.Join(append(body, m.said(m.height)), "\n")
	}
	body = append(body, strings.Split(m.said(m.height), "\n")[0])
	if m.live == nil {
		return strings.Join(append(body, lang.Text("(this layer does not run on a picture, or would take long)")), "\n")
	}
	return strings.Join(append(body, m.live.beside(m.width, m.height-len(body)-4, m.colour)), "\n")
}

// lines are everything but pictures, in the order in which it is to be read: the key at hand, the answer, what makes the variant one,
// the other keys.
func (m Model) lines() string {
	panel := strings.Split(m.plainPanel(), "\n")
	body := []string{lang.Text("chosen: ") + panel[m.cursor], m.said(1 << 10)}
	if !m.predict {
		body = append(body, append(m.own(m.width), m.bars(m.width)...)...)
	}
	body = append(body, append(panel[:m.cursor:m.cursor], panel[m.cursor+1:]...)...)
	return lipgloss.Wrap(strings.Join(body, "\n"), m.width, "")
}

// name stands at the top; a narrow terminal has room for less of it.
func (m Model) name() string {
	if m.width < wideEnough {
		return "convx"
	}
	return "convx explore"
}

// wideEnough is how many columns there are for the whole name.
const wideEnough = 100

// keys are what can be pressed, as many as the line has room for.
func (m Model) keys() string {
	all := lang.Text("q quit · ↑↓ choose · ←→ change · PgUp/PgDn by 8 · tab variant · b baseline · p predict · v picture · r reader · space pause · , . step")
	if lipgloss.Width(m.name()+"  "+all) > m.width {
		return lang.Text("q quit · ↑↓ choose · ←→ change · tab kind · b base · p predict · v view")
	}
	return all
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

// panel lists the keys and their values.
func (m Model) panel() string {
	var lines []string
	for i, f := range m.params.shown() {
		value := m.value(f)
		line := fmt.Sprintf(" %-17s ‹ %s ›", f.label, value+strings.Repeat(" ", max(0, 17-lipgloss.Width(value))))
		if i == m.cursor {
			line = bold().Reverse(true).Render(">" + line[1:]) // a sign too: NO_COLOR may take the rest
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
