package explore

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/ops/reference"
	"convx/internal/shape"
	"convx/internal/tensor"
)

func sized(m Model, w, h int) Model {
	next, _ := m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return next.(Model)
}

// The sums that are spelt out are those of the reference on the same numbers, at every step; the winner of a pool is its output.
func TestSumsAreTheReferences(t *testing.T) {
	for _, c := range []struct {
		variant string
		keys    []layer.Setting
	}{
		{"standard", nil}, {"standard", []layer.Setting{{Key: "padding", Value: "1"}, {Key: "stride", Value: "2"}}}, {"dilated", []layer.Setting{{Key: "dilation", Value: "2"}}},
		{"max-pool", []layer.Setting{{Key: "kernel", Value: "3"}, {Key: "padding", Value: "1"}}}, {"average-pool", []layer.Setting{{Key: "kernel", Value: "3"}, {Key: "padding", Value: "1"}}},
	} {
		m, err := New(c.variant, c.keys, false)
		if err != nil {
			t.Fatal(err)
		}
		s := m.slide
		x, w := tensor.New[float32](1, 1, s.in, s.in), tensor.New[float32](1, 1, s.kernel, s.kernel)
		for i := range x.Data {
			x.Data[i] = float32(digit(i/s.in, i%s.in))
		}
		for i := range w.Data {
			w.Data[i] = float32(weight(i/s.kernel, i%s.kernel))
		}
		p := m.params
		p.channels = 1
		l, err := p.build(s.in)
		if err != nil {
			t.Fatal(err)
		}
		r, err := shape.Of(l)
		if err != nil {
			t.Fatal(err)
		}
		operands := map[string]*tensor.Tensor[float32]{"weight": w, "bias": tensor.New[float32](1)}
		if s.pool != "" {
			operands = nil
		}
		plan, err := ops.PrepareLayer(r, operands, ops.Options{Algorithm: "reference", Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		out := tensor.New[float32](plan.Output...)
		if err := plan.Run(t.Context(), out, x); err != nil {
			t.Fatal(err)
		}
		for step := range s.steps() {
			said := strings.Join(s.sum(step), "\n")
			if want := fmt.Sprintf("%.3g", out.Data[step]); !strings.Contains(said, " "+want) {
				t.Errorf("%s, step %d: %q lacks %s", c.variant, step, said, want)
			}
		}
	}
}

// The channels of a pixel that a 1x1 kernel mixes add up, as far as the line has room for them.
func TestMixedChannelsAddUp(t *testing.T) {
	m, _ := New("pointwise", nil, false)
	for step := range m.slide.steps() {
		line := m.slide.mixed(step, 5, 200)
		total := 0
		for _, term := range strings.Split(strings.TrimSuffix(strings.SplitN(line, ": ", 2)[1], line[strings.LastIndex(line, " = "):]), " + ") {
			var n, w int
			if _, err := fmt.Sscanf(term, "%d×%d", &n, &w); err != nil {
				t.Fatalf("%q in %q: %v", term, line, err)
			}
			total += n * w
		}
		if !strings.HasSuffix(line, fmt.Sprintf(" = %d", total)) {
			t.Errorf("%s: it is %d", line, total)
		}
		if short := m.slide.mixed(step, 64, 80); lipgloss.Width(short) > 80 || !strings.Contains(short, "…") {
			t.Error(short)
		}
	}
}

// What makes a variant one is on the screen of the smallest usual terminal, all of it; notes and formulas make room.
func TestOwnIsSeen(t *testing.T) {
	for _, v := range layer.Variants() {
		m, _ := New(v.Name, nil, false)
		m = sized(m, 80, 24)
		screen := m.screen()
		for _, line := range strings.Split(lipgloss.Wrap(strings.Join(m.own(80), "\n"), 80, ""), "\n") {
			if !strings.Contains(screen, line) {
				t.Errorf("%s: %q is not there:\n%s", v.Name, line, screen)
			}
		}
	}
	// Of a matrix that has no room nothing is there.
	m, _ := New("grouped", []layer.Setting{{Key: "kernel", Value: "5"}, {Key: "padding", Value: "2"}, {Key: "groups", Value: "4"}}, false)
	if s := sized(m, 80, 24).screen(); strings.Contains(s, "Σ") || !strings.Contains(s, "4 groups") {
		t.Errorf("a matrix is cut:\n%s", s)
	}
	m, _ = New("sub-pixel", nil, false)
	if s := sized(m, 80, 24).screen(); !strings.Contains(s, "m 0") || !strings.Contains(s, "m 3") {
		t.Errorf("no block is dealt:\n%s", s)
	}
	m, _ = New("se", nil, false)
	if s := sized(m, 80, 24).screen(); strings.Count(s, "×0.") < 8 {
		t.Errorf("no factors:\n%s", s)
	}
}

// A deformable layer shows where its taps went; keys move them, and the picture follows.
func TestTapsMove(t *testing.T) {
	m, _ := New("deformable", nil, false)
	m = sized(m, 80, 24)
	if s := m.screen(); strings.Count(s, "●")+strings.Count(s, "◉") < 10 || !strings.Contains(s, "↘") || !strings.Contains(s, "offsets: scale:1.5") {
		t.Errorf("no moved taps:\n%s", s)
	}
	before := m.live.out
	m = press(t, m, "o", "t")
	if s := m.screen(); !strings.Contains(s, "offsets: rotate:30") {
		t.Errorf("o does not take the next preset:\n%s", s)
	}
	at := m.taps.moved[1]
	m = press(t, m, "d", "d", "w")
	if got := m.taps.moved[1]; got != [2]float64{at[0] - 0.5, at[1] + 1} || !m.taps.byHand {
		t.Errorf("moved from %v to %v", at, got)
	}
	if m.live.out == before {
		t.Error("the picture does not follow")
	}
	// Another kernel has taps of its own, by the preset.
	m.cursor = 4
	if m = press(t, m, "right"); len(m.taps.moved) != 16 || m.taps.byHand {
		t.Errorf("%d taps of a kernel of 4", len(m.taps.moved))
	}
	// With no offsets the layer is the standard one.
	still, _ := New("deformable", []layer.Setting{{Key: "input", Value: "4x20x20"}}, false)
	still = press(t, still, "o", "o", "o", "o")
	for i, v := range still.taps.moved {
		if v != [2]float64{} {
			t.Errorf("scale:1 moves tap %d by %v", i, v)
		}
	}
}

// v gives the screen to the picture in the smallest usual terminal too; r puts all of it in reading order, without motion.
func TestPhotographAndReadingOrder(t *testing.T) {
	for _, v := range layer.Variants() {
		m, _ := New(v.Name, nil, false)
		m = sized(m, 80, 24)
		photo := press(t, m, "v")
		s := photo.screen()
		if m.live != nil && (!strings.Contains(s, "picture") || lipgloss.Height(s) < 14) || lipgloss.Height(s) > 24 || lipgloss.Width(s) > 80 {
			t.Errorf("%s: no picture in 80x24:\n%s", v.Name, s)
		}
		lines := press(t, m, "r")
		next, _ := lines.Update(tick{})
		if next.(Model).frame != lines.frame {
			t.Errorf("%s: what is read aloud moves", v.Name)
		}
		s = lines.screen()
		for _, glyph := range "░▒▓█▀●" {
			if v.Name != "se" && strings.ContainsRune(s, glyph) {
				t.Errorf("%s: a picture is read aloud:\n%s", v.Name, s)
			}
		}
		order := []string{"chosen: variant " + v.Name, " → ", "convx shape " + v.Name}
		for i, last := 0, -1; i < len(order); i++ {
			at := strings.Index(s, order[i])
			if at <= last {
				t.Errorf("%s: %q is not where it is to be read:\n%s", v.Name, order[i], s)
			}
			last = at
		}
	}
}

// Deformable RoI pooling shows its map, the bins, and the points of the one at hand where it was moved to; they go on with the step,
// and are the reference's places.
func TestBinsMove(t *testing.T) {
	m, _ := New("deform-roi-pool", nil, false)
	for _, size := range [][2]int{{80, 24}, {120, 40}, {250, 70}} {
		m = sized(m, size[0], size[1])
		first := m.screen()
		next, _ := m.Update(tick{})
		second := next.(Model).screen()
		if !strings.Contains(first, "●") || !strings.Contains(first, "┃") || first == second || !strings.Contains(second, "bin 0, 1:") || lipgloss.Width(first) > size[0] || lipgloss.Height(first) > size[1] {
			t.Errorf("no bins in %v:\n%s\n%s", size, first, second)
		}
	}
	g, ok := regionOf(m.result)
	if !ok {
		t.Fatal("no region")
	}
	// On a plane that holds its own rows, or its columns, the mean of the points is what the reference pools.
	h, w := m.result.Input[2], m.result.Input[3]
	for axis := range 2 {
		plane := make([]float64, h*w)
		for i := range plane {
			plane[i] = float64([]int{i / w, i % w}[axis])
		}
		p := &reference.ROIPooling{C: 1, Height: h, Width: w, Pooled: [2]int(g.op.Pooled), SamplingRatio: g.op.SamplingRatio, SpatialScale: g.op.SpatialScale, Gamma: g.op.Gamma}
		offsets := make([]float64, 2*g.bins())
		for i, o := range g.offsets {
			offsets[i], offsets[g.bins()+i] = o[1], o[0]
		}
		out := make([]float64, g.bins())
		reference.ROIPool(p, out, plane, []float64{0, g.x, g.y, g.x + g.w, g.y + g.h}, offsets, 0, g.op.Pooled[0])
		pooled := pooledBy(t, m, g, plane)
		for bin := range out {
			if diff := out[bin] - float64(pooled.Data[bin]); diff > 1e-4 || diff < -1e-4 {
				t.Errorf("bin %d: pooled %g, the reference's %g", bin, pooled.Data[bin], out[bin])
			}
			sum, inside := 0.0, true
			for _, at := range g.points(bin) {
				v := at[axis] - 0.5
				inside = inside && at[0] > 0.5 && at[1] > 0.5 && at[0] < float64(h)-0.5 && at[1] < float64(w)-0.5
				sum += v / float64(len(g.points(bin)))
			}
			if inside && (out[bin]-sum > 1e-9 || sum-out[bin] > 1e-9) {
				t.Errorf("bin %d, axis %d: the points' mean is %g, the reference's %g", bin, axis, sum, out[bin])
			}
		}
	}
}

// pooledBy is what the layer on the screen makes of a plane, in every channel, with the offsets that are shown.
func pooledBy(t *testing.T, m Model, g *region, plane []float64) *tensor.Tensor[float32] {
	s := layer.Spec{Variant: m.params.variant, Input: m.result.Input[1:], GivenOffset: true}
	r, err := shape.OfSpec(s)
	if err != nil {
		t.Fatal(err)
	}
	weights := map[string]*tensor.Tensor[float32]{"offset": g.array()}
	if _, err := ops.FillOperands(r, weights, 0); err != nil {
		t.Fatal(err)
	}
	plan, err := ops.PrepareLayer(r, weights, ops.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, out := tensor.New[float32](r.Input...), tensor.New[float32](plan.Output...)
	for i := range x.Data {
		x.Data[i] = float32(plane[i%len(plane)])
	}
	if err := plan.Run(t.Context(), out, x); err != nil {
		t.Fatal(err)
	}
	return out
}
