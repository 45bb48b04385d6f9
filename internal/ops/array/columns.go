package array

import "convx/internal/ops/kernel"

// columns has lines of float32 along an axis worked on side by side, some of them at a time, so that each step is one of a row of
// their elements: lines that lie so, or short ones that are turned to.
type columns struct {
	a       around
	isa     kernel.ISA
	x, out  []float32
	offsets []int     // of the elements of a line
	turned  []float32 // turnedRows short lines, by item
	most    int       // lines at a time
	pieces  int       // of the lines beside each other
	units   int
	each    int // units of an item
}

// A sum of more than longestLine elements loses digits; turnedLines are turned at once.
const longestLine, turnedLines = 512, 64

// fits reports whether lines can be columns: short ones those of fewer elements, others where at least so many are side by side.
func (a around) fits(short, least int) bool {
	if a.inner == 1 {
		return a.n < short && a.outer >= turnedLines
	}
	return a.n <= longestLine && a.inner >= least
}

// lay parts the lines of x, at most so many at a time, and returns the items of which each is for one thread.
func (s *columns) lay(out, x []float32, a around, most int) (items int) {
	s.a, s.isa, s.x, s.out, s.most = a, kernel.Best(), x, out, most
	step := a.inner
	s.pieces = (a.inner + most - 1) / most
	s.units = a.outer * s.pieces
	if a.inner == 1 {
		step, s.units = turnedLines, (a.outer+turnedLines-1)/turnedLines
	}
	s.offsets = resize(&s.offsets, a.n)
	for k := range s.offsets {
		s.offsets[k] = k * step
	}
	items = min(s.units, max(1, len(x)/shareable*4))
	s.each = (s.units + items - 1) / items
	if a.inner == 1 {
		s.turned = resize(&s.turned, turnedLines*a.n*items)
	}
	return items
}

// unit is where the n lines of unit u begin: the outer index and the inner one, or the first of short lines and 0.
func (s *columns) unit(u int) (outer, inner, n int) {
	if s.a.inner == 1 {
		first := u * turnedLines
		return first, 0, min(turnedLines, s.a.outer-first)
	}
	inner = u % s.pieces * s.most
	return u / s.pieces, inner, min(s.most, s.a.inner-inner)
}

// turn has n short lines, from the first on, side by side in an item's memory.
func (s *columns) turn(item, first, n int) []float32 {
	turned := s.turned[turnedLines*s.a.n*item:][:turnedLines*s.a.n]
	s.isa.Deinterleave(turned, turnedLines, s.x[first*s.a.n:], s.a.n, s.a.n, n)
	return turned
}

// turnBack is the way back, to the outputs.
func (s *columns) turnBack(turned []float32, first, n int) {
	s.isa.Deinterleave(s.out[first*s.a.n:], s.a.n, turned, turnedLines, n, s.a.n)
}
