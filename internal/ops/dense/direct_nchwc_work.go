package dense

import "convx/internal/ops/problem"

// directJob is a part of a band of an image, counted in samples and groups, for one worker.
type directJob struct {
	d                 *DirectNCHWc
	image, band, part int
	worker, planes    int // whose spare row and products, whose planes and sums
}

// slices is the items of pack, items those of multiply: the tile groups of the band times the panels of output channels.
func (j *directJob) slices() int { return j.d.parts[j.part].len() * j.d.slices }
func (j *directJob) items() int  { return len(j.groups()) * len(j.d.panels) }

func (j *directJob) groups() []tileGroup { return j.d.groups[j.d.bands[j.band].len()] }

// pack brings one channel block of one depth slice of the band's input to blocks, with zeros beside it.
func (j *directJob) pack(item int) {
	d, p := j.d, &j.d.p
	block, slice := item/d.slices, item%d.slices
	id := slice - p.Pads[0].Begin
	if id < 0 || id >= p.In[0] {
		return // no tap reads it
	}
	channel := (d.parts[j.part].from + block) * d.lanes
	channels := min(d.lanes, p.GroupIn()-channel)
	src := d.in[(j.image*p.GroupIn()+channel)*volume(p.In)+id*p.In[1]*p.In[2]:]
	dst := d.planes[j.planes][block*d.blockSize()+slice*d.tall*d.rowSize:]
	first, last := rowsOf(p, d.bands[j.band])
	for ih := first; ih < last; ih++ {
		d.packRow(dst[(ih-first)*d.rowSize:][:d.rowSize], d.spare[j.worker], src[ih*p.In[2]:], channels)
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

// multiply computes one panel of output channels of one tile group, or adds the part to it.
func (j *directJob) multiply(item int) {
	d, p := j.d, &j.d.p
	groups := j.groups()
	at, panel := item%len(groups), item/len(groups)
	if d.byPixels {
		at, panel = item/len(d.panels), item%len(d.panels)
	}
	g, pn := &groups[at], d.panels[panel]
	group := j.image % p.Groups
	t := directTiles{
		directJob: j, g: g, vectors: pn.vectors,
		weights: d.weights[group*d.perGroup+pn.offset:],
		bias:    d.bias[(group*d.outBlocks+pn.block)*d.lanes:][:pn.vectors*d.lanes],
	}
	if len(d.parts) == 1 {
		t.size = g.n * d.lanes
		t.sums = d.products[j.worker][:pn.vectors*t.size]
	} else {
		t.size = d.pixels() * d.lanes
		t.sums = d.sums[j.planes][pn.block*t.size+(g.od*d.bands[j.band].len()*p.Out[2]+g.start)*d.lanes:]
	}
	chunk := chainBlocks(pn.vectors, d.lanes)
	for from := 0; from < volume(p.Kernel)*d.parts[j.part].len(); from += chunk {
		for i := range g.runs {
			t.add(&g.runs[i], span{from, from + chunk})
		}
	}
	if j.part < len(d.parts)-1 {
		return
	}
	plane := volume(p.Out)
	for v := range pn.vectors {
		c := (pn.block + v) * d.lanes
		at, channels := (j.image*p.GroupOut()+c)*plane+(g.od*p.Out[1]+d.bands[j.band].from)*p.Out[2]+g.start, min(d.lanes, p.GroupOut()-c)
		p.ISA.UnpackNCHWc(d.out[at:], plane, t.sums[v*t.size:], channels, g.n)
		d.Done(at, plane, channels, g.n)
	}
}

// chainBlocks is how many blocks of input channels are multiplied before others of the same weights: as many as the caches
// hold, and no more than a chain of sums.
func chainBlocks(vectors, lanes int) int {
	return max(1, min(directChunkBytes/(4*vectors*lanes*lanes), problem.ChainTerms/lanes))
}

// directTiles is a tile group of a job and a panel of output channels.
type directTiles struct {
	*directJob
	g             *tileGroup
	sums          []float32
	size          int // floats from one vector of channels to the next
	vectors       int
	weights, bias []float32
}

// add adds a chunk of the part's taps to a run of pixels; the group's first ones fetch the weights that follow.
func (g *directTiles) add(t *pixelRun, chunk span) {
	d, p := g.d, &g.d.p
	rows := d.bands[g.band]
	s := &d.segments[g.part][t.segment]
	depth, height := d.valid[0][g.g.od], d.valid[1][rows.from+t.oh]
	slice := p.Kernel[1] * s.row // entries of a slice of the kernel
	first, last := depth.from*slice+height.from*s.row, (depth.to-1)*slice+height.to*s.row
	c := g.sums[t.at*d.lanes:]
	if depth.len() <= 0 || height.len() <= 0 || s.row == 0 {
		if chunk.from == 0 && g.part == 0 {
			g.onlyBias(c, t.n)
		}
		return
	}
	top, _ := rowsOf(p, rows)
	at := (g.g.od*p.Stride[0]*d.tall+(rows.from+t.oh)*p.Stride[1]-p.Pads[1].Begin-top)*d.rowSize + (t.ow-p.Pads[2].Begin+d.left)*d.lanes
	for kd := depth.from; kd < depth.to; kd++ {
		from := max(chunk.from, kd*slice+height.from*s.row)
		to := min(chunk.to, kd*slice+height.to*s.row)
		if from >= to {
			continue
		}
		lo, hi := problem.NoClamp()
		if to == last && g.part == len(d.parts)-1 {
			lo, hi = p.Lo, p.Hi
		}
		b, more := g.bias, from > first || g.part > 0
		if more {
			b = nil
		}
		taps := s.taps[g.vectors-1][from:to]
		row, last := g.vectors*d.lanes, taps[len(taps)-1]
		next := last.B/4 + last.Depth*row
		ahead := weightsAhead(g.weights, next, (next-taps[0].B/4)/row, row, t.at/p.ISA.NCHWcRows())
		p.ISA.DirectNCHWc(c, g.size, d.planes[g.planes], at, g.weights, ahead, taps, t.n, g.vectors, b, lo, hi, more)
	}
}

// askedAhead is the elements that a tile has the cache ask for with each row of the weights.
const askedAhead = 16

// weightsAhead is what a product asks for that multiplies depth rows of weights, of as many that begin at next: all but what
// the tiles before it, of other pixels, have asked for. Large weights come from memory, late.
func weightsAhead(weights []float32, next, depth, row, before int) []float32 {
	asked := min(row, before*askedAhead) * depth
	return part(weights, next+asked, depth*row-asked)
}

// onlyBias is the outputs that meet nothing but padding.
func (g *directTiles) onlyBias(c []float32, n int) {
	lanes := g.d.lanes
	for v := range g.vectors {
		for i := range n * lanes {
			c[v*g.size+i] = min(max(g.bias[v*lanes+i%lanes], g.d.p.Lo), g.d.p.Hi)
		}
	}
}
