package planes

import (
	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// rates are measured on one machine, as those of package dense: nanoseconds
// come out, and ratios between algorithms are what matters.
type rates struct {
	slide float64 // multiply-accumulates a nanosecond of tiles that slide
	long  float64 // how much longer tiles take that slide a kernel of more than 3 rows by a stride
	block float64 // of tiles of 2 or 4 planes
	tap   float64 // of one plane, one tap at a time: a load for each
	split float64 // nanoseconds to split one element by phase
	store float64 // nanoseconds an output element
	slid  float64 // those of an output element of tiles that slide
	tile  float64 // nanoseconds that a tile takes beside its work
	bytes float64 // bytes a nanosecond from and to memory
}

var rateTable = [...]rates{
	kernel.CoreGeneric: {slide: 7.2, long: 1.6, tap: 6.9, split: 8, store: 0.05, tile: 120, bytes: 10}, // of 3x3, of lines, and of rows
	kernel.CoreAVX2:    {slide: 54, long: 1.22, block: 58, tap: 26, split: 0.07, store: 0.04, slid: 0.06, tile: 12, bytes: 25},
	kernel.CoreAVX512:  {slide: 58, long: 1.2, block: 46, tap: 25, split: 0.14, store: 0.05, slid: 0.17, tile: 24, bytes: 35},
	kernel.CoreNEON1:   {slide: 7, long: 1.6, block: 7, tap: 4.3, split: 0.6, store: 0.5, slid: 0.5, tile: 40, bytes: 4},
	kernel.CoreNEON2:   {slide: 20, long: 1.6, block: 20, tap: 13.5, split: 0.2, store: 0.18, slid: 0.18, tile: 18, bytes: 20},
	kernel.CoreNEON4:   {slide: 42, long: 1.6, block: 44, tap: 27, split: 0.12, store: 0.1, slid: 0.1, tile: 12, bytes: 35},
}

// oneTap is the share of the rate that is left where an element is loaded for one tap.
const oneTap = 0.78

// splitRow is the nanoseconds that a phase of a row takes to split beside its elements, where there are more than two.
const splitRow = 2.5

// Cost estimates a run on one thread in nanoseconds: multiply-accumulates in
// whole vectors at the rate of the tiles, copies and stores, but no less than
// the traffic takes where it goes through memory.
func Cost(p *problem.Convolution) float64 {
	r := rateTable[p.ISA.Core()]
	c := newConv(p)
	if p.ISA == kernel.Generic {
		return scalarCost(p, c)
	}
	lanes := p.ISA.PlaneColumns()
	switch c.takeTogether(); { // a call of several tiles takes no longer, unless rows that fill no vector follow each other
	case c.atOnce > 1 && p.Out[2] < lanes && p.Out[1] > c.outs[0].kind.Rows(p.ISA):
		r.tile /= 3
	case c.atOnce > 1:
		r.tile = 0
	}
	pixels := float64(p.Out[0]*p.Out[1]) * float64((p.Out[2]+lanes-1)/lanes*lanes) * float64(p.N*p.Groups)
	share := dense.MeetingShare(p)
	work := 0.0
	for _, o := range c.outs {
		rate, store := r.block, r.store
		if p.Pointwise() {
			rate *= oneTap
		}
		if o.kind.Outs == 1 {
			rate = r.tap
			if o.kind.Kernel > 1 {
				rate, store = r.slide, r.slid
				if o.kind.Stride > 1 && o.kind.Kernel > 3 {
					rate /= r.long
				}
			}
		}
		if o.kind.Kernel == 1 && p.Out[1] == 1 {
			rate /= 3 // one row has few sums: each waits for the one before
		}
		macs := float64(o.blocks*o.kind.Outs) * float64(c.weightsOf()) * pixels * share
		tiles := p.N * p.Groups * o.blocks * p.Out[0] * ((p.Out[1]-1)/o.kind.Rows(p.ISA) + 1)
		work += macs/rate + float64(o.blocks*o.kind.Outs)*pixels*store + float64(tiles)*r.tile
	}
	in := float64(p.N*p.C) * float64(volume(p.In))
	if p.Stride[2] > 1 {
		work += in * r.split
	}
	if p.Stride[2] > 2 {
		work += float64(p.N*p.C*p.In[0]*p.In[1]*p.Stride[2]) * splitRow
	}
	bytes := 4 * (in + float64(p.N*p.O)*float64(volume(p.Out)))
	if bytes < 2*streamBytes {
		return work
	}
	return max(work, bytes/r.bytes)
}

// scalarRow is the nanoseconds that pure Go takes for a line of a row of a tile, or three of three, beside its elements.
// Those of other planes than the first take furtherRows times that: they are further away.
const scalarRow, furtherRows = 3.5, 1.2

// scalarOne is how much longer a product takes there whose tap is in no line, and scalarSpread one in a line of three that stand apart.
const scalarOne, scalarSpread = 3.6, 1.15

// nineRow is the nanoseconds that pure Go takes for a row of a channel of 3x3 beside its products, by the stride: rows of
// stride 1 are summed in pairs, unless taps stand apart (spreadRow). nineTile is that of a tile.
var nineRow = [...]float64{1: 2.2, 2: 7}

const spreadRow, nineTile = 7, 12

// scalarCost is Cost of pure Go: no vectors, no edges where rows are padded, and a load for each product.
func scalarCost(p *problem.Convolution, c *Conv) float64 {
	r := rateTable[kernel.CoreGeneric]
	planes, rows := float64(p.N*p.O), float64(p.Out[0]*p.Out[1])
	pixels := planes * rows * float64(p.Out[2])
	macs := pixels * float64(c.weightsOf()) * dense.MeetingShare(p)
	tiles := planes * float64(p.Out[0]*((p.Out[1]-1)/c.outs[0].kind.Rows(p.ISA)+1))
	lines := float64(p.Kernel[0]*p.Kernel[1]) * (1 + furtherRows*float64(p.C/p.Groups-1))
	long := dense.ScalarLines(p, scalarOne)
	row := nineRow[min(p.Stride[2], 2)]
	switch {
	case p.Dilation[2] > 1:
		threes := float64(p.Kernel[2]/3*3) / float64(p.Kernel[2])
		long = threes*scalarSpread + (1-threes)*scalarOne
		row = spreadRow
	case p.Kernel[2] == 3:
		lines /= 3
	case p.Stride[2] > 1:
		long *= r.long
	}
	work := macs/r.tap*long + pixels*r.store + planes*rows*lines*scalarRow + tiles*r.tile
	if sumsNines(p) {
		work = macs/r.slide + planes*rows*float64(p.C/p.Groups)*row + tiles*nineTile
	}
	if c.pitch > 0 {
		work += float64(p.N*p.C*p.In[0]*p.In[1]) * r.split
	}
	bytes := 4 * (float64(p.N*p.C)*float64(volume(p.In)) + planes*float64(volume(p.Out)))
	if bytes < 2*streamBytes {
		return work
	}
	return max(work, bytes/r.bytes)
}
