package explore

import (
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/lang"
)

// screen fills the terminal: the panel and the answer on the left, the sliding window and the picture on the right, and what
// makes the variant one and the baseline below, as far as there is room. The command stands last.
func (m Model) screen() string {
	var body string
	switch {
	case m.linear:
		body = m.lines()
	case m.photo:
		body = m.enlargedPicture()
	default:
		body = m.panes()
	}
	lines := strings.Split(body, "\n")
	if rows := max(1, m.rows()); len(lines) > rows { // the command stays
		lines = lines[:rows]
	}
	blank := ""
	if m.roomy() {
		blank = "\n"
	}
	return title().Render(m.name()) + "  " + faint().Render(m.keys()) + "\n" + blank + strings.Join(lines, "\n") + "\n" + blank + m.command()
}

// roomy tells whether there are rows to leave empty.
func (m Model) roomy() bool { return m.height >= 20 }

// rows are what the keys and the command leave to all else.
func (m Model) rows() int {
	rows := m.height - 1 - lipgloss.Height(m.command())
	if m.roomy() {
		rows -= 2
	}
	return rows
}

func (m Model) command() string {
	return wrapped(faint().Render("$ ")+m.params.command(), m.width)
}

// panes are the panel beside the picture, and below them the answer and whatever else there is room for. Where there is little, the
// answer stays: the panel shows the keys around the chosen one, and the picture goes.
func (m Model) panes() string {
	rows, answer := m.rows(), m.said(0)
	var bars []string
	if !m.predict {
		bars = linesOf(m.bars(m.width), m.width)
	}
	const fewKeys = 3 // are seen at least before a baseline, which was asked for
	unsaid := rows - lipgloss.Height(answer)
	left := m.scrolled(max(1, min(unsaid, max(fewKeys, unsaid-len(bars)))))
	top := lipgloss.JoinHorizontal(lipgloss.Top, left, "  ", m.picture(m.width-lipgloss.Width(left)-2))
	if lipgloss.Height(top)+lipgloss.Height(answer) > rows || lipgloss.Width(top) > m.width {
		top = left
	}
	if rows <= lipgloss.Height(answer) {
		return answer
	}
	if m.predict {
		return top + "\n" + answer
	}
	// What makes the variant one goes before formulas and notes, and these before the photograph.
	free := rows - lipgloss.Height(top) - lipgloss.Height(answer)
	bars = bars[:max(0, min(len(bars), free))]
	own := fitting(m.own(m.width), m.width, free-len(bars))
	body := append([]string{top, m.said(rows - lipgloss.Height(top) - len(bars) - len(own))}, append(own, bars...)...)
	if free := rows - lipgloss.Height(strings.Join(body, "\n")); m.live != nil && free > 5 {
		if text := m.live.beside(m.width, free, m.colour); text != "" {
			body = append(body, text)
		}
	}
	return strings.Join(body, "\n")
}

// linesOf are texts in lines of a width.
func linesOf(text []string, width int) []string {
	if len(text) == 0 {
		return nil
	}
	return strings.Split(wrapped(strings.Join(text, "\n"), width), "\n")
}

// fitting are lines of a width, as many as there are rows for; half of what is indented below a line is none.
func fitting(text []string, width, rows int) []string {
	lines := linesOf(text, width)
	if len(lines) <= rows {
		return lines
	}
	lines = lines[:max(0, rows)]
	for len(lines) > 1 && strings.HasPrefix(lines[len(lines)-1], " ") {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// enlargedPicture gives the screen to the picture and what the layer makes of it, below the key at hand and the sizes.
func (m Model) enlargedPicture() string {
	body := []string{m.panel()[m.cursor]}
	if m.predict || m.err != nil {
		return strings.Join(append(body, m.said(m.height)), "\n")
	}
	body = append(body, strings.Split(m.said(m.height), "\n")[0])
	if m.live == nil {
		return strings.Join(append(body, lang.Text("(this layer does not run on a picture, or would take long)")), "\n")
	}
	return strings.Join(append(body, m.live.beside(m.width, m.rows()-len(body), m.colour)), "\n")
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
	return wrapped(strings.Join(body, "\n"), m.width)
}

// name stands at the top; a narrow terminal has room for less of it.
func (m Model) name() string {
	if m.width < wideEnough {
		return "convx"
	}
	return "convx explore"
}

// wideEnough is how many columns there are for the whole name, and for a panel whose columns stay where they are.
const wideEnough = 100

// keys are what can be pressed, as many as the line has room for.
func (m Model) keys() string {
	all := []string{
		lang.Text("q quit · ↑↓ choose · ←→ change · PgUp/PgDn by 8 · tab variant · b baseline · p predict · v picture · r reader · space pause · , . step"),
		lang.Text("q quit · ↑↓ choose · ←→ change · tab kind · b base · p predict · v view"),
		lang.Text("q quit · ↑↓ ←→ · tab kind · b base · p predict · v view"),
		lang.Text("q quit · ↑↓ ←→ · tab · b · p · v"),
	}
	for _, keys := range all {
		if lipgloss.Width(m.name()+"  "+keys) <= m.width {
			return keys
		}
	}
	return all[len(all)-1]
}

// panel lists the keys and their values, in columns that stay where they are or, on a narrow terminal, take no more than they need.
func (m Model) panel() []string {
	label, held := 17, 17
	if m.width < wideEnough {
		label, held = 0, 0
		for _, f := range m.params.shown() {
			label, held = max(label, lipgloss.Width(f.label)), max(held, lipgloss.Width(m.value(f)))
		}
	}
	pad := func(text string, width int) string {
		return text + strings.Repeat(" ", max(0, width-lipgloss.Width(text)))
	}
	var lines []string
	for i, f := range m.params.shown() {
		line := " " + pad(f.label, label) + " ‹ " + pad(m.value(f), held) + " ›"
		if i == m.cursor {
			line = bold().Reverse(true).Render(">" + line[1:]) // a sign too: NO_COLOR may take the rest
		}
		lines = append(lines, line)
	}
	return lines
}

// scrolled is the panel in at most so many rows, around the chosen key; arrows say where there is more.
func (m Model) scrolled(rows int) string {
	lines := m.panel()
	if len(lines) <= rows {
		return strings.Join(lines, "\n")
	}
	from := min(max(0, m.cursor-rows/2), len(lines)-rows)
	shown := slices.Clone(lines[from : from+rows])
	if from > 0 {
		shown[0] += " ▴"
	}
	if from+rows < len(lines) {
		shown[rows-1] += " ▾"
	}
	return strings.Join(shown, "\n")
}
