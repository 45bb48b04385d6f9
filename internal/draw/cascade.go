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
	lying           bool // planes stand in a row above what they make, and not in a column beside it
	// planes are, with numbers, the numbers of each input channel that output channel 0 sees, which are all that is drawn; nil without.
	planes []*numbers
	bias   int
	// letters is the size of signs, sums and words, of their usual one.
	letters float64
	total   func(row, col int) int
}

func newCascade(w *window, in, out, groups int, letters float64) *cascade {
	c := &cascade{window: w, in: in, out: out, groups: groups, letters: letters}
	c.fit()
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
	c.fit()
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
	at := func(p spot) (float64, float64) { return x + p.x, y + p.y }
	outs := c.outPlanesDrawn()
	for i := range c.inPlanesDrawn() {
		px, py := at(c.inputAt(i))
		c.paintInput(d, px, py, i, row, col)
		if c.planes != nil {
			c.paintProduct(d, x, y, i, row, col)
		}
	}
	for o := range outs {
		px, py := at(c.outputAt(o))
		c.paintOutput(d, px, py, o, row, col)
	}
	if c.planes != nil {
		c.paintTotal(d, x, y, row, col)
		return
	}
	// A beam from each window to each output cell that it is summed into.
	for o := range outs {
		nx, ny := at(c.nodeAt(o, row, col))
		for i := range c.in {
			if !c.sees(o, i) {
				continue
			}
			_, edge := c.hues(i, c.in)
			wx, wy := at(c.windowAt(i, row, col))
			d.Line(wx, wy, nx, ny, 2, faint(edge, 200))
		}
	}
	for o := range outs {
		nx, ny := at(c.nodeAt(o, row, col))
		tx, ty := at(c.entryAt(o, row, col))
		_, edge := c.hues(o, c.out)
		d.Arrow(nx, ny, tx, ty, 2.5, edge)
		if c.in/c.groups > 1 {
			plus(d, nx, ny, 12, edge)
		}
	}
}

// paintInput draws plane i with the window in it.
func (c *cascade) paintInput(d *drawing.Drawing, x, y float64, i, row, col int) {
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
		if c.planes != nil {
			s.text = c.planes[i].text(r, q)
			if tap && c.groups > 1 && s.fill == h.dark {
				s.ink = inkOn(h.dark)
			}
		}
		return s
	})
	rh, rw := c.g.reach()
	d.Frame(x+float64(col*c.g.stride[1])*c.inCell-1, y+float64(row*c.g.stride[0])*c.inCell-1, float64(rw)*c.inCell+3, float64(rh)*c.inCell+3, 3, edge)
}

// paintProduct draws the kernel of plane i and what the window makes of both, in a panel at (x, y).
func (c *cascade) paintProduct(d *drawing.Drawing, x, y float64, i, row, col int) {
	k, n := c.kernel(), c.planes[i]
	at := c.kernelAt(i)
	k.paint(d, x+at.x, y+at.y, func(r, q int) style {
		return style{fill: kernelFill, line: kernelDark, text: itoa(n.weight(r, q)), ink: ink}
	})
	middle := at.y + k.height()/2
	size, room := 22*c.letters, c.signRoom()
	d.Text(x+at.x-room/2, y+middle, size, drawing.Center, muted, "×")
	sum, equals := c.sumAt(i), spot{at.x + k.width() + room/2, middle}
	if c.lying {
		equals = spot{sum.x, at.y + k.height() + room/2}
	}
	d.Text(x+equals.x, y+equals.y, size, drawing.Center, muted, "=")
	d.Text(x+sum.x, y+sum.y, size, drawing.Center, ink, itoa(n.output(row, col)))
}

// paintTotal adds the planes' sums and the bias up into the output cell, in a panel at (x, y).
func (c *cascade) paintTotal(d *drawing.Drawing, x, y float64, row, col int) {
	node, entry := c.nodeAt(0, row, col), c.entryAt(0, row, col)
	for i := range c.planes {
		from := c.sumAt(i)
		if from.x += c.sumRoom() / 2; c.lying {
			from = spot{from.x - c.sumRoom()/2, from.y + 14*c.letters}
		}
		d.Line(x+from.x, y+from.y, x+node.x, y+node.y, 2, faint(kernelDark, 200))
	}
	d.Arrow(x+node.x, y+node.y, x+entry.x, y+entry.y, 2.5, outputDark)
	plus(d, x+node.x, y+node.y, 12, outputDark)
	if c.bias == 0 {
		return
	}
	size := 18 * c.letters
	if c.lying {
		d.Text(x+node.x+20, y+node.y+4, size, drawing.Left, ink, signed(c.bias)+" "+lang.Text("bias"))
	} else {
		d.Text(x+node.x, y+node.y+16+size, size, drawing.Center, ink, signed(c.bias))
		d.Text(x+node.x, y+node.y+16+2.2*size, size, drawing.Center, muted, lang.Text("bias"))
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
