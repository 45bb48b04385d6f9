package kernel

// directNCHWScalar is directNCHWGeneric with several taps in a pass over a row of outputs, which is what keeps a scalar core
// busy. It takes one plane and one row of the kernel at a time, which is what pure Go asks for.
func directNCHWScalar(l ISA, t *PlaneTile, dst, src []float32, at int, w, bias []float32, times int) {
	if t.Kind != (PlaneKind{1, 1, 1}) {
		directNCHWGeneric(l, t, dst, src, at, w, bias, times)
		return
	}
	for i := range times {
		t.sum(l, dst[i*t.DP:], src, at+i*t.SP, w[i*t.SW:], bias[i:])
	}
}

// sum computes one plane.
func (t *PlaneTile) sum(l ISA, dst, src []float32, at int, w, bias []float32) {
	if t.nine != nil {
		t.sumNine(dst, src, at, w, bias[0])
		t.clampRows(dst)
		return
	}
	for r := range t.Rows {
		row := dst[r*t.DS:][:t.Masks.n]
		t.sumRow(row, src, at+r*t.SS, r, w, bias[0])
		for i := range t.lines {
			if a := &t.lines[i]; a.rows>>r&1 != 0 && a.to-a.from < len(row) {
				t.edges(l, row, src, at+r*t.SS, w, a)
			}
		}
		clampAll(row, t.Lo, t.Hi)
	}
}

// clampRows keeps the rows of the first plane within the tile's limits.
func (t *PlaneTile) clampRows(dst []float32) {
	if !limits(t.Lo, t.Hi) {
		return
	}
	if n := t.Masks.n; n == t.DS { // they are one
		clampAll(dst[:t.Rows*n], t.Lo, t.Hi)
		return
	}
	for r := range t.Rows {
		clampAll(dst[r*t.DS:][:t.Masks.n], t.Lo, t.Hi)
	}
}

// planeLine is taps that stand side by side in a row of the source, or three that stand as far apart.
type planeLine struct {
	offset   int // elements from the tile's place to what column 0 of the first would meet
	rows     uint32
	tap      int  // the first
	taps     int  // how many: 1, 3, 5 or 7
	gap      int  // elements from one to the next
	from, to int  // the columns that all of them have
	joins    bool // the line before, which has as many taps at the same columns
}

// findLines cuts the taps into lines.
func (t *PlaneTile) findLines(l ISA) {
	t.lines = nil
	for i := 0; i < len(t.Taps); {
		n, gap := t.line(i)
		a := planeLine{offset: t.Taps[i].Offset, rows: t.Taps[i].Rows, tap: i, taps: n, gap: gap, to: t.Masks.n}
		for q := range n {
			from, to := t.span(l, i+q)
			a.from, a.to = max(a.from, from), min(a.to, to)
		}
		a.to = max(a.from, a.to)
		if k := len(t.lines); k > 0 {
			b := &t.lines[k-1]
			a.joins = a.taps == b.taps && a.gap == b.gap && a.from == b.from && a.to == b.to
		}
		t.lines = append(t.lines, a)
		i += n
	}
	t.findNine(l)
}

// line is how many taps from the i-th on make a line, and their gap.
func (t *PlaneTile) line(i int) (n, gap int) {
	rest := t.Taps[i:]
	gap = 1
	if len(rest) > 2 && rest[1].Offset > rest[0].Offset {
		gap = rest[1].Offset - rest[0].Offset
	}
	most := 7
	if gap > 1 {
		most = 3
	}
	for n = 1; n < most && n < len(rest) && rest[n].Offset == rest[0].Offset+n*gap && rest[n].Rows == rest[0].Rows; {
		n++
	}
	if n -= (n + 1) % 2; n == 1 {
		gap = 1
	}
	return n, gap
}

// span is the columns that a tap has.
func (t *PlaneTile) span(l ISA, tap int) (from, to int) {
	s := t.Masks.spans[t.Taps[tap].span(l)]
	return s[0], min(s[1], t.Masks.n)
}

// sumRow adds all lines at the columns that all of their taps have, to the bias.
func (t *PlaneTile) sumRow(row, src []float32, at, r int, w []float32, bias float32) {
	begun := false
	for i := 0; i < len(t.lines); i++ {
		a := &t.lines[i]
		if a.rows>>r&1 == 0 || a.from == a.to {
			continue
		}
		if !begun {
			fill(row[:a.from], bias)
			fill(row[a.to:], bias)
		}
		inner, x := row[a.from:a.to], a.source(src, at, t.Step)
		if a.taps == 3 && a.gap == 1 && i+2 < len(t.lines) {
			if b, c := &t.lines[i+1], &t.lines[i+2]; b.joins && c.joins && b.rows&c.rows>>r&1 != 0 {
				addNine(inner, x, b.source(src, at, t.Step), c.source(src, at, t.Step), t.Step, (*[9]float32)(w[a.tap:]), bias, begun)
				begun = true
				i += 2
				continue
			}
		}
		if !begun {
			fill(inner, bias)
			begun = true
		}
		switch {
		case a.gap > 1:
			addSpread(inner, x, t.Step, a.gap, (*[3]float32)(w[a.tap:]))
		case a.taps == 1:
			addOne(inner, x, t.Step, w[a.tap])
		case a.taps == 3:
			addThree(inner, x, t.Step, (*[3]float32)(w[a.tap:]))
		case a.taps == 5:
			addFive(inner, x, t.Step, (*[5]float32)(w[a.tap:]))
		case a.taps == 7:
			addSeven(inner, x, t.Step, (*[7]float32)(w[a.tap:]))
		}
	}
	if !begun {
		fill(row, bias)
	}
}

// source is what the columns of a line meet in the source row that begins at element at.
func (a *planeLine) source(src []float32, at, step int) []float32 {
	return src[at+a.offset+a.from*step:][:(a.to-a.from-1)*step+(a.taps-1)*a.gap+1]
}

// edges adds the taps of a line at the columns that not all of them have.
func (t *PlaneTile) edges(l ISA, row, src []float32, at int, w []float32, a *planeLine) {
	for q := range a.taps {
		from, to := t.span(l, a.tap+q)
		for j := from; j < to; j++ {
			if j == a.from {
				if j = a.to; j >= to {
					break
				}
			}
			row[j] += w[a.tap+q] * src[at+a.offset+q*a.gap+j*t.Step]
		}
	}
}

func fill(row []float32, v float32) {
	for j := range row {
		row[j] = v
	}
}
