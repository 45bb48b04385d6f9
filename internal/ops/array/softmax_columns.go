package array

import (
	"math"

	"convx/internal/ops/kernel"
)

// softmaxColumns normalizes lines that stand side by side, some columns of all at a time: each step is one of a row of them. Short
// lines that lie behind each other are turned, some at a time, to stand so.
type softmaxColumns struct {
	a       around
	logs    bool
	isa     kernel.ISA
	x, out  []float32
	offsets []int
	space   []float32 // softmaxRows rows of columns, by item
	turned  []float32 // turnedRows lines, by item
	pieces  int
	units   int
	each    int // units of an item
	work    func(i int)
}

// softmaxPiece is the columns at a time: with what stands between, softmaxRows of them, they stay in the first cache.
const softmaxPiece, softmaxRows = 256, 4

// besideEachOther normalizes lines of float32 whose elements are far apart, or that are short and many; false for others.
func (c *Call) besideEachOther(out, x []float32, a around) bool {
	short := a.inner == 1 && a.n < shortRow && a.outer >= turnedRows
	if !short && a.inner < 8 || a.n > longestJoin || c.Op == "Hardmax" {
		return false
	}
	s := c.columns
	if s == nil {
		s = &softmaxColumns{isa: kernel.Best()}
		s.work = s.item
		c.columns = s
	}
	s.a, s.logs, s.x, s.out, s.pieces = a, c.Op == "LogSoftmax", x, out, (a.inner+softmaxPiece-1)/softmaxPiece
	step := a.inner
	s.units = a.outer * s.pieces
	if short {
		step, s.units = turnedRows, (a.outer+turnedRows-1)/turnedRows
	}
	s.offsets = resize(&s.offsets, a.n)
	for k := range s.offsets {
		s.offsets[k] = k * step
	}
	items := min(s.units, max(1, len(x)/shareable*4))
	s.each = (s.units + items - 1) / items
	if short {
		s.turned = resize(&s.turned, turnedRows*a.n*items)
	}
	s.space = resize(&s.space, softmaxRows*softmaxPiece*items)
	c.each(items, s.work)
	s.x, s.out = nil, nil
	return true
}

func (s *softmaxColumns) item(i int) {
	for u := i * s.each; u < min(s.units, (i+1)*s.each); u++ {
		if s.a.inner == 1 {
			s.short(i, u*turnedRows)
			continue
		}
		from := u % s.pieces * softmaxPiece
		at := u/s.pieces*s.a.n*s.a.inner + from
		s.piece(s.out[at:], s.x[at:], s.rows(i, min(softmaxPiece, s.a.inner-from)))
	}
}

// rows are an item's space for n columns.
func (s *softmaxColumns) rows(item, n int) (rows [softmaxRows][]float32) {
	for k := range rows {
		rows[k] = s.space[(softmaxRows*item+k)*softmaxPiece:][:n]
	}
	return rows
}

// short normalizes some lines, from the first on, as columns.
func (s *softmaxColumns) short(item, first int) {
	n, lines := s.a.n, min(turnedRows, s.a.outer-first)
	columns := s.turned[turnedRows*n*item:][:turnedRows*n]
	s.isa.Deinterleave(columns, turnedRows, s.x[first*n:], n, n, lines)
	s.piece(columns, columns, s.rows(item, lines))
	s.isa.Deinterleave(s.out[first*n:], n, columns, turnedRows, lines, n)
}

// piece normalizes as many columns as its rows of space have. out may be x.
func (s *softmaxColumns) piece(out, x []float32, space [softmaxRows][]float32) {
	top, sum, power, rest := space[0], space[1], space[2], space[3]
	n := len(top)
	s.isa.JoinLargest(top, 0, x, 0, s.offsets, n, 1)
	clear(sum)
	for _, at := range s.offsets {
		row := out[at:][:n]
		s.isa.Blend(row, x[at:][:n], top, 1, -1, -inf, inf)
		if !s.logs {
			power = row
		}
		// e^x of what is not above 0 as softmaxRow has it.
		s.isa.Logistic(power, row)
		s.isa.Affine(rest, power, -1, 1, -inf, inf)
		s.isa.Quotient(power, power, rest)
		s.isa.Blend(sum, sum, power, 1, 1, -inf, inf)
	}
	for i := 0; s.logs && i < n; i++ {
		sum[i] = float32(math.Log(float64(sum[i])))
	}
	for _, at := range s.offsets {
		row := out[at:][:n]
		if s.logs {
			s.isa.Blend(row, row, sum, 1, -1, -inf, inf)
		} else {
			s.isa.Quotient(row, row, sum)
		}
	}
}
