package kernel

// DepthwiseTap is one tap of DepthwiseNCHWc: where it reads in a, and its vector of weights in b. Both are offsets in bytes.
type DepthwiseTap struct{ A, B int }

// DepthwiseRows is the most rows of DepthwiseNCHWc.
const DepthwiseRows = 14

// DepthwiseNCHWc filters channel-blocked pixels, each channel by weights of its own (depthwise convolution):
//
//	c[y*cs + r*Block + j] = clamp(bias[j] + sum over taps of a[y*as + A/4 + r*step + j] * b[B/4 + j])
//
// for rows y, m pixels r of each (at most DepthwiseRows) and j < Block. clamp keeps values within lo and hi and passes NaN. The first
// tap has the least A and B, the last one the greatest. line is what DepthwiseLine says of them.
func (l ISA) DepthwiseNCHWc(c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, line, m, rows int, bias []float32, lo, hi float32) {
	w := l.Block()
	if m <= 0 || m > DepthwiseRows || rows <= 0 || len(taps) == 0 || cs < 0 || as < 0 || step < 0 {
		panic("kernel: depthwise NCHWc: tile out of range")
	}
	first, last := taps[0], taps[len(taps)-1]
	if len(c) < (rows-1)*cs+m*w || len(bias) < w || first.A < 0 || first.B < 0 ||
		len(a) < (rows-1)*as+last.A/4+(m-1)*step+w || len(b) < last.B/4+w {
		panic("kernel: depthwise NCHWc: short operand")
	}
	l.depthwiseNCHWc(c, cs, a, as, step, b, taps, line, m, rows, bias, lo, hi)
}

// DepthwiseLine is how many taps make a line of which all come in: neighbours that meet neighbouring pixels and whose weights follow
// each other. It is 1 where they do not come in lines of 3, 5 or 7.
func (l ISA) DepthwiseLine(taps []DepthwiseTap) int {
	next := 4 * l.Block()
	for _, line := range []int{7, 5, 3} {
		whole := len(taps)%line == 0
		for i := 1; i < len(taps) && whole; i++ {
			whole = i%line == 0 || taps[i].A == taps[i-1].A+next && taps[i].B == taps[i-1].B+next
		}
		if whole {
			return line
		}
	}
	return 1
}

func depthwiseNCHWcGeneric(w int, c []float32, cs int, a []float32, as, step int, b []float32, taps []DepthwiseTap, m, rows int, bias []float32, lo, hi float32) {
	for i := range m * rows {
		y, r := i/m, i%m
		row := c[y*cs+r*w:][:w]
		copy(row, bias)
		for _, t := range taps {
			weights := b[t.B/4:][:w]
			for j, x := range a[y*as+t.A/4+r*step:][:w] {
				row[j] += x * weights[j]
			}
		}
		for j, v := range row {
			row[j] = clamp(v, lo, hi)
		}
	}
}
