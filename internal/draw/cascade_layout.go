package draw

import "convx/internal/drawing"

// Where the parts of a cascade are: its planes stand in a column beside what they make or, where that is higher than a slide's
// proportions, in a row above it.

const (
	planeGap  = 16.0
	beamsGap  = 150.0
	lyingGap  = 76.0  // the same from above
	sumsTall  = 470.0 // about the height of all planes
	sumsWide  = 900.0 // about the width of all planes in a row
	digitCell = 22.0  // has room for a number
)

// signRoom is what × and = take, sumRoom what a sum does.
func (c *cascade) signRoom() float64 { return 34 * c.letters }
func (c *cascade) sumRoom() float64  { return 64 * c.letters }

// spot is a place in a panel.
type spot struct{ x, y float64 }

// tall tells whether a panel is higher than a slide's proportions.
func (p panel) tall() bool {
	w, h := drawing.Slide.Pixels()
	return p.h*float64(w) > p.w*float64(h)
}

// placed is the panel with its planes in a row where a column of them would be too high for a slide, which pages are shown as, too.
func (c *cascade) placed() panel {
	if standing := c.panel(); !standing.tall() {
		return standing
	}
	c.lying = true
	c.fit()
	return c.panel()
}

// fit chooses sizes of cells at which all planes fit; those with numbers have room for them.
func (c *cascade) fit() {
	least := 0.0
	if c.planes != nil {
		least = digitCell * c.letters
	}
	cell := func(planes, cells int, room float64) float64 {
		return max(least, min(30, max(5, (room-planeGap*float64(planes))/float64(planes*cells))))
	}
	if c.lying {
		cols := c.input.cols
		if c.planes != nil {
			cols += c.g.kernel[1] + 3
		}
		c.inCell, c.outCell = cell(c.inPlanesDrawn(), cols, sumsWide), cell(c.outPlanesDrawn(), c.output.cols, sumsWide)
	} else {
		c.inCell, c.outCell = cell(c.inPlanesDrawn(), c.input.rows, sumsTall), cell(c.outPlanesDrawn(), c.output.rows, sumsTall)
	}
	c.outCell = min(c.outCell, max(c.inCell, 18))
	if wide := 420.0; least == 0 {
		c.inCell = min(c.inCell, max(5, wide/float64(c.input.cols)))
		c.outCell = min(c.outCell, max(5, wide/float64(c.output.cols)))
	}
	c.input.cell, c.output.cell = c.inCell, c.outCell
}

// inPlanesDrawn are all, or with numbers those that output channel 0 sees.
func (c *cascade) inPlanesDrawn() int {
	if c.planes != nil {
		return len(c.planes)
	}
	return c.in
}

// outPlanesDrawn is 1 with numbers: output channel 0.
func (c *cascade) outPlanesDrawn() int {
	if c.planes != nil {
		return 1
	}
	return c.out
}

func (c *cascade) kernel() grid { return grid{c.g.kernel[0], c.g.kernel[1], c.inCell} }

// unit is what one input plane takes: with numbers its kernel, and in a row their sum below, stand beside it.
func (c *cascade) unit() (w, h float64) {
	w, h = c.input.width(), c.input.height()
	if c.planes != nil && c.lying {
		w += c.signRoom() + c.kernel().width()
	}
	return w, h
}

// run is the length of so many pieces with gaps between.
func run(n int, piece float64) float64 { return float64(n)*(piece+planeGap) - planeGap }

// between is what lies between the planes and what they make.
func (c *cascade) between() float64 {
	switch {
	case c.lying && c.planes != nil:
		return lyingGap * c.letters
	case c.lying:
		return lyingGap
	case c.planes != nil:
		return beamsGap*c.letters + c.kernel().width() + 2*c.signRoom() + c.sumRoom() - 20
	}
	return beamsGap
}

func (c *cascade) size() (w, h float64) {
	uw, uh := c.unit()
	outs := c.outPlanesDrawn()
	if c.lying {
		return max(run(c.inPlanesDrawn(), uw), run(outs, c.output.width())), uh + c.between() + c.output.height()
	}
	h = max(run(c.inPlanesDrawn(), uh), run(outs, c.output.height()))
	if c.bias != 0 { // which is said below the node of any row
		h = max(h, c.output.height()+2*(16+3*18*c.letters)-c.outCell)
	}
	return uw + c.between() + c.output.width(), h
}

func (c *cascade) panel() panel {
	w, h := c.size()
	p := c.window.panel()
	return panel{w: w + 1, h: h + 1, label: p.label, paint: c.paint}
}

// inputAt is the corner of input plane i.
func (c *cascade) inputAt(i int) spot {
	w, h := c.size()
	uw, uh := c.unit()
	if c.lying {
		return spot{(w-run(c.inPlanesDrawn(), uw))/2 + float64(i)*(uw+planeGap), 0}
	}
	return spot{0, (h-run(c.inPlanesDrawn(), uh))/2 + float64(i)*(uh+planeGap)}
}

// outputAt is the corner of output plane o.
func (c *cascade) outputAt(o int) spot {
	w, h := c.size()
	uw, uh := c.unit()
	n := c.outPlanesDrawn()
	if c.lying {
		return spot{(w-run(n, c.output.width()))/2 + float64(o)*(c.output.width()+planeGap), uh + c.between()}
	}
	return spot{uw + c.between(), (h-run(n, c.output.height()))/2 + float64(o)*(c.output.height()+planeGap)}
}

// windowAt is where the beams of input plane i leave its window.
func (c *cascade) windowAt(i, row, col int) spot {
	rh, rw := c.g.reach()
	at, top, left := c.inputAt(i), float64(row*c.g.stride[0]), float64(col*c.g.stride[1])
	if c.lying {
		return spot{at.x + (left+float64(rw)/2)*c.inCell, at.y + (top+float64(rh))*c.inCell}
	}
	return spot{at.x + (left+float64(rw))*c.inCell, at.y + (top+float64(rh)/2)*c.inCell}
}

// nodeAt is where the beams to output plane o are added up, entryAt where the sum enters its cell; with numbers, which an arrow would
// cross out, where it enters the plane.
func (c *cascade) nodeAt(o, row, col int) spot {
	at, off := c.outputAt(o), 26.0
	if c.planes != nil {
		off = 34
	}
	cx, cy := c.output.center(at.x, at.y, float64(row), float64(col))
	if c.lying {
		return spot{cx, at.y - off}
	}
	return spot{at.x - off, cy}
}

func (c *cascade) entryAt(o, row, col int) spot {
	at := c.outputAt(o)
	cx, cy := c.output.center(at.x, at.y, float64(row), float64(col))
	if c.planes != nil {
		cx, cy = at.x+c.outCell/2, at.y+c.outCell/2
	}
	switch node := c.nodeAt(o, row, col); {
	case c.lying:
		return spot{node.x, cy - c.outCell/2 - 2}
	default:
		return spot{cx - c.outCell/2 - 2, node.y}
	}
}

// kernelAt is the corner of the kernel beside input plane i, sumAt the middle of the sum that they make.
func (c *cascade) kernelAt(i int) spot {
	at := c.inputAt(i)
	return spot{at.x + c.input.width() + c.signRoom(), at.y + (c.input.height()-c.kernel().height())/2}
}

func (c *cascade) sumAt(i int) spot {
	at, k := c.kernelAt(i), c.kernel()
	if c.lying {
		return spot{at.x + k.width()/2, at.y + k.height() + c.signRoom() + 8*c.letters}
	}
	return spot{at.x + k.width() + c.signRoom() + c.sumRoom()/2 - 8, at.y + k.height()/2}
}
