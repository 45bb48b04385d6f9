package kernel

// DepthwiseTap is one tap of DepthwiseNCHWc: where it reads in a, and its vector of weights in b. Both are offsets in bytes.
type DepthwiseTap struct{ A, B int }

// DepthwiseRows is the most rows of DepthwiseNCHWc.
const DepthwiseRows = 14

// DepthwiseNCHWc filters channel-blocked pixels, each channel by weights of its own (depthwise convolution):
//
//	c[r*Block + j] = clamp(bias[j] + sum over taps of a[A/4 + r*step + j] * b[B/4 + j])
//
// for m rows r (at most DepthwiseRows) and j < Block. clamp keeps values within lo and hi and passes NaN. The first tap has
// the least A and B, the last one the greatest. line is what DepthwiseLine says of them.
func (l ISA) DepthwiseNCHWc(c, a []float32, step int, b []float32, taps []DepthwiseTap, line, m int, bias []float32, lo, hi float32) {
	w := l.Block()
	if m <= 0 || m > DepthwiseRows || len(taps) == 0 || step < 0 {
		panic("kernel: depthwise NCHWc: tile out of range")
	}
	first, last := taps[0], taps[len(taps)-1]
	if len(c) < m*w || len(bias) < w || first.A < 0 || first.B < 0 || len(a) < last.A/4+(m-1)*step+w || len(b) < last.B/4+w {
		panic("kernel: depthwise NCHWc: short operand")
	}
	l.depthwiseNCHWc(c, a, step, b, taps, line, m, bias, lo, hi)
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

func depthwiseNCHWcGeneric(w int, c, a []float32, step int, b []float32, taps []DepthwiseTap, m int, bias []float32, lo, hi float32) {
	for r := range m {
		row := c[r*w:][:w]
		copy(row, bias)
		for _, t := range taps {
			weights := b[t.B/4:][:w]
			for j, x := range a[t.A/4+r*step:][:w] {
				row[j] += x * weights[j]
			}
		}
		for j, v := range row {
			row[j] = clamp(v, lo, hi)
		}
	}
}
