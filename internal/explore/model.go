// Package explore is the terminal interface of convx: change a layer with the arrow keys and see at once what comes
// out, what it costs, and the window sliding over a small input.
package explore

import (
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"

	"convx/internal/layer"
	"convx/internal/shape"
)

// Model is the state of the interface: a bubbletea model.
type Model struct {
	params  params
	cursor  int
	frame   int
	playing bool
	width   int
	height  int
	colour  bool
	predict bool // the answer is hidden, to be predicted first
	photo   bool // the picture has the screen
	linear  bool // no pictures: lines in the order in which they are to be read
	taps    taps // of a deformable layer

	hasBase bool
	base    *shape.Result // kept to compare with; nil without
	live    *live         // what the layer makes of a picture; nil where it cannot
	result  shape.Result
	err     error
	slide   *slide
}

// Linear is the model without pictures, as lines in the order in which they are to be read: for screen readers.
func (m Model) Linear() Model {
	m.linear = true
	return m
}

// New starts with a variant and the keys that were given; colour is for pictures in 24 bits.
func New(variant string, keys []layer.Setting, colour bool) (Model, error) {
	if _, ok := layer.VariantNamed(variant); !ok {
		_, err := layer.Build(layer.Spec{Variant: variant})
		return Model{}, err
	}
	p, err := given(variant, keys)
	if err != nil {
		return Model{}, err
	}
	m := Model{params: p, playing: true, width: 100, height: 40, colour: colour}
	if m.compute(); m.err != nil && len(keys) > 0 {
		return Model{}, m.err
	}
	return m, nil
}

type tick struct{}

func wait() tea.Cmd {
	return tea.Tick(350*time.Millisecond, func(time.Time) tea.Msg { return tick{} })
}

// Init starts the animation.
func (m Model) Init() tea.Cmd { return wait() }

// Update reacts to a key, a new size or the clock.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
	case tick:
		if m.playing && !m.linear { // what is read aloud stands still
			m.frame++
		}
		return m, wait()
	case tea.KeyPressMsg:
		return m.press(msg.String())
	}
	return m, nil
}

func (m Model) press(key string) (tea.Model, tea.Cmd) {
	shown := m.params.shown()
	by := 0
	switch key {
	case "q", "esc", "ctrl+c":
		return m, tea.Quit
	case "up", "k":
		m.cursor = (m.cursor + len(shown) - 1) % len(shown)
	case "down", "j":
		m.cursor = (m.cursor + 1) % len(shown)
	case "left", "h":
		by = -1
	case "right", "l":
		by = 1
	case "pgdown", "shift+left", "-":
		by = -8
	case "pgup", "shift+right", "+":
		by = 8
	case "tab":
		m.cursor, by = 0, 1
	case "shift+tab":
		m.cursor, by = 0, -1
	case "b":
		if m.err == nil {
			kept := m.result
			if m.base = &kept; m.hasBase {
				m.base = nil
			}
			m.hasBase = m.base != nil
		}
	case "p":
		m.predict = !m.predict
	case "v":
		m.photo = !m.photo
	case "r":
		m.linear = !m.linear
	case "space":
		m.playing = !m.playing
	case ".":
		m.playing = false
		m.frame++
	case ",":
		m.playing = false
		m.frame = max(0, m.frame-1)
	default:
		if op, ok := deforms(m.result); ok && m.err == nil {
			if moved, ok := m.taps.press(key, op); ok {
				m.taps = moved
				m.live = newLive(m.params, m.taps)
			}
		}
	}
	if by != 0 {
		if p, ok := m.stepped(shown[m.cursor], by); ok {
			m.params = p
			m.compute()
		}
		m.cursor = min(m.cursor, len(m.params.shown())-1)
	}
	return m, nil
}

// valueOf is the number that the layer uses for a key, 0 where there is none.
func (m Model) valueOf(key string) int {
	n, _ := strconv.Atoi(m.defaultOf(key))
	return n
}

// compute answers for the current parameters.
func (m *Model) compute() {
	m.frame = 0
	m.slide = newSlide(m.params)
	l, err := m.params.build(m.params.size)
	if err == nil {
		m.result, err = shape.Of(l)
	}
	if m.err = err; err == nil {
		if op, ok := deforms(m.result); ok {
			m.taps = m.taps.follow(op, false)
		}
		m.live = newLive(m.params, m.taps)
	}
}
