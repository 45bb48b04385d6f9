package draw

import (
	"fmt"
	"image/color"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// cascade is the sliding window through several channels: it passes through every input plane, and where planes meet in one
// output, their sums are added up.
type cascade struct {
	*window
	in, out, groups int
	inCell, outCell float64
	// planes are, with numbers, the numbers of each input channel that output channel 0 sees; nil without.
	planes []*numbers
	bias   int
	total  func(row, col int) int
}

const (
	planeGap  = 16.0
	beamsGap  = 150.0
	sumsTall  = 470.0 // about the height of all planes
	digitCell = 22.0  // has room for a number
)

func newCascade(w *window, in, out, groups int) *cascade {
	c := &cascade{window: w, in: in, out: out, groups: groups}
	c.fit(0)
	return c
}

// number gives the planes that output channel 0 sees numbers, and the bias where there is one.
func (c *cascade) number(seed uint64, bias bool) {
	for i := range c.in / c.groups {
		c.planes = append(c.planes, newChannel(c.g, seed, i))
		if c.hole != nil {
			c.planes[i].spread(c.hole)
		}
	}
	if bias {
		c.bias = biasOf(seed)
	}
	c.total = func(row, col int) int {
		sum := c.bias
		for _, p := range c.planes {
			sum += p.output(row, col)
		}
		return sum
	}
	c.fit(digitCell)
}

// fit chooses sizes of cells at which all planes fit, but at least as large as least.
func (c *cascade) fit(least float64) {
	cell := func(planes, rows int) float64 {
		return max(least, min(30, max(5, (sumsTall-planeGap*float64(planes))/float64(planes*rows))))
	}
	c.inCell = cell(c.in, c.input.rows)
	c.outCell = min(cell(c.outPlanesDrawn(), c.output.rows), max(c.inCell, 18))
	if wide := 420.0; least == 0 {
		c.inCell = min(c.inCell, max(5, wide/float64(c.input.cols)))
		c.outCell = min(c.outCell, max(5, wide/float64(c.output.cols)))
	}
	c.input.cell, c.output.cell = c.inCell, c.outCell
}

// outPlanesDrawn is 1 with numbers: output channel 0.
func (c *cascade) outPlanesDrawn() int {
	if c.planes != nil {
		return 1
	}
	return c.out
}

func (c *cascade) tall(planes int, g grid) float64 {
	return float64(planes)*(g.height()+planeGap) - planeGap
}

func (c *cascade) height() float64 {
	return max(c.tall(c.in, c.input), c.tall(c.outPlanesDrawn(), c.output))
}

func (c *cascade) kernel() grid { return grid{c.g.kernel[0], c.g.kernel[1], c.inCell} }

const sumRoom = 64.0

func (c *cascade) panel() panel {
	width := c.input.width() + beamsGap + c.output.width()
	if c.planes != nil {
		width += c.kernel().width() + 2*34 + sumRoom - 20
	}
	p := c.window.panel()
	return panel{w: width + 1, h: c.height() + 1, label: p.label, paint: c.paint}
}

// group is the group of an input or output channel of so many.
func (c *cascade) group(channel, of int) int { return channel * c.groups / of }

// sees tells whether output channel o sees input channel i.
func (c *cascade) sees(o, i int) bool { return c.group(o, c.out) == c.group(i, c.in) }

// hues are the colours of a channel of a layer in groups; blue, orange and green where all belong together.
func (c *cascade) hues(channel, of int) (plane hue, frame color.NRGBA) {
	if c.groups == 1 {
		return hue{inputFill, inputTap}, kernelDark
	}
	h := groupColor(c.group(channel, of))
	return h, h.dark
}

func (c *cascade) paint(d *drawing.Drawing, x, y float64, frame int) {
	row, col := c.g.at(frame % c.g.positions())
	height := c.height()
	top := func(planes, i int, g grid) float64 {
		return y + (height-c.tall(planes, g))/2 + float64(i)*(g.height()+planeGap)
	}
	right := x + c.input.width()
	ox := right + beamsGap
	if c.planes != nil {
		ox += c.kernel().width() + 2*34 + sumRoom - 20
	}
	outs := c.outPlanesDrawn()
	cell := func(o int) (x, y float64) {
		return c.output.center(ox, top(outs, o, c.output), float64(row), float64(col))
	}
	for i := range c.in {
		py := top(c.in, i, c.input)
		c.paintInput(d, x, py, i, row, col)
		if c.planes != nil && c.sees(0, i) {
			c.paintProduct(d, right, py, i, row, col)
		}
	}
	for o := range outs {
		c.paintOutput(d, ox, top(outs, o, c.output), o, row, col)
	}
	if c.planes != nil {
		c.paintTotal(d, right+34+c.kernel().width()+34+sumRoom, ox, cell, top, row, col)
		return
	}
	// A beam from each window to each output cell that it is summed into.
	_, rw := c.g.reach()
	rh, _ := c.g.reach()
	node := func(o int) (x, y float64) {
		_, cy := cell(o)
		return ox - 26, cy
	}
	for o := range outs {
		nx, ny := node(o)
		for i := range c.in {
			if !c.sees(o, i) {
				continue
			}
			_, col0 := c.hues(i, c.in)
			wx := x + (float64(col*c.g.stride[1])+float64(rw))*c.inCell
			wy := top(c.in, i, c.input) + (float64(row*c.g.stride[0])+float64(rh)/2)*c.inCell
			d.Line(wx, wy, nx, ny, 2, faint(col0, 200))
		}
	}
	for o := range outs {
		nx, ny := node(o)
		cx, cy := cell(o)
		_, edge := c.hues(o, c.out)
		d.Arrow(nx, ny, cx-c.outCell/2-2, cy, 2.5, edge)
		if c.in/c.groups > 1 {
			d.Circle(nx, ny, 12, white, edge)
			d.Text(nx, ny-0.5, 19, drawing.Center, edge, "+")
		}
	}
}

// paintInput draws plane i with the window in it, pale where no output that is shown reads it.
func (c *cascade) paintInput(d *drawing.Drawing, x, y float64, i, row, col int) {
	read := c.planes == nil || c.sees(0, i)
	h, edge := c.hues(i, c.in)
	c.input.paint(d, x, y, func(r, q int) style {
		s := c.inputStyle(row, col, r, q)
		_, _, tap := c.g.isTap(row, col, r, q)
		switch s.fill {
		case inputTap:
			if s.fill = h.dark; c.groups == 1 {
				s.fill = inputTap
			}
		case inputFill:
			s.fill = h.light
		}
		if !read {
			s.fill, s.ink = zeroFill, muted
			return s
		}
		if c.planes != nil {
			s.text = c.planes[i%len(c.planes)].text(r, q)
			if tap && c.groups > 1 && s.fill == h.dark {
				s.ink = inkOn(h.dark)
			}
		}
		return s
	})
	if read {
		rh, rw := c.g.reach()
		d.Frame(x+float64(col*c.g.stride[1])*c.inCell-1, y+float64(row*c.g.stride[0])*c.inCell-1, float64(rw)*c.inCell+3, float64(rh)*c.inCell+3, 3, edge)
	}
}

// paintProduct draws the kernel of plane i and what the window makes of both.
func (c *cascade) paintProduct(d *drawing.Drawing, right, y float64, i, row, col int) {
	k := c.kernel()
	kx, ky := right+34, y+(c.input.height()-k.height())/2
	n := c.planes[i%len(c.planes)]
	k.paint(d, kx, ky, func(r, q int) style {
		return style{fill: kernelFill, line: kernelDark, text: itoa(n.weight(r, q)), ink: ink}
	})
	middle := y + c.input.height()/2
	d.Text(right+17, middle, 22, drawing.Center, muted, "×")
	d.Text(kx+k.width()+17, middle, 22, drawing.Center, muted, "=")
	d.Text(kx+k.width()+34+sumRoom/2-8, middle, 22, drawing.Center, ink, itoa(n.output(row, col)))
}

// paintTotal adds the planes' sums and the bias up into the output cell.
func (c *cascade) paintTotal(d *drawing.Drawing, sx, ox float64, cell func(int) (float64, float64), top func(int, int, grid) float64, row, col int) {
	cx, cy := cell(0)
	nx := ox - 34
	for i := range c.in {
		if c.sees(0, i) {
			d.Line(sx-10, top(c.in, i, c.input)+c.input.height()/2, nx, cy, 2, faint(kernelDark, 200))
		}
	}
	d.Arrow(nx, cy, cx-c.outCell/2-2, cy, 2.5, outputDark)
	d.Circle(nx, cy, 12, white, outputDark)
	d.Text(nx, cy-0.5, 19, drawing.Center, outputDark, "+")
	if c.bias != 0 {
		d.Text(nx, cy+34, 18, drawing.Center, ink, signed(c.bias))
		d.Text(nx, cy+54, 14, drawing.Center, muted, lang.Text("bias"))
	}
}

func (c *cascade) paintOutput(d *drawing.Drawing, x, y float64, o, row, col int) {
	h, edge := c.hues(o, c.out)
	c.output.paint(d, x, y, func(r, q int) style {
		s := c.outputStyle(row, col, r, q)
		if c.groups > 1 {
			switch s.fill {
			case outputTap:
				s.fill, s.ink = h.dark, inkOn(h.dark)
			case outputFill:
				s.fill = h.light
			}
		}
		if s.text = ""; c.planes != nil && r*c.g.out[1]+q <= row*c.g.out[1]+col {
			s.text = itoa(c.total(r, q))
		}
		return s
	})
	if edge == kernelDark {
		edge = outputDark
	}
	d.Frame(x+float64(col)*c.outCell-1, y+float64(row)*c.outCell-1, c.outCell+3, c.outCell+3, 3, edge)
}

// arithmetic is the sum behind an output cell of channel 0: of each channel, the bias, and their total.
func (c *cascade) arithmetic(frame int) string {
	row, col := c.g.at(frame % c.g.positions())
	var parts []string
	for i, p := range c.planes {
		n := itoa(p.output(row, col))
		if i > 0 && p.output(row, col) < 0 {
			n = "(" + n + ")"
		}
		parts = append(parts, n)
	}
	text := lang.Sprintf("output channel 0, [%d, %d] = %s", row, col, strings.Join(parts, " + "))
	if c.bias != 0 {
		text += lang.Sprintf(" %s (bias)", signed(c.bias))
	}
	return text + fmt.Sprintf(" = %d", c.total(row, col))
}

// signed is "+ 2" or "− 1".
func signed(n int) string {
	if n < 0 {
		return fmt.Sprintf("− %d", -n)
	}
	return fmt.Sprintf("+ %d", n)
}
