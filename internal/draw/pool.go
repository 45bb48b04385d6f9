package draw

import (
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// poolFigure shows a window that slides over each plane by itself, and what it takes of it.
func poolFigure(r shape.Result, o Options) (*Figure, error) {
	p := r.Layer.Stages[0].Op.(layer.Pool)
	c := newPooled(p, geometryOf(r.Input, r.Output, p.Window, r.Stages[0].Pads), o.Seed)
	w := newWindow(c.g, r.Input[1], r.Output[1])
	w.scene = o.Scene
	f := &Figure{captions: formulas(r)}
	many := o.Scene == nil && !o.Numbers && r.Input[1] > 1
	if o.Scene == nil && !many { // without numbers all pools would look alike
		w.cells = c
		f.arithmetic = w.arithmetic
		if c.max {
			w.chosen = c.chosen
		}
	}
	f.panels, f.frames, f.still = []panel{w.panel()}, c.g.positions(), w.stillFrame()
	if n := r.Input[1]; many {
		f.panels = []panel{newCascade(w, n, n, n, o.grown()).placed()}
		f.captions = append(f.captions, lang.Sprintf("each of the %d planes by itself", n))
	}
	f.captions = append(f.captions, lang.Sprintf("no weights: %s", c.about()))
	return f, nil
}

// pooled is whole numbers in a plane, and what a pool makes of them.
type pooled struct {
	g       geometry // as drawn: a last window that reaches beyond the padding is on the paper
	end     [2]int   // the padding itself
	max     bool
	counted bool // padding counts in an average
	input   []int
}

func newPooled(p layer.Pool, g geometry, seed uint64) *pooled {
	c := &pooled{g: g, end: g.end, max: p.Func == layer.MaxPool, counted: p.CountPadding, input: make([]int, g.in[0]*g.in[1])}
	rh, rw := g.reach()
	for a, reach := range [2]int{rh, rw} {
		c.g.end[a] = max(g.end[a], (g.out[a]-1)*g.stride[a]+reach-g.begin[a]-g.in[a])
	}
	s := tensor.NewStream(seed, "draw input")
	for i := range c.input {
		c.input[i] = s.Int(0, 9)
	}
	return c
}

func (c *pooled) about() string {
	switch {
	case c.max:
		return lang.Text("the largest number of each window, padding left out")
	case c.counted:
		return lang.Text("the sum of each window over its size, padding included as zeros")
	}
	return lang.Text("the mean of each window, padding left out")
}

// at is a cell of the padded input; there is no number in padding that does not count.
func (c *pooled) at(y, x int) (v int, ok bool) {
	y, x = y-c.g.begin[0], x-c.g.begin[1]
	if y >= 0 && x >= 0 && y < c.g.in[0] && x < c.g.in[1] {
		return c.input[y*c.g.in[1]+x], true
	}
	return 0, !c.max && c.counted && y < c.g.in[0]+c.end[0] && x < c.g.in[1]+c.end[1]
}

// window are the numbers that an output is made of, and the cell of the largest.
func (c *pooled) window(row, col int) (v []int, atY, atX int) {
	best := 0
	for ky := range c.g.kernel[0] {
		for kx := range c.g.kernel[1] {
			y, x := c.g.tap(row, col, ky, kx)
			n, ok := c.at(y, x)
			if !ok {
				continue
			}
			if len(v) == 0 || n > best {
				best, atY, atX = n, y, x
			}
			v = append(v, n)
		}
	}
	return v, atY, atX
}

func (c *pooled) chosen(row, col, y, x int) bool {
	_, atY, atX := c.window(row, col)
	return y == atY && x == atX
}

func (c *pooled) text(y, x int) string {
	if n, ok := c.at(y, x); ok {
		return itoa(n)
	}
	return ""
}

func (c *pooled) result(row, col int) string {
	v, y, x := c.window(row, col)
	if c.max {
		return c.text(y, x)
	}
	sum := 0
	for _, n := range v {
		sum += n
	}
	return strconv.FormatFloat(float64(sum)/float64(len(v)), 'g', 3, 64)
}

func (c *pooled) sum(row, col int) string {
	v, _, _ := c.window(row, col)
	parts := make([]string, len(v))
	for i, n := range v {
		parts[i] = itoa(n)
	}
	if c.max {
		return lang.Sprintf("output[%d, %d] = max(%s) = %s", row, col, strings.Join(parts, ", "), c.result(row, col))
	}
	return lang.Sprintf("output[%d, %d] = (%s) / %d = %s", row, col, strings.Join(parts, " + "), len(v), c.result(row, col))
}
