package kernel

import "math"

// directNCHWScalar is directNCHWGeneric with several taps in a pass over a row of outputs: three that stand side by side in a
// row of the source, in three rows at once if there are as many.
func directNCHWScalar(l ISA, t *PlaneTile, dst, src []float32, at int, w, bias []float32) {
	p := planeSums{ISA: l, PlaneTile: t, src: src, w: w, at: at}
	clamped := !math.IsInf(float64(t.Lo), -1) || !math.IsInf(float64(t.Hi), 1)
	for p.out = range t.Kind.Outs {
		p.dst = dst[p.out*t.DP:]
		p.eachRow(func(row []float32, _ int) {
			for j := range row {
				row[j] = bias[p.out]
			}
		})
		for i := 0; i < len(t.Taps); {
			n := p.neighbours(i)
			for kh := range t.Kind.Kernel {
				if n == 3 {
					p.push(i, kh)
					continue
				}
				for q := range n {
					line := p.line(i+q, kh)
					p.eachRow(func(row []float32, y int) { p.single(row, &line, y, line.from, line.to) })
				}
			}
			i += n
		}
		p.flush()
		if clamped {
			p.eachRow(func(row []float32, _ int) {
				for j, v := range row {
					row[j] = clamp(v, t.Lo, t.Hi)
				}
			})
		}
	}
}

// planeSums is a tile whose sums are computed plane by plane.
type planeSums struct {
	ISA
	*PlaneTile
	dst, src, w []float32 // dst from the plane at hand on
	at, out     int
	triples     [3][3]planeLine // lines of three neighbouring taps each, that are still to be added
	n           int
}

// planeLine is what a tap and one of its kernel rows add to row 0: from source element at on for its first column, which need
// not exist, in the columns from..to.
type planeLine struct {
	at, from, to, kh int
	rows             uint32
	w                float32
}

// eachRow calls f with every row of the plane and the source row that it begins with.
func (p *planeSums) eachRow(f func(row []float32, y int)) {
	for r := range p.Rows {
		f(p.dst[r*p.DS:][:p.Masks.n], r*p.Kind.Stride)
	}
}

// neighbours is how many taps from the i-th on, three at most, meet neighbouring columns of the same rows.
func (p *planeSums) neighbours(i int) int {
	n := 1
	for n < 3 && i+n < len(p.Taps) && p.Taps[i+n].Offset == p.Taps[i].Offset+n && p.Taps[i+n].Rows == p.Taps[i].Rows {
		n++
	}
	return n
}

func (p *planeSums) line(i, kh int) planeLine {
	t := &p.Taps[i]
	s := p.Masks.spans[t.span(p.ISA)]
	return planeLine{p.at + t.Offset + kh*p.SS, s[0], min(s[1], p.Masks.n), kh, t.Rows, p.w[(i*p.Kind.Kernel+kh)*p.Kind.Outs+p.out]}
}

// push adds three neighbouring taps, together with others.
func (p *planeSums) push(i, kh int) {
	p.triples[p.n] = [3]planeLine{p.line(i, kh), p.line(i+1, kh), p.line(i+2, kh)}
	if p.n++; p.n == len(p.triples) {
		p.eachRow(p.nine)
		p.n = 0
	}
}

// flush adds what is left.
func (p *planeSums) flush() {
	for i := range p.n {
		p.eachRow(func(row []float32, y int) { p.three(row, &p.triples[i], y) })
	}
	p.n = 0
}

// single adds a line at the columns from..to.
func (p *planeSums) single(row []float32, l *planeLine, y, from, to int) {
	if from >= to || !l.exists(y) {
		return
	}
	row = row[from:to]
	for j, x := range p.src[l.at+y*p.SS+from:][:len(row)] {
		row[j] += l.w * x
	}
}

// exists reports whether the source row of a line does.
func (l *planeLine) exists(y int) bool { return l.rows>>(y+l.kh)&1 != 0 }

// common returns the columns that all taps of a triple have.
func common(t *[3]planeLine) (from, to int) {
	from = max(t[0].from, t[1].from, t[2].from)
	return from, max(from, min(t[0].to, t[1].to, t[2].to))
}

// edges adds a triple, whose row exists, at the columns outside of from..to.
func (p *planeSums) edges(row []float32, t *[3]planeLine, y, from, to int) {
	for j := 0; j < len(row); j++ {
		if j == from {
			if j = to; j == len(row) {
				return
			}
		}
		for i := range t {
			if l := &t[i]; l.from <= j && j < l.to {
				row[j] += l.w * p.src[l.at+y*p.SS+j]
			}
		}
	}
}

// three adds a triple to a row.
func (p *planeSums) three(row []float32, t *[3]planeLine, y int) {
	if !t[0].exists(y) {
		return
	}
	from, to := common(t)
	if from < to {
		inner := row[from:to]
		x := p.src[t[0].at+y*p.SS+from:][:len(inner)+2]
		u, v, w := t[0].w, t[1].w, t[2].w
		for j, s := range inner {
			s += u * x[j]
			s += v * x[j+1]
			inner[j] = s + w*x[j+2]
		}
	}
	p.edges(row, t, y, from, to)
}

// nine adds three triples to a row.
func (p *planeSums) nine(row []float32, y int) {
	a, b, c := &p.triples[0], &p.triples[1], &p.triples[2]
	from, to := common(a)
	for _, t := range [...]*[3]planeLine{b, c} {
		f, e := common(t)
		from, to = max(from, f), min(to, e)
	}
	if from >= to || !a[0].exists(y) || !b[0].exists(y) || !c[0].exists(y) {
		p.three(row, a, y)
		p.three(row, b, y)
		p.three(row, c, y)
		return
	}
	inner := row[from:to]
	n := len(inner) + 2
	at := y*p.SS + from
	x, z, q := p.src[a[0].at+at:][:n], p.src[b[0].at+at:][:n], p.src[c[0].at+at:][:n]
	w0, w1, w2, w3, w4, w5, w6, w7, w8 := a[0].w, a[1].w, a[2].w, b[0].w, b[1].w, b[2].w, c[0].w, c[1].w, c[2].w
	for j, s := range inner {
		s += w0 * x[j]
		s += w1 * x[j+1]
		s += w2 * x[j+2]
		s += w3 * z[j]
		s += w4 * z[j+1]
		s += w5 * z[j+2]
		s += w6 * q[j]
		s += w7 * q[j+1]
		inner[j] = s + w8*q[j+2]
	}
	p.edges(row, a, y, from, to)
	p.edges(row, b, y, from, to)
	p.edges(row, c, y, from, to)
}
