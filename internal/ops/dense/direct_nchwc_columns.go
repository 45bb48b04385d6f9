package dense

import (
	"math"

	"convx/internal/ops/problem"
)

// columns is neighbouring columns of output for which the same taps of a row are multiplied: those that meet input for any
// of them.
type columns struct{ outputs, taps span }

// mostColumns bounds the pieces that columnsOf chooses from.
const mostColumns = 64

// columnsOf cuts the output columns where taps begin and cease to meet input, as far as leaving those out saves more than
// narrow tiles cost. padded reports whether some tap that is multiplied meets padding.
func columnsOf(p *problem.Convolution) (list []columns, padded bool) {
	whole := columns{span{0, p.Out[2]}, span{0, p.Kernel[2]}}
	pieces := meetingColumns(p)
	if len(pieces) > mostColumns {
		return []columns{whole}, true
	}
	// least[i] is the least time of the pieces before i, the last of which are cut from from[i] on.
	least, from := make([]float64, len(pieces)+1), make([]int, len(pieces)+1)
	for i := 1; i <= len(pieces); i++ {
		least[i] = math.Inf(1)
		c := pieces[i-1]
		for j := i - 1; j >= 0; j-- {
			c = c.with(pieces[j])
			if t := least[j] + columnTime(p, c); t < least[i] {
				least[i], from[i] = t, j
			}
		}
	}
	for i := len(pieces); i > 0; i = from[i] {
		c := pieces[i-1]
		for j := i - 2; j >= from[i]; j-- {
			c = c.with(pieces[j])
		}
		for _, piece := range pieces[from[i]:i] {
			padded = padded || piece.taps != c.taps
		}
		list = append([]columns{c}, list...)
	}
	return list, padded
}

// meetingColumns is the output columns in pieces that meet the same taps.
func meetingColumns(p *problem.Convolution) (list []columns) {
	valid := validTaps(p, 2)
	from := 0
	for o := 1; o <= len(valid); o++ {
		if o < len(valid) && valid[o] == valid[o-1] {
			continue
		}
		list = append(list, columns{span{from, o}, valid[from]})
		from = o
	}
	return list
}

// with is c and the columns before it.
func (c columns) with(before columns) columns {
	c.outputs.from = before.outputs.from
	switch {
	case c.taps.len() <= 0:
		c.taps = before.taps
	case before.taps.len() > 0:
		c.taps = span{min(c.taps.from, before.taps.from), max(c.taps.to, before.taps.to)}
	}
	return c
}

// columnTime is what columns take: taps times outputs, more in tiles of few pixels.
func columnTime(p *problem.Convolution, c columns) float64 {
	n := c.outputs.len()
	return float64(n*max(0, c.taps.len())) * thin(p, float64(n)/float64(ceilDiv(n, p.ISA.NCHWcRows())))
}
