package dense

import "convx/internal/ops/problem"

// packSlice brings one channel block of one depth slice of a band's input to
// blocks, with zeros beside it. image counts samples and groups.
func (d *DirectNCHWc) packSlice(planes, spare []float32, image, band, item int) {
	p := &d.p
	block, slice := item/d.slices, item%d.slices
	id := slice - p.Pads[0].Begin
	if id < 0 || id >= p.In[0] {
		return // no tap reads it
	}
	channels := min(d.lanes, p.GroupIn()-block*d.lanes)
	src := d.in[(image*p.GroupIn()+block*d.lanes)*volume(p.In)+id*p.In[1]*p.In[2]:]
	dst := planes[block*d.blockSize()+slice*d.tall*d.rowSize:]
	first, last := rowsOf(p, d.bands[band])
	for ih := first; ih < last; ih++ {
		d.packRow(dst[(ih-first)*d.rowSize:][:d.rowSize], spare, src[ih*p.In[2]:], channels)
	}
}

// packRow writes a row of input with its padding, phase by phase of the stride.
func (d *DirectNCHWc) packRow(dst, spare, src []float32, channels int) {
	p := &d.p
	s, left := p.Stride[2], d.left
	width := min(s*d.half, laneWidth(p))
	n := min(p.In[2], width-left)
	if n <= 0 {
		clear(dst)
		return
	}
	if s == 1 {
		clear(dst[:left*d.lanes])
		clear(dst[(left+n)*d.lanes:])
		p.ISA.PackNCHWc(dst[left*d.lanes:], src, volume(p.In), channels, n)
		return
	}
	if left > 0 || left+n < s*d.half {
		clear(dst)
	}
	at := func(x int) []float32 { return dst[(x%s*d.half+x/s)*d.lanes:] }
	if s == 2 && n > 1 {
		p.ISA.PackNCHWcPhases(at(left), at(left+1), src, volume(p.In), channels, n)
		return
	}
	p.ISA.PackNCHWc(spare, src, volume(p.In), channels, n)
	for x := range n {
		copy(at(left + x)[:d.lanes], spare[x*d.lanes:][:d.lanes])
	}
}

// multiply computes one panel of output channels of one tile group.
func (d *DirectNCHWc) multiply(planes, products []float32, image, band, item int) {
	p := &d.p
	rows := d.bands[band]
	groups := d.groups[rows.len()]
	g := &groups[item%len(groups)]
	pn := d.panels[item/len(groups)]
	group := image % p.Groups
	weights := d.weights[group*d.perGroup+pn.offset:]
	bias := d.bias[(group*d.outBlocks+pn.block)*d.lanes:][:pn.vectors*d.lanes]
	size := g.n * d.lanes
	chunk := chainBlocks(pn.vectors, d.lanes)
	for from := 0; from < p.Kernel[0]*p.Kernel[1]*p.Kernel[2]*d.inBlocks; from += chunk {
		for i := range g.tiles {
			d.tile(products[:pn.vectors*size], size, planes, weights, bias, g.od, rows, &g.tiles[i], span{from, from + chunk}, pn.vectors)
		}
	}
	plane := volume(p.Out)
	for v := range pn.vectors {
		c := (pn.block + v) * d.lanes
		out := d.out[(image*p.GroupOut()+c)*plane+(g.od*p.Out[1]+rows.from)*p.Out[2]+g.start:]
		p.ISA.UnpackNCHWc(out, plane, products[v*size:], min(d.lanes, p.GroupOut()-c), g.n)
	}
}

// chainBlocks is how many blocks of input channels are multiplied before others of the same weights: as many as the caches
// hold, and no more than a chain of sums.
func chainBlocks(vectors, lanes int) int {
	return max(1, min(directChunkBytes/(4*vectors*lanes*lanes), problem.ChainTerms/lanes))
}

// tile adds a chunk of the taps to one tile of a band of output rows.
func (d *DirectNCHWc) tile(products []float32, size int, planes, weights, bias []float32, od int, rows span, t *tile, chunk span, vectors int) {
	p := &d.p
	s := &d.segments[t.segment]
	depth, height := d.valid[0][od], d.valid[1][rows.from+t.oh]
	slice := p.Kernel[1] * s.row // entries of a slice of the kernel
	first, last := depth.from*slice+height.from*s.row, (depth.to-1)*slice+height.to*s.row
	c := products[t.at*d.lanes:]
	if depth.len() <= 0 || height.len() <= 0 || s.row == 0 {
		if chunk.from == 0 {
			d.onlyBias(c, size, bias, t.n, vectors)
		}
		return
	}
	top, _ := rowsOf(p, rows)
	at := (od*p.Stride[0]*d.tall+(rows.from+t.oh)*p.Stride[1]-p.Pads[1].Begin-top)*d.rowSize + (t.ow-p.Pads[2].Begin+d.left)*d.lanes
	for kd := depth.from; kd < depth.to; kd++ {
		from := max(chunk.from, kd*slice+height.from*s.row)
		to := min(chunk.to, kd*slice+height.to*s.row)
		if from >= to {
			continue
		}
		lo, hi := problem.NoClamp()
		if to == last {
			lo, hi = p.Lo, p.Hi
		}
		b := bias
		if from > first {
			b = nil
		}
		p.ISA.DirectNCHWc(c, size, planes, at, weights, s.taps[vectors-1][from:to], t.n, vectors, b, lo, hi, from > first)
	}
}

// onlyBias is the outputs that meet nothing but padding.
func (d *DirectNCHWc) onlyBias(c []float32, size int, bias []float32, n, vectors int) {
	for v := range vectors {
		for i := range n * d.lanes {
			c[v*size+i] = min(max(bias[v*d.lanes+i%d.lanes], d.p.Lo), d.p.Hi)
		}
	}
}
