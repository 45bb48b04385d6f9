package explore

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"convx/internal/layer"
)

// press sends keys, named as bubbletea names them.
func press(t *testing.T, m Model, keys ...string) Model {
	t.Helper()
	codes := map[string]rune{"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "tab": tea.KeyTab, "space": tea.KeySpace}
	for _, k := range keys {
		code, ok := codes[k]
		if !ok {
			code = rune(k[0])
		}
		next, _ := m.Update(tea.KeyPressMsg{Code: code})
		m = next.(Model)
	}
	return m
}

func TestKeysChangeTheAnswer(t *testing.T) {
	m, err := New("standard")
	if err != nil {
		t.Fatal(err)
	}
	// down to kernel: variant, channels, size, out-channels, kernel; the default 3 becomes 4, then 5.
	m = press(t, m, "down", "down", "down", "down", "right", "right")
	for _, want := range []string{"1x16x28x28 → 1x16x24x24", "floor((28 + 0 + 0 - 1*(5-1) - 1) / 1) + 1 = 24", "convx shape standard -i 16x28x28 -k 5"} {
		if !strings.Contains(m.screen(), want) {
			t.Errorf("the screen lacks %q:\n%s", want, m.screen())
		}
	}
	// An impossible layer is explained, and the panel still works.
	m = press(t, m, "down", "down", "down", "right")
	if !strings.Contains(m.screen(), "use dilated") {
		t.Errorf("dilation 2 of a standard convolution is not explained:\n%s", m.screen())
	}
	m = press(t, m, "left")
	if m.err != nil {
		t.Errorf("going back gives %v", m.err)
	}
}

// Every key that a variant reads can be changed, but for those that the panel leaves out, and what it then asks is what it shows.
func TestEveryKeyHasAField(t *testing.T) {
	for _, v := range layer.Variants() {
		for _, k := range layer.Keys() {
			if !v.Has(k.Name) || slices.Contains(unasked, k.Name) {
				continue
			}
			m, _ := New(v.Name)
			i := slices.IndexFunc(m.params.shown(), func(f field) bool { return f.key == k.Name })
			if i < 0 {
				t.Errorf("%s: there is no field for %s", v.Name, k.Name)
				continue
			}
			m.cursor = i
			m = press(t, m, "right")
			if !strings.Contains(m.params.command(), (layer.Setting{Key: k.Name, Value: m.params.keys[k.Name]}).Flag()) {
				t.Errorf("%s: %s is %q, and the command is %s", v.Name, k.Name, m.params.keys[k.Name], m.params.command())
			}
			if m = press(t, m, "left", "left", "left"); k.Name != "padding" && m.params.keys[k.Name] != "" {
				if _, err := strconv.Atoi(m.params.keys[k.Name]); k.Words != nil || err != nil {
					t.Errorf("%s: going back leaves %s at %q", v.Name, k.Name, m.params.keys[k.Name])
				}
			}
		}
	}
}

// On a narrow terminal the head is cut: the way out stands first.
func TestNarrowScreenSaysHowToLeave(t *testing.T) {
	m, err := New("standard")
	if err != nil {
		t.Fatal(err)
	}
	const wayOut = "q quit"
	before, _, ok := strings.Cut(m.screen(), wayOut)
	if at := lipgloss.Width(before + wayOut); !ok || at > 40 {
		t.Errorf("%q ends in column %d", wayOut, at)
	}
}

func TestChangingAModelKeepsTheOld(t *testing.T) {
	m, _ := New("standard")
	m = press(t, m, "down", "down", "down", "down")
	before := m.params.keys["kernel"]
	press(t, m, "right")
	if m.params.keys["kernel"] != before {
		t.Error("a key press changed the model that it was pressed in")
	}
}

func TestEveryVariantOpens(t *testing.T) {
	for _, v := range layer.Variants() {
		m, err := New(v.Name)
		if err != nil {
			t.Fatal(err)
		}
		if m.err != nil {
			t.Errorf("%s opens with %v", v.Name, m.err)
		}
		if !strings.Contains(m.screen(), "convx shape "+v.Name) {
			t.Errorf("%s: no command on the screen", v.Name)
		}
		// In the smallest usual terminal nothing is cut off, least of all how to quit.
		narrow, _ := m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
		lines := strings.Split(narrow.(Model).screen(), "\n")
		if len(lines) > 24 || !strings.Contains(lines[0], "q quit") {
			t.Errorf("%s: %d lines, headed %q", v.Name, len(lines), lines[0])
		}
		for _, l := range lines {
			if lipgloss.Width(l) > 80 {
				t.Errorf("%s: %d columns: %s", v.Name, lipgloss.Width(l), l)
			}
		}
	}
	if _, err := New("standrad"); err == nil {
		t.Error("an unknown variant opens")
	}
}

// The command on the screen must ask the question that the screen answers.
func TestCommandRoundTrips(t *testing.T) {
	m, _ := New("grouped")
	m = press(t, m, "down", "right", "right", "down", "down", "down", "right", "down", "right", "down", "left")
	fields := strings.Fields(m.params.command())[3:]
	s := layer.Spec{Variant: m.params.variant}
	for i := 0; i < len(fields); i += 2 {
		name := strings.TrimLeft(fields[i], "-")
		for _, k := range layer.Keys() {
			if k.Short == name {
				name = k.Name
			}
		}
		if err := s.Set(name, fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := layer.FormatShape(l.Input), layer.FormatShape(m.result.Input); got != want || l.Kernel[0] != m.result.Layer.Kernel[0] || l.Padding.Auto != m.result.Layer.Padding.Auto {
		t.Errorf("%q builds another layer", m.params.command())
	}
}

// Over all steps, the taps that the animation lights must be the kernel's taps: k*k at each step inside the padded input.
func TestSlideLightsTheKernel(t *testing.T) {
	for _, variant := range []string{"standard", "dilated", "transposed"} {
		m, _ := New(variant)
		s := m.slide
		if s == nil {
			t.Fatalf("%s is not drawn", variant)
		}
		for step := range s.steps() {
			n := 0
			for row := range 4 * most {
				for col := range 4 * most {
					if s.taps(step, row, col) {
						n++
					}
				}
			}
			if n != s.kernel*s.kernel {
				t.Errorf("%s step %d lights %d cells, the kernel has %d taps", variant, step, n, s.kernel*s.kernel)
			}
		}
	}
}

func TestAnimation(t *testing.T) {
	m, _ := New("standard")
	next, cmd := m.Update(tick{})
	if next.(Model).frame != 1 || cmd == nil {
		t.Error("the clock does not advance the animation")
	}
	m = press(t, m, "space")
	next, _ = m.Update(tick{})
	if next.(Model).frame != 0 {
		t.Error("a paused animation moves")
	}
	if _, cmd := m.Update(tea.KeyPressMsg{Code: 'q'}); cmd == nil {
		t.Error("q does not quit")
	}
}
