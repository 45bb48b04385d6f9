package planes

import (
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// lister makes bands and the tiles that they share.
type lister struct {
	*Conv
	masks *kernel.PlaneMasks
	tiles map[tileKey]chains
}

// chains is a tile, and those that are added to it.
type chains struct {
	tile *kernel.PlaneTile
	more []chain
}

// tileKey is what tiles of the same kind differ by: rows, how many source
// rows are missing above and below, and the kernel's depths that exist.
type tileKey struct {
	kind                kernel.PlaneKind
	rows, above, below  int
	fromDepth, depthEnd int
}

// list makes the bands of some output planes at one depth.
func (l *lister) list(depth int, o *outs) {
	p := &l.p
	step := l.step(o.kind)
	for first := range min(step, p.Out[1]) {
		n := (p.Out[1]-first-1)/step + 1
		parts := (n-1)/o.kind.Rows(p.ISA) + 1
		for i := range parts {
			from, to := n*i/parts, n*(i+1)/parts
			l.bands = append(l.bands, l.band(depth, o, first+from*step, step, to-from))
		}
	}
}

// band is the output rows y, y+step… at one depth.
func (l *lister) band(depth int, o *outs, y, step, rows int) band {
	p := &l.p
	top := y*p.Stride[1] - p.Pads[1].Begin
	extent := (rows-1)*step*p.Stride[1] + (p.Kernel[1]-1)*p.Dilation[1] + 1
	front := depth*p.Stride[0] - p.Pads[0].Begin
	key := tileKey{kind: o.kind, rows: rows, above: max(0, -top), below: max(0, top+extent-p.In[1])}
	for key.fromDepth < p.Kernel[0] && front+key.fromDepth*p.Dilation[0] < 0 {
		key.fromDepth++
	}
	for key.depthEnd = key.fromDepth; key.depthEnd < p.Kernel[0] && front+key.depthEnd*p.Dilation[0] < p.In[0]; {
		key.depthEnd++
	}
	if key.fromDepth >= key.depthEnd {
		key.fromDepth, key.depthEnd = 0, 0
	}
	t := l.tiles[key]
	if t.tile == nil {
		t = l.chains(l.tile(key, step, extent))
		l.tiles[key] = t
	}
	perDepth := l.weightsOf() / p.Kernel[0] * o.kind.Outs
	row := max(0, top)
	b := band{
		outs: o, tile: t.tile, chains: t.more,
		out:        (depth*p.Out[1] + y) * p.Out[2],
		in:         (front*p.In[1]+top)*p.In[2] - p.Pads[2].Begin,
		weights:    key.fromDepth * perDepth,
		firstDepth: front,
		firstRow:   row, rows: min(p.In[1], top+extent) - row,
	}
	if l.pitch > 0 {
		b.in = 0
	}
	if l.whole {
		b.in, b.firstRow, b.rows = top*l.pitch, 0, p.In[1]
	}
	return b
}

func (l *lister) tile(key tileKey, step, extent int) *kernel.PlaneTile {
	p := &l.p
	k := key.kind
	t := &kernel.PlaneTile{
		Kind: k, Rows: key.rows, Masks: l.masks,
		DS: step * p.Out[2], DP: volume(p.Out), SW: l.weightsOf() * k.Outs, Lo: p.Lo, Hi: p.Hi, Stream: l.streams(), Far: l.far(),
	}
	rowStep, kernelRows := step*p.Stride[1], p.Kernel[1]
	if k.Kernel > 1 {
		rowStep, kernelRows = p.Dilation[1], 1
	}
	t.SS = rowStep * l.rowSize()
	t.Step = p.Stride[2] / l.split
	switch {
	case l.atOnce <= 1:
	case l.pitch > 0:
		t.SP = l.scratchSize()
	default:
		t.SP = p.C / p.Groups * volume(p.In)
	}
	for d := key.fromDepth; d < key.depthEnd; d++ {
		for ch := range p.C / p.Groups {
			for kh := range kernelRows {
				h := kh * p.Dilation[1]
				// Bit i is set if source row i exists.
				bits := uint32(0)
				for i := range (key.rows-1)*k.Stride + k.Kernel {
					if at := h + i*rowStep; at >= key.above && at < extent-key.below {
						bits |= 1 << i
					}
				}
				for kw := range p.Kernel[2] {
					t.Taps = append(t.Taps, p.ISA.NewPlaneTap(l.offset(key, ch, d, h, kw), kw, bits))
				}
			}
		}
	}
	if t.Taps == nil { // padding alone
		t.Taps = append(t.Taps, p.ISA.NewPlaneTap(0, 0, 0))
	}
	return t
}

// chains cuts the taps of a tile where they are too many to be summed in one chain.
func (l *lister) chains(t *kernel.PlaneTile) chains {
	p, taps := &l.p, t.Taps
	parts := 1
	if n := len(taps) * t.Kind.Kernel; n > longestChain {
		parts = (n-1)/problem.ChainTerms + 1
	}
	c := chains{tile: t}
	for i := range parts {
		from, to := len(taps)*i/parts, len(taps)*(i+1)/parts
		part := t
		if i > 0 {
			copied := *t
			part = &copied
			part.DS, part.DP = p.Out[2], t.Rows*p.Out[2]
			c.more = append(c.more, chain{tile: part, weights: from * t.Kind.Kernel * t.Kind.Outs})
		}
		part.Taps = taps[from:to]
		if parts > 1 {
			part.Lo, part.Hi = problem.NoClamp()
		}
		part.Check(p.ISA)
	}
	return c
}

// rowSize is the elements from one row of what tiles read to the next.
func (l *lister) rowSize() int {
	if l.pitch > 0 {
		return l.pitch
	}
	return l.p.In[2]
}

// offset is the elements from a band's place to what its first output meets
// in a channel, at depth d of the kernel, h rows below the top, and column kw.
func (l *lister) offset(key tileKey, channel, d, h, kw int) int {
	p := &l.p
	if l.pitch == 0 {
		plane := p.In[1] * p.In[2]
		return (channel*p.In[0]+d*p.Dilation[0])*plane + h*p.In[2] + kw*p.Dilation[2]
	}
	row := (channel*l.depth+d)*l.rows + h
	if !l.whole { // the scratch begins with the first row that exists
		row -= key.above
	}
	if l.padded {
		return row*l.pitch + kw*p.Dilation[2]
	}
	at := kw*p.Dilation[2] - p.Pads[2].Begin
	phase := (at%l.split + l.split) % l.split
	return row*l.pitch + phase*l.phase + (at-phase)/l.split
}
