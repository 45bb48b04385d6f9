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
	m, err := New("standard", nil, false)
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
	// Only legal steps: a standard convolution has no dilation, and groups divide.
	m = press(t, m, "down", "down", "down", "right")
	if m.err != nil || m.result.Layer.Dilation[0] != 1 {
		t.Errorf("dilation %d of a standard convolution, %v", m.result.Layer.Dilation[0], m.err)
	}
}

// Whatever is pressed, the layer can be built.
func TestStepsAreLegal(t *testing.T) {
	for _, v := range layer.Variants() {
		m, _ := New(v.Name, nil, false)
		for i := range m.params.shown() {
			m.cursor = i
			for _, key := range []string{"right", "right", "right", "left", "left", "left", "left", "+", "+", "-", "-", "-"} {
				if m = press(t, m, key); m.err != nil {
					t.Fatalf("%s: %s on field %d: %v", v.Name, key, i, m.err)
				}
				if i >= len(m.params.shown()) || m.params.variant != v.Name {
					m, _ = New(v.Name, nil, false)
				}
				m.cursor = i
			}
		}
	}
	g, _ := New("grouped", []layer.Setting{{Key: "input", Value: "12x20x20"}, {Key: "groups", Value: "4"}}, false)
	g.cursor = slices.IndexFunc(g.params.shown(), func(f field) bool { return f.key == "groups" })
	if g = press(t, g, "right"); g.params.keys["groups"] != "6" {
		t.Errorf("after 4 groups of 12 channels come %s", g.params.keys["groups"])
	}
	// An upsampler starts at stride 2, wherever one comes from.
	m, _ := New("inverted-residual", nil, false)
	if m = press(t, m, "tab"); m.params.variant != "transposed" || m.params.keys["stride"] != "2" {
		t.Errorf("%s at stride %q", m.params.variant, m.params.keys["stride"])
	}
	if m = press(t, m, "tab"); m.params.keys["stride"] == "2" {
		t.Errorf("%s keeps the upsampler's stride", m.params.variant)
	}
}

// The screen is as large as the terminal and no larger, whatever its size, with the picture where there is room; the smaller it is, the
// more goes, but for the chosen key, the sizes, what they cost, and the command.
func TestScreenFillsTheTerminal(t *testing.T) {
	for _, v := range layer.Variants() {
		m, _ := New(v.Name, nil, false)
		kept := press(t, m, "b")
		models := []Model{m, press(t, kept, "p"), press(t, kept, "down", "down", "right")}
		for _, size := range [][2]int{{250, 70}, {160, 50}, {120, 40}, {80, 24}, {63, 16}, {40, 12}, {40, 9}} {
			for _, m := range models {
				resized, _ := m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
				m = resized.(Model)
				screen := m.screen()
				if h := lipgloss.Height(screen); h > size[1] || size[1] >= 50 && h < size[1]*2/3 && !m.predict && m.live != nil {
					t.Errorf("%s in %v: %d lines", v.Name, size, h)
				}
				if w := lipgloss.Width(screen); w > size[0] {
					t.Errorf("%s in %v: %d columns:\n%s", v.Name, size, w, screen)
				}
				if !strings.Contains(screen, "$ ") || !strings.Contains(screen, ">"+m.params.shown()[m.cursor].label) {
					t.Errorf("%s in %v: no command or no chosen key:\n%s", v.Name, size, screen)
				}
				for _, want := range []string{" → ", "params ", "MACs "} {
					if m.predict == strings.Contains(screen, want) {
						t.Errorf("%s in %v: predict %v, and %q is there or is not:\n%s", v.Name, size, m.predict, want, screen)
					}
				}
			}
			resized, _ := m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			if s := resized.(Model).screen(); size[1] >= 70 && m.live != nil && !strings.Contains(s, "sample picture") {
				t.Errorf("%s in %v: no sample picture", v.Name, size)
			}
		}
	}
}

// Each variant shows what makes it one.
func TestOwn(t *testing.T) {
	for variant, want := range map[string]string{
		"transposed": "products that meet along an axis: 1 1 2 1 2", "grouped": "2 groups: 0–7→0–7 8–15→8–15", "depthwise": "16 groups: 0→0 1→1",
		"se": "factors on the picture", "separable": "a standard convolution", "deformable": "a convolution predicts 18 offsets",
		"standard": "products, of one channel; their sum is", "dilated": "their sum is", "max-pool": "of the window won", "average-pool": "sum ",
		"sub-pixel": "each block of 2x2 pixels is dealt from 4 channels", "resize-conv": "first enlarged to 56x56", "deform-roi-pool": "bin 0, 0: offset (dy, dx) = ",
		"inverted-residual": "channels 16 → 96 → 96 → 16; the input is added", "mbconv": "channels 16 → 96 → 96 → 16",
	} {
		var keys []layer.Setting
		if variant == "grouped" {
			keys = []layer.Setting{{Key: "groups", Value: "2"}}
		}
		m, err := New(variant, keys, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(m.own(120), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q lacks %q", variant, got, want)
		}
	}
	m, _ := New("standard", nil, false)
	m = press(t, m, "b", "down", "down", "right")
	if s := m.screen(); !strings.Contains(s, "against the baseline standard 1x16x28x28") {
		t.Errorf("no baseline:\n%s", s)
	}
	if m = press(t, m, "b"); m.base != nil {
		t.Error("b does not drop the baseline")
	}
}

// Layer flags start the panel, and what it cannot hold is refused.
func TestFlags(t *testing.T) {
	m, err := New("standard", []layer.Setting{{Key: "input", Value: "3x64x64"}, {Key: "kernel", Value: "5"}, {Key: "padding", Value: "same"}}, false)
	if err != nil || !strings.HasSuffix(m.params.command(), "standard -i 3x64x64 -k 5 -p same") {
		t.Errorf("%v: %s", err, m.params.command())
	}
	for _, kv := range []layer.Setting{{Key: "input", Value: "3x64x32"}, {Key: "kernel", Value: "3x5"}, {Key: "pad-mode", Value: "reflect"}, {Key: "groups", Value: "5"}} {
		if _, err := New("grouped", []layer.Setting{kv}, false); err == nil {
			t.Errorf("%v is taken", kv)
		}
	}
}

// Every key that a variant reads can be changed, but for those that the panel leaves out, and what it then asks is what it shows.
func TestEveryKeyHasAField(t *testing.T) {
	for _, v := range layer.Variants() {
		for _, k := range layer.Keys() {
			if !v.Has(k.Name) || slices.Contains(unasked, k.Name) {
				continue
			}
			m, _ := New(v.Name, nil, false)
			i := slices.IndexFunc(m.params.shown(), func(f field) bool { return f.key == k.Name })
			if i < 0 {
				t.Errorf("%s: there is no field for %s", v.Name, k.Name)
				continue
			}
			m.cursor = i
			m = press(t, m, "right")
			if _, set := m.params.keys[k.Name]; !set { // no step is legal: the variant has one value
				continue
			}
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
	m, err := New("standard", nil, false)
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
	m, _ := New("standard", nil, false)
	m = press(t, m, "down", "down", "down", "down")
	before := m.params.keys["kernel"]
	press(t, m, "right")
	if m.params.keys["kernel"] != before {
		t.Error("a key press changed the model that it was pressed in")
	}
}

func TestEveryVariantOpens(t *testing.T) {
	for _, v := range layer.Variants() {
		m, err := New(v.Name, nil, false)
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
	if _, err := New("standrad", nil, false); err == nil {
		t.Error("an unknown variant opens")
	}
}

// The command on the screen must ask the question that the screen answers.
func TestCommandRoundTrips(t *testing.T) {
	m, _ := New("grouped", nil, false)
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
		m, _ := New(variant, nil, false)
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
	m, _ := New("standard", nil, false)
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
