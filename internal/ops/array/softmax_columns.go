package array

import "math"

// softmaxColumns normalizes lines side by side.
type softmaxColumns struct {
	columns
	logs  bool
	space []float32 // softmaxRows rows of columns, by item
	work  func(i int)
}

// softmaxPiece is the columns at a time, leastColumns how many are worth it; softmaxRows rows of them stand between. Lines of fewer
// than turnedLine elements are worth turning.
const softmaxPiece, leastColumns, softmaxRows, turnedLine = 256, 8, 4, 256

// besideEachOther normalizes lines of float32 whose elements are far apart, or that are short and many; false for others.
func (c *Call) besideEachOther(out, x []float32, a around) bool {
	if !a.fits(turnedLine, leastColumns) || c.Op == "Hardmax" {
		return false
	}
	s := c.columns
	if s == nil {
		s = &softmaxColumns{}
		s.work = s.item
		c.columns = s
	}
	s.logs = c.Op == "LogSoftmax"
	items := s.lay(out, x, a, softmaxPiece)
	s.space = resize(&s.space, softmaxRows*softmaxPiece*items)
	c.each(items, s.work)
	s.x, s.out = nil, nil
	return true
}

func (s *softmaxColumns) item(i int) {
	for u := i * s.each; u < min(s.units, (i+1)*s.each); u++ {
		outer, inner, n := s.unit(u)
		var rows [softmaxRows][]float32
		for k := range rows {
			rows[k] = s.space[(softmaxRows*i+k)*softmaxPiece:][:n]
		}
		if s.a.inner == 1 {
			lines := s.turn(i, outer, n)
			s.piece(lines, lines, rows)
			s.turnBack(lines, outer, n)
			continue
		}
		at := outer*s.a.n*s.a.inner + inner
		s.piece(s.out[at:], s.x[at:], rows)
	}
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
