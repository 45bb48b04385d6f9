package array

import "convx/internal/ops/kernel"

// joinRows adds rows of equal length element by element, or takes the largest: a kernel.
type joinRows func(isa kernel.ISA, dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int)

// joining folds neighbouring axes by such a kernel.
type joining struct {
	columns
	join joinRows
	work func(i int)
}

// joinPiece is the columns that are joined at once; lines of shortLine elements have kernels of their own.
const joinPiece, shortLine = 1024, 64

// joinAxes folds x by a join; false where that takes longer than going through the nest, or cannot be.
func (c *Call) joinAxes(out, x []float32, folded []int, join joinRows) bool {
	a, ok := foldedRun(c.In[0].Shape, folded)
	if !ok || len(x) == 0 || !a.fits(shortLine, 2) {
		return false
	}
	j := c.joining
	if j == nil {
		j = &joining{}
		j.work = j.item
		c.joining = j
	}
	j.join = join
	c.each(j.lay(out, x, a, joinPiece), j.work)
	j.x, j.out = nil, nil
	return true
}

// foldedRun is a shape around the axes that are folded; ok is false where others stand between them, or there are none.
func foldedRun(shape, folded []int) (a around, ok bool) {
	a = around{1, 1, 1}
	for axis, d := range shape {
		switch {
		case d == 1:
		case folded[axis] == 0 && a.n == 1:
			a.outer *= d
		case folded[axis] == 0:
			a.inner *= d
		case a.inner > 1:
			return a, false
		default:
			a.n *= d
		}
	}
	return a, a.n > 1
}

func (j *joining) item(i int) {
	for u := i * j.each; u < min(j.units, (i+1)*j.each); u++ {
		outer, inner, n := j.unit(u)
		x := j.x[outer*j.a.n*j.a.inner+inner:]
		if j.a.inner == 1 {
			x = j.turn(i, outer, n)
		}
		j.join(j.isa, j.out[outer*j.a.inner+inner:], 0, x, 0, j.offsets, n, 1)
	}
}
