package explore

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/shape"
)

// taps are how far the taps of a deformable layer are moved, (dy, dx) each in pixels, the same at every output: by a preset, or by
// hand.
type taps struct {
	preset int
	moved  [][2]float64 // row by row
	chosen int
	byHand bool
}

// presets are what `o` steps through.
var presets = []string{"scale:1.5", "rotate:30", "dilate:2", "aspect:2", "scale:1"}

// nudge is how far a key moves a tap, in pixels.
const nudge = 0.5

// nudges are the keys that move the chosen tap.
var nudges = map[string][2]float64{"w": {-nudge, 0}, "s": {nudge, 0}, "a": {0, -nudge}, "d": {0, nudge}}

// deforms is the layer's deformable stage.
func deforms(r shape.Result) (layer.Deformable, bool) {
	if len(r.Layer.Stages) == 0 {
		return layer.Deformable{}, false
	}
	op, ok := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.Deformable)
	return op, ok
}

// follow gives taps to the layer at hand, by the preset where its kernel or dilation are not those of before.
func (t taps) follow(op layer.Deformable, force bool) taps {
	k := op.Kernel
	if !force && len(t.moved) == k[0]*k[1] && t.byHand {
		return t
	}
	p, err := offset.Parse(presets[t.preset])
	if err != nil {
		panic(err) // it is in the table above
	}
	t.moved, t.byHand = nil, false
	for i := range k[0] * k[1] {
		dy, dx := p.At([2]int(k), [2]int(op.Dilation), i/k[1], i%k[1])
		t.moved = append(t.moved, [2]float64{dy, dx})
	}
	t.chosen = min(t.chosen, len(t.moved)-1)
	return t
}

// press changes the taps by a key; ok is false for other keys.
func (t taps) press(key string, op layer.Deformable) (taps, bool) {
	switch key {
	case "o":
		t.preset = (t.preset + 1) % len(presets)
		return t.follow(op, true), true
	case "t":
		t.chosen = (t.chosen + 1) % max(1, len(t.moved))
		return t, true
	}
	by, ok := nudges[key]
	if !ok || len(t.moved) == 0 {
		return t, false
	}
	t.moved = slices.Clone(t.moved)
	at := &t.moved[t.chosen]
	at[0], at[1], t.byHand = at[0]+by[0], at[1]+by[1], true
	return t, true
}

// says is what the taps are and how they are changed, and where the chosen one reads.
func (t taps) says(op layer.Deformable) []string {
	if t.chosen >= len(t.moved) {
		return nil
	}
	name := presets[t.preset]
	if t.byHand {
		name = lang.Text("by hand")
	}
	at := t.moved[t.chosen]
	var weights []string
	for _, w := range offset.Shares(at[0], at[1]) {
		if w > 1e-9 {
			weights = append(weights, fmt.Sprintf("%.2f", w))
		}
	}
	return []string{
		lang.Sprintf("offsets: %s · o next preset · t next tap · w a s d move it by %g", name, nudge),
		lang.Sprintf("tap %d, %d is moved by (dy, dx) = (%+.2f, %+.2f): bilinear weights of the pixels around it %s",
			t.chosen/op.Kernel[1], t.chosen%op.Kernel[1], at[0], at[1], strings.Join(weights, " ")),
	}
}

// draw shows the regular taps and where they went on a grid of pixels, arrows between them, in at most so many columns and rows.
func (t taps) draw(op layer.Deformable, width, height int) string {
	reachY, reachX := 0.0, 0.0
	place := func(i int) (y, x float64) {
		return offset.Regular([2]int(op.Kernel), [2]int(op.Dilation), i/op.Kernel[1], i%op.Kernel[1])
	}
	for i, m := range t.moved {
		y, x := place(i)
		reachY, reachX = max(reachY, math.Abs(y), math.Abs(y+m[0])), max(reachX, math.Abs(x), math.Abs(x+m[1]))
	}
	// The grid of pixels has its middle where the kernel's is: between pixels for an even kernel.
	extent := func(reach float64, kernel int) int { return 2*int(math.Ceil(reach)) + kernel%2 }
	rows, cols := extent(reachY, op.Kernel[0]), extent(reachX, op.Kernel[1])
	dy, dx := 2, 4
	for (rows-1)*dy+1 > height-1 || (cols-1)*dx+1 > width {
		if dy == 1 && dx <= 2 {
			return lang.Text("(there is no room for the taps)")
		}
		dy, dx = max(1, dy-1), max(2, dx-2)
	}
	c := newCharacters((rows-1)*dy+1, (cols-1)*dx+1)
	at := func(y, x float64) (row, col int) {
		return int(math.Round((y + float64(rows-1)/2) * float64(dy))), int(math.Round((x + float64(cols-1)/2) * float64(dx)))
	}
	for r := range rows {
		for q := range cols {
			c.set(r*dy, q*dx, "·", "")
		}
	}
	for i, m := range t.moved {
		y, x := place(i)
		r0, q0 := at(y, x)
		r1, q1 := at(y+m[0], x+m[1])
		c.arrow(r0, q0, r1, q1)
	}
	for i := range t.moved {
		y, x := place(i)
		r, q := at(y, x)
		c.set(r, q, "○", "")
	}
	for i, m := range t.moved {
		y, x := place(i)
		r, q := at(y+m[0], x+m[1])
		mark := "●"
		if i == t.chosen {
			mark = "◉"
		}
		c.set(r, q, mark, "3")
	}
	return lang.Text("taps: ○ regular, ● moved, ◉ chosen") + "\n" + c.String()
}

// characters are a drawing of single characters, each with a colour's number or none.
type characters struct {
	cells, colours [][]string
}

func newCharacters(rows, cols int) *characters {
	c := &characters{}
	for range rows {
		c.cells, c.colours = append(c.cells, slices.Repeat([]string{" "}, cols)), append(c.colours, make([]string, cols))
	}
	return c
}

func (c *characters) set(row, col int, text, colour string) {
	if row >= 0 && row < len(c.cells) && col >= 0 && col < len(c.cells[row]) {
		c.cells[row][col], c.colours[row][col] = text, colour
	}
}

// outline draws a rectangle, without the lines across where it has no room for them.
func (c *characters) outline(r0, q0, r1, q1 int, across, down, colour string) {
	if r1-r0 < 3 {
		r0, r1 = r0-1, r1+1
	} else {
		for q := q0; q <= q1; q++ {
			c.set(r0, q, across, colour)
			c.set(r1, q, across, colour)
		}
	}
	for r := r0 + 1; r < r1; r++ {
		c.set(r, q0, down, colour)
		c.set(r, q1, down, colour)
	}
}

// arrow draws a path from one place towards another, a head before its end.
func (c *characters) arrow(r0, q0, r1, q1 int) {
	n := max(r1-r0, r0-r1, q1-q0, q0-q1)
	if n < 2 {
		return
	}
	// A character is about twice as high as it is wide.
	turn := int(math.Round(math.Atan2(-2*float64(r1-r0), float64(q1-q0))/(math.Pi/4))+8) % 8
	for k := 1; k < n; k++ {
		r, q := r0+int(math.Round(float64(k*(r1-r0))/float64(n))), q0+int(math.Round(float64(k*(q1-q0))/float64(n)))
		mark := []string{"-", "/", "|", "\\"}[turn%4]
		if k == n-1 {
			mark = []string{"→", "↗", "↑", "↖", "←", "↙", "↓", "↘"}[turn]
		}
		c.set(r, q, mark, "6")
	}
}

// String is the drawing, line by line.
func (c *characters) String() string {
	var lines []string
	for r := range c.cells {
		line, row := "", c.colours[r]
		for q := 0; q < len(row); {
			end := q + 1 // of the characters of one colour
			for end < len(row) && row[end] == row[q] {
				end++
			}
			text := strings.Join(c.cells[r][q:end], "")
			if row[q] != "" {
				text = colored(row[q]).Render(text)
			}
			line, q = line+text, end
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
