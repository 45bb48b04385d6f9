package kernel

import "math"

// planeNine is a tile of three lines of three taps for each channel, as kernels of 3x3 have: the first column may lack the
// first tap of each, and the last column the last tap. Its rows are summed in one pass a channel with the weights in registers,
// and without a copy of the source between columns of zeros.
type planeNine struct {
	left, right bool       // whether the column at that end lacks a tap
	gap         int        // elements from one tap of a line to the next; beyond 1 no column lacks a tap
	n           int        // outputs of a row
	channels    []nineRows // of the source
	pairs       bool       // whether each row but the first begins with the last two lines of the one before
	zeros       []float32  // in place of a line that is absent
}

// nineRows says where each line of a row of outputs begins in a channel, from the tile's place on.
type nineRows [][3]int

// findNine recognises such a tile.
func (t *PlaneTile) findNine(l ISA) {
	t.nine = nil
	n := t.Masks.n
	if len(t.lines)%3 != 0 || t.lines == nil || t.Step > 2 || n < 2 {
		return
	}
	left, right, gap := 0, 0, t.lines[0].gap
	for i := range t.lines {
		a := &t.lines[i]
		if a.taps != 3 || a.gap != gap {
			return
		}
		for q, want := range [3][2]int{{a.from, n}, {0, n}, {0, a.to}} {
			if from, to := t.span(l, a.tap+q); from != want[0] || to != want[1] {
				return
			}
		}
		if i == 0 {
			left, right = a.from, n-a.to
		}
		if a.from != left || n-a.to != right || left > 1 || right > 1 {
			return
		}
	}
	if gap > 1 && (t.Step > 1 || left+right > 0) {
		return
	}
	t.nine = &planeNine{
		left: left > 0, right: right > 0, gap: gap, n: n, pairs: t.Step == 1 && gap == 1, zeros: make([]float32, (n-1)*t.Step+2*gap+1-left-right),
	}
	for lines := t.lines; len(lines) > 0; lines = lines[3:] {
		rows := make(nineRows, t.Rows)
		for r := range rows {
			for i, a := range lines[:3] {
				rows[r][i] = absent
				if a.rows>>r&1 != 0 {
					rows[r][i] = a.offset + r*t.SS + left
				}
			}
		}
		t.nine.channels = append(t.nine.channels, rows)
		t.nine.pairs = t.nine.pairs && rows.follow()
	}
}

// follow reports whether lines of rows are those of the row before.
func (rows nineRows) follow() bool {
	for r := 1; r < len(rows); r++ {
		if rows[r][0] != rows[r-1][1] || rows[r][1] != rows[r-1][2] {
			return false
		}
	}
	return true
}

// absent is where a line begins that is not to be met.
const absent = math.MinInt

// source is what a line meets.
func (p *planeNine) source(src []float32, at, line int) []float32 {
	if line == absent {
		return p.zeros
	}
	return src[at+line:][:len(p.zeros)]
}

// sumNine computes such a tile.
func (t *PlaneTile) sumNine(dst, src []float32, at int, w []float32, bias float32) {
	sumNineChannel[beginning](t, 0, dst, src, at, (*[9]float32)(w), bias)
	for c := 1; c < len(t.nine.channels); c++ {
		sumNineChannel[begun](t, c, dst, src, at, (*[9]float32)(w[9*c:]), bias)
	}
}

// beginning and begun say by their lengths whether rows hold sums already: the compiler makes a loop for each.
type (
	beginning [0]struct{}
	begun     [1]struct{}
)

func sumNineChannel[B beginning | begun](t *PlaneTile, channel int, dst, src []float32, at int, w *[9]float32, bias float32) {
	done := 0
	if t.nine.gap > 1 {
		sumNineSpread[B](t, channel, dst, src, at, w, bias)
		return
	}
	if t.nine.pairs {
		done = sumNinePairs[B](t, channel, dst, src, at, w, bias)
	}
	sumNineRows[B](t, channel, done, dst, src, at, w, bias)
}

// sumNineRows adds a channel to the rows from done on; the first channel to the bias.
func sumNineRows[B beginning | begun](t *PlaneTile, channel, done int, dst, src []float32, at int, w *[9]float32, bias float32) {
	p, step := t.nine, t.Step
	rows := p.channels[channel]
	var holds B
	w0, w1, w2, w3, w4, w5, w6, w7, w8 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
	for r := done; r < len(rows); r++ {
		line, row := &rows[r], dst[r*t.DS:][:p.n]
		x, y, z := p.source(src, at, line[0]), p.source(src, at, line[1]), p.source(src, at, line[2])
		if len(y) != len(x) || len(z) != len(x) {
			break // never: what the compiler needs to know
		}
		j, k := 0, 2
		if p.left {
			s := bias
			if len(holds) > 0 {
				s = row[0]
			}
			s += w1 * x[0]
			s += w2 * x[1]
			s += w4 * y[0]
			s += w5 * y[1]
			s += w7 * z[0]
			row[0] = s + w8*z[1]
			j, k = 1, 1+step
		}
		for ; k >= 2 && k < len(x) && j < len(row); k += step {
			s := bias
			if len(holds) > 0 {
				s = row[j]
			}
			s += w0 * x[k-2]
			s += w1 * x[k-1]
			s += w2 * x[k]
			s += w3 * y[k-2]
			s += w4 * y[k-1]
			s += w5 * y[k]
			s += w6 * z[k-2]
			s += w7 * z[k-1]
			row[j] = s + w8*z[k]
			j++
		}
		if k := len(x) - 1; p.right && k >= 1 && j < len(row) {
			s := bias
			if len(holds) > 0 {
				s = row[j]
			}
			s += w0 * x[k-1]
			s += w1 * x[k]
			s += w3 * y[k-1]
			s += w4 * y[k]
			s += w6 * z[k-1]
			row[j] = s + w7*z[k]
		}
	}
}

// sumNineSpread is sumNineRows where the taps of a line are apart: each has a slice of its own.
func sumNineSpread[B beginning | begun](t *PlaneTile, channel int, dst, src []float32, at int, w *[9]float32, bias float32) {
	p := t.nine
	var holds B
	w0, w1, w2, w3, w4, w5, w6, w7, w8 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
	for r, line := range p.channels[channel] {
		row := dst[r*t.DS:][:p.n]
		x, y, z := p.source(src, at, line[0]), p.source(src, at, line[1]), p.source(src, at, line[2])
		x0, x1, x2 := x[:len(row)], x[p.gap:][:len(row)], x[2*p.gap:][:len(row)]
		y0, y1, y2 := y[:len(row)], y[p.gap:][:len(row)], y[2*p.gap:][:len(row)]
		z0, z1, z2 := z[:len(row)], z[p.gap:][:len(row)], z[2*p.gap:][:len(row)]
		for j := range row {
			s := bias
			if len(holds) > 0 {
				s = row[j]
			}
			s += w0 * x0[j]
			s += w1 * x1[j]
			s += w2 * x2[j]
			s += w3 * y0[j]
			s += w4 * y1[j]
			s += w5 * y2[j]
			s += w6 * z0[j]
			s += w7 * z1[j]
			row[j] = s + w8*z2[j]
		}
	}
}

// sumNinePairs adds a channel to two rows at a time, which share two of their lines, and returns how many. Products are added in the order
// of sumNineRows: which rows are pairs may depend on the number of threads.
func sumNinePairs[B beginning | begun](t *PlaneTile, channel int, dst, src []float32, at int, w *[9]float32, bias float32) (done int) {
	p := t.nine
	rows := p.channels[channel]
	var holds B
	w0, w1, w2, w3, w4, w5, w6, w7, w8 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
	for ; done+2 <= len(rows); done += 2 {
		first, second := &rows[done], &rows[done+1]
		x, y, z, u := p.source(src, at, first[0]), p.source(src, at, first[1]), p.source(src, at, second[1]), p.source(src, at, second[2])
		upper, lower := dst[done*t.DS:][:p.n], dst[(done+1)*t.DS:][:p.n]
		if len(y) != len(x) || len(z) != len(x) || len(u) != len(x) || len(upper) != len(lower) {
			break // never: what the compiler needs to know
		}
		j := 0
		if p.left {
			s, q := bias, bias
			if len(holds) > 0 {
				s, q = upper[0], lower[0]
			}
			s += w1 * x[0]
			s += w2 * x[1]
			v := y[0]
			s, q = s+w4*v, q+w1*v
			v = y[1]
			s, q = s+w5*v, q+w2*v
			v = z[0]
			s, q = s+w7*v, q+w4*v
			v = z[1]
			upper[0], q = s+w8*v, q+w5*v
			q += w7 * u[0]
			lower[0] = q + w8*u[1]
			j = 1
		}
		for k := 2; k >= 2 && k < len(x) && j < len(upper); k++ {
			s, q := bias, bias
			if len(holds) > 0 {
				s, q = upper[j], lower[j]
			}
			s += w0 * x[k-2]
			s += w1 * x[k-1]
			s += w2 * x[k]
			v := y[k-2]
			s, q = s+w3*v, q+w0*v
			v = y[k-1]
			s, q = s+w4*v, q+w1*v
			v = y[k]
			s, q = s+w5*v, q+w2*v
			v = z[k-2]
			s, q = s+w6*v, q+w3*v
			v = z[k-1]
			s, q = s+w7*v, q+w4*v
			v = z[k]
			upper[j], q = s+w8*v, q+w5*v
			q += w6 * u[k-2]
			q += w7 * u[k-1]
			lower[j] = q + w8*u[k]
			j++
		}
		if k := len(x) - 1; p.right && k >= 1 && j < len(upper) {
			s, q := bias, bias
			if len(holds) > 0 {
				s, q = upper[j], lower[j]
			}
			s += w0 * x[k-1]
			s += w1 * x[k]
			v := y[k-1]
			s, q = s+w3*v, q+w0*v
			v = y[k]
			s, q = s+w4*v, q+w1*v
			v = z[k-1]
			s, q = s+w6*v, q+w3*v
			v = z[k]
			upper[j], q = s+w7*v, q+w4*v
			q += w6 * u[k-1]
			lower[j] = q + w7*u[k]
		}
	}
	return done
}
