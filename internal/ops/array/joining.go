package array

import "convx/internal/ops/kernel"

// joinRows adds rows of equal length element by element, or takes the largest: a kernel.
type joinRows func(isa kernel.ISA, dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int)

// joining folds neighbouring axes of float32 by such a kernel: rows that lie behind each other, or short ones that are turned, some
// at a time, so that their elements do.
type joining struct {
	a       around
	join    joinRows
	isa     kernel.ISA
	x, out  []float32
	offsets []int
	turned  []float32 // by item
	pieces  int       // of what stays, for each outer index
	units   int
	each    int // units of an item
	work    func(i int)
}

// A sum of more than longestJoin elements loses digits; a row of shortRow has a kernel of its own; turnedRows are turned at once,
// and joinPiece columns are joined at once.
const longestJoin, shortRow, turnedRows, joinPiece = 512, 64, 64, 1024

// joinAxes folds x by a join; false where that takes longer than going through the nest, or cannot be.
func (c *Call) joinAxes(out, x []float32, folded []int, join joinRows) bool {
	first, last := -1, -1
	for axis, f := range folded {
		if f == 0 || c.In[0].Shape[axis] == 1 {
			continue
		}
		if first < 0 {
			first = axis
		}
		last = axis
	}
	if first < 0 || len(x) == 0 {
		return false
	}
	a := around{1, 1, 1}
	for axis, d := range c.In[0].Shape {
		switch {
		case axis < first:
			a.outer *= d
		case axis > last:
			a.inner *= d
		case folded[axis] == 0 && d > 1:
			return false
		default:
			a.n *= d
		}
	}
	if a.n > longestJoin || a.inner == 1 && (a.n >= shortRow || a.outer < turnedRows) {
		return false
	}
	j := c.joining
	if j == nil {
		j = &joining{isa: kernel.Best()}
		j.work = j.item
		c.joining = j
	}
	j.a, j.join, j.x, j.out, j.pieces = a, join, x, out, (a.inner+joinPiece-1)/joinPiece
	step := a.inner
	j.units = a.outer * j.pieces
	if a.inner == 1 {
		step, j.units = turnedRows, (a.outer+turnedRows-1)/turnedRows
	}
	j.offsets = resize(&j.offsets, a.n)
	for k := range j.offsets {
		j.offsets[k] = k * step
	}
	items := min(j.units, max(1, len(x)/shareable*4))
	j.each = (j.units + items - 1) / items
	if a.inner == 1 {
		j.turned = resize(&j.turned, items*turnedRows*a.n)
	}
	c.each(items, j.work)
	j.x, j.out = nil, nil
	return true
}

func (j *joining) item(i int) {
	for u := i * j.each; u < min(j.units, (i+1)*j.each); u++ {
		if j.a.inner > 1 {
			outer, from := u/j.pieces, u%j.pieces*joinPiece
			n := min(joinPiece, j.a.inner-from)
			j.join(j.isa, j.out[outer*j.a.inner+from:], 0, j.x[outer*j.a.n*j.a.inner+from:], 0, j.offsets, n, 1)
			continue
		}
		first := u * turnedRows
		rows := min(turnedRows, j.a.outer-first)
		turned := j.turned[i*turnedRows*j.a.n:][:turnedRows*j.a.n]
		j.isa.Deinterleave(turned, turnedRows, j.x[first*j.a.n:], j.a.n, j.a.n, rows)
		j.join(j.isa, j.out[first:], 0, turned, 0, j.offsets, rows, 1)
	}
}
