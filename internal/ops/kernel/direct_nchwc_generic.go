package kernel

// DirectTap is one block of products: Depth channels of a at A, Depth rows of b at B.
// A and B are offsets in bytes: of a block of channels, and of a packed panel.
type DirectTap struct{ A, B, Depth int }

// DirectDepth is the Depth of the taps of some channels: a few more than there are, where the instruction set takes several at once.
func (l ISA) DirectDepth(channels int) int {
	d := isaTable[l].depth
	return (channels + d - 1) / d * d
}

// DirectNCHWc multiplies channel-blocked pixels by packed panels, tap after tap:
//
//	c[v*cs + r*Block + j] = clamp(s + sum over taps and p < Depth of
//	    a[at + A/4 + r*Block + p] * b[B/4 + (p*vectors+v)*Block + j])
//
// for m rows r, 1 or 2 vectors v and j < Block. s is
// bias[v*Block+j], or zero if bias is nil, plus c's element if accumulate is
// set. clamp keeps values within lo and hi and passes NaN. Depth is above zero,
// at most Block, and DirectDepth of some channels: b is padded with zero rows,
// and a's padding must be finite. at may be negative, as long as no tap reads before a.
// 16 of ahead's elements for each p of a tile of NCHWcRows rows are asked for on
// the way, but not read, until there are no more; a tile of one row may ask for
// what follows in b instead.
func (l ISA) DirectNCHWc(c []float32, cs int, a []float32, at int, b, ahead []float32, taps []DirectTap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	w := l.Block()
	if m <= 0 || vectors < 1 || vectors > 2 || len(taps) == 0 {
		panic("kernel: taps: tile out of range")
	}
	if len(c) < (vectors-1)*cs+m*w || bias != nil && len(bias) < vectors*w {
		panic("kernel: taps: short operand")
	}
	// Lists are long and kept: the first and the last tap stand for the rest.
	for _, t := range [...]DirectTap{taps[0], taps[len(taps)-1]} {
		if t.Depth <= 0 || t.Depth > w || t.Depth != l.DirectDepth(t.Depth) || at+t.A/4 < 0 || t.B < 0 ||
			len(a) < at+t.A/4+(m-1)*w+t.Depth || len(b) < t.B/4+t.Depth*vectors*w {
			panic("kernel: taps: tap out of range")
		}
	}
	if len(ahead) == 0 {
		ahead = b
	}
	l.directNCHWc(c, cs, a, at, b, ahead, taps, m, vectors, bias, lo, hi, accumulate)
}

func directNCHWcGeneric(w int, c []float32, cs int, a []float32, at int, b []float32, taps []DirectTap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	for v := range vectors {
		for r := range m {
			var acc [16]float32
			sum := acc[:w]
			if bias != nil {
				copy(sum, bias[v*w:])
			}
			for _, t := range taps {
				for p, x := range a[at+t.A/4+r*w:][:t.Depth] {
					for j, y := range b[t.B/4+(p*vectors+v)*w:][:len(sum)] {
						sum[j] += x * y
					}
				}
			}
			row := c[v*cs+r*w:][:w]
			for j, s := range sum {
				if accumulate {
					s += row[j]
				}
				row[j] = clamp(s, lo, hi)
			}
		}
	}
}
