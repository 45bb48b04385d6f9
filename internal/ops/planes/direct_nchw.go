// Package planes computes convolutions of few channels a group straight from
// the input's planes: depthwise, with or without a multiplier, and grouped.
// Nothing is packed and no im2col is made. A tile holds rows of outputs in
// registers, vectors along the width; edges are masks, and taps in the padding
// are left out.
//
// Where the width has a stride, the rows that a tile meets are first split by
// phase into a scratch (columns 0, s, 2s…, then 1, s+1…), on which the stride
// is 1. Pure Go strides over them, and has them in a scratch where they need
// padding.
package planes

import (
	"context"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Conv is a prepared convolution.
type Conv struct {
	problem.Finishing
	p       problem.Convolution
	outs    []outs
	bands   []band // of one group: every output row of every block of planes
	weights []float32
	bias    []float32
	split   int         // phases of the width in the scratch
	phase   int         // elements of one phase of a row of the scratch
	padded  bool        // rows of the scratch have their padding
	pitch   int         // elements of a row of the scratch, 0 if there is none
	depth   int         // planes of a channel in the scratch: the kernel's
	rows    int         // and rows of a plane
	whole   bool        // which are all of them: they are split once for all bands
	scratch [][]float32 // by worker
	sums    [][]float32 // by worker: a tile's outputs of one chain, if there are several
	zeros   [4]float32  // a chain's bias
	chunk   int         // bands an item
	byRows  bool
	atOnce  int // groups of which a band is computed at once
	threads int

	out, in []float32
}

// outs are consecutive output channels of a group that share a kind of tile.
type outs struct {
	kind   kernel.PlaneKind
	from   int
	blocks int
	at     int // of the weights of its first block in a group
}

// band is a tile's place, in one group: some output rows at one depth.
type band struct {
	outs       *outs
	tile       *kernel.PlaneTile
	chains     []chain // that are added to the tile's
	out, in    int     // elements from the group's output and input, or scratch, to the tile
	weights    int     // of the taps of depths that are left out
	firstDepth int     // input depth and row that the scratch begins with, and how many
	firstRow   int
	rows       int
}

// chain is a part of a tile's taps, which are more than are summed in one chain: see problem.ChainTerms.
type chain struct {
	tile    *kernel.PlaneTile // into the rows of a worker's sums
	weights int               // before its own
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// Run implements problem.Conv.
func (c *Conv) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	c.out, c.in = out, in
	err := t.RunOn(ctx, c.threads, c)
	c.out, c.in = nil, nil
	return err
}

// Workspace implements problem.Conv.
func (c *Conv) Workspace() int {
	n := 0
	for _, list := range [][][]float32{c.scratch, c.sums} {
		for _, s := range list {
			n += 4 * len(s)
		}
	}
	return n
}

// Packed implements problem.Conv.
func (c *Conv) Packed() int { return 4 * (len(c.weights) + len(c.bias)) }

// Work implements workers.Job: one phase, an item for some bands of a group of the batch, or for a band of
// some groups where threads part the rows.
func (c *Conv) Work(m *workers.Worker) {
	p, bands, groups := &c.p, len(c.bands), c.p.N*c.p.Groups
	if c.byRows {
		perBand := (groups-1)/c.chunk + 1
		for i := m.Next(bands * perBand); i >= 0; i = m.Next(bands * perBand) {
			first := i % perBand * c.chunk
			c.groups(first, min(groups-first, c.chunk), &c.bands[i/perBand], m.ID)
		}
		return
	}
	total := groups * bands
	items := (total-1)/c.chunk + 1
	for i := m.Next(items); i >= 0; i = m.Next(items) {
		for at, to := i*c.chunk, min(total, (i+1)*c.chunk); at < to; {
			n := min(c.atOnce, (to-at)/bands, p.Groups-at/bands%p.Groups)
			if at%bands > 0 || n == 0 {
				c.band(at/bands, 1, &c.bands[at%bands], m.ID, true)
				at++
				continue
			}
			for b := range c.bands {
				c.band(at/bands, n, &c.bands[b], m.ID, b == 0 || !c.whole)
			}
			at += n * bands
		}
	}
}

// groups computes one band of n groups, counted over the batch, of which no more are computed at once than it has.
func (c *Conv) groups(first, n int, b *band, worker int) {
	for n > 0 {
		at := min(c.atOnce, n, c.p.Groups-first%c.p.Groups)
		c.band(first, at, b, worker, true)
		first, n = first+at, n-at
	}
}

// band computes one band of n groups, from rows that are split before unless they are those of another band.
func (c *Conv) band(image, n int, b *band, worker int, split bool) {
	p := &c.p
	cin, cout := p.C/p.Groups, p.O/p.Groups
	in := c.in[image*cin*volume(p.In):][:n*cin*volume(p.In)]
	out := c.out[image*cout*volume(p.Out):][:n*cout*volume(p.Out)]
	if c.pitch > 0 {
		if split {
			c.fill(c.scratch[worker], in, n, b)
		}
		in = c.scratch[worker]
	}
	group := image % p.Groups
	o, k := b.outs, b.outs.kind.Outs
	weights := c.weights[group*len(c.weights)/p.Groups+o.at+b.weights:]
	times := n * o.blocks
	if len(b.chains) > 0 || c.Finishes() {
		times = 1 // what is summed or read again is at hand
	}
	for i := 0; i < n*o.blocks; i += times {
		first := o.from + i*k
		dst, weights := out[first*volume(p.Out)+b.out:], weights[i*b.tile.SW:]
		p.ISA.DirectNCHW(b.tile, dst, in, b.in+i*b.tile.SP, weights, c.bias[group*cout+first:], times)
		for j := range b.chains {
			c.add(dst, in, b, weights, j, worker)
		}
		if c.Finishes() {
			c.done((image*cout+first)*volume(p.Out)+b.out, b.tile)
		}
	}
}

// FinishBy implements problem.Finishable. What is to be read again is not written past the caches.
func (c *Conv) FinishBy(f problem.Finisher) bool {
	for i := range c.bands {
		c.bands[i].tile.Stream = false
	}
	return c.Finishing.FinishBy(f)
}

// done hands over a tile whose first element is at.
func (c *Conv) done(at int, t *kernel.PlaneTile) {
	width := c.p.Out[2]
	if t.DS == width {
		c.Done(at, t.DP, t.Kind.Outs, t.Rows*width)
		return
	}
	for range t.Rows {
		c.Done(at, t.DP, t.Kind.Outs, width)
		at += t.DS
	}
}

// add computes a chain of a band and adds it to the outputs; the last one clamps them.
func (c *Conv) add(dst, in []float32, b *band, weights []float32, i, worker int) {
	p, t, sums := &c.p, b.chains[i].tile, c.sums[worker]
	p.ISA.DirectNCHW(t, sums, in, b.in, weights[b.chains[i].weights:], c.zeros[:], 1)
	lo, hi := problem.NoClamp()
	if i == len(b.chains)-1 {
		lo, hi = p.Lo, p.Hi
	}
	for o := range t.Kind.Outs {
		for r := range t.Rows {
			row := dst[o*b.tile.DP+r*b.tile.DS:][:p.Out[2]]
			p.ISA.Blend(row, row, sums[o*t.DP+r*t.DS:][:p.Out[2]], 1, 1, lo, hi)
		}
	}
}

// fill splits the rows that a band of n groups meets by phase, or pads them:
// scratch[group][channel][depth][row][phase][column].
func (c *Conv) fill(scratch, in []float32, n int, b *band) {
	p := &c.p
	if b.rows <= 0 {
		return
	}
	s, row, rows := c.split, c.pitch, b.rows
	plane := p.In[1] * p.In[2]
	planes := n * p.C / p.Groups * c.depth
	if c.whole { // one after the other
		planes, rows = 1, planes*rows
	}
	for i := range planes {
		depth := b.firstDepth + i%c.depth*p.Dilation[0]
		if depth < 0 || depth >= p.In[0] {
			continue
		}
		src := in[(i/c.depth*p.In[0]+depth)*plane+b.firstRow*p.In[2]:]
		dst := scratch[i*c.rows*row:]
		if c.padded {
			c.pad(dst, src, rows)
			continue
		}
		if s == 2 {
			p.ISA.DeinterleavePairs(dst, dst[c.phase:], row, src, p.In[2], p.In[2], rows)
			continue
		}
		whole := p.In[2] / s // columns that every phase has
		if whole > 0 {
			p.ISA.DeinterleaveRows(dst, c.phase, row, src, s, p.In[2], s, whole, rows)
		}
		for r := range rows {
			for ph, v := range src[r*p.In[2]:][:p.In[2]][whole*s:] {
				dst[r*row+ph*c.phase+whole] = v
			}
		}
	}
}

// pad copies rows between columns of zeros.
func (c *Conv) pad(dst, src []float32, rows int) {
	width, from := c.p.In[2], min(c.p.Pads[2].Begin, c.pitch)
	for r := range rows {
		row := dst[r*c.pitch:][:c.pitch]
		clear(row[:from])
		clear(row[from+copy(row[from:], src[r*width:][:width]):])
	}
}

// Buffers are the rows that tiles read: they may be replaced, between
// runs, by other memory of the same size.
func (c *Conv) Buffers() *problem.Buffers {
	all := &problem.Buffers{}
	for _, s := range [][][]float32{c.scratch, c.sums} {
		for i := range s {
			all.Add(i, &s[i])
		}
	}
	return all
}
