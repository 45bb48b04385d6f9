package dense

import "convx/internal/ops/problem"

// winogradTask is one block of tiles of one image and group.
type winogradTask struct {
	*Winograd
	block    *tileBlock
	part     *tilePart
	in, out  []float32 // the group's planes
	image    int
	group    int
	band     []float32
	inputs   []float32 // [point][channel block][slice][tile][lanes]
	outputs  []float32 // [point][channel block of a chunk][slice][tile][lanes]
	expanded []float32 // [point of a row][input channel][panel's channels]
	tiles    int       // of a slice
	inPoint  int       // from one point to the next
	outPoint int
}

func (w *Winograd) task(i int, shared, own *workspace) winogradTask {
	p := &w.p
	block, i := &w.blocks[i%len(w.blocks)], i/len(w.blocks)
	image, group := i/p.Groups, i%p.Groups
	in, out := p.GroupIn()*volume(p.In), p.GroupOut()*volume(p.Out)
	part := &w.parts[block.part]
	tiles := block.rows.len() * part.tiles
	return winogradTask{
		Winograd: w,
		block:    block,
		part:     part,
		in:       w.in[(image*p.Groups+group)*in:][:in],
		out:      w.out[(image*p.Groups+group)*out:][:out],
		image:    image,
		group:    group,
		band:     own.band,
		inputs:   shared.inputs,
		outputs:  own.outputs,
		expanded: own.weights,
		tiles:    tiles,
		inPoint:  (w.inBlocks*inputSlices(p)*tiles + 1) * w.lanes,
		outPoint: (2*w.widest*p.Out[0]*tiles + 1) * w.lanes,
	}
}

// transformIn fills the inputs of one channel block at some of the block's tile rows.
func (t *winogradTask) transformIn(block int, rows span) {
	p := &t.p
	channels := min(t.lanes, p.GroupIn()-block*t.lanes)
	for s := range inputSlices(p) {
		to := t.inputs[(block*inputSlices(p)+s)*t.tiles*t.lanes:]
		id := s - p.Pads[0].Begin
		if id < 0 || id >= p.In[0] {
			for f := range t.points * t.high {
				clear(to[f*t.inPoint:][rows.from*t.part.tiles*t.lanes : rows.to*t.part.tiles*t.lanes])
			}
			continue
		}
		planes := t.in[block*t.lanes*volume(p.In)+id*p.In[1]*p.In[2]:]
		for _, b := range t.block.bands {
			if b = b.within(rows); b.n <= 0 {
				continue
			}
			t.packBand(b, planes, channels)
			for r := range b.n {
				t.transformRow(to[(b.row+r)*t.part.tiles*t.lanes:], t.band[(b.slot+r*t.mHigh)*t.part.width*t.lanes:])
			}
		}
	}
}

// packBand brings the part of the band's rows of input, with their padding, to
// channel blocks.
func (t *winogradTask) packBand(b band, planes []float32, channels int) {
	p := &t.p
	size := t.part.width * t.lanes
	first := t.part.x - p.Pads[2].Begin // of the input's columns
	left := min(max(0, -first), t.part.width)
	n := min(p.In[2], first+t.part.width) - max(0, first)
	for y := range (b.n-1)*t.mHigh + t.high {
		row := t.band[(b.slot+y)*size:][:size]
		ih := p.Source(1, b.phase+p.Dilation[1]*(b.index*t.mHigh+y)-p.Pads[1].Begin)
		if ih < 0 || n <= 0 {
			clear(row)
			continue
		}
		clear(row[:left*t.lanes])
		clear(row[(left+n)*t.lanes:])
		p.ISA.PackNCHWc(row[left*t.lanes:], planes[ih*p.In[2]+max(0, first):], volume(p.In), channels, n)
		if p.NeedsPadding() {
			t.repeatBorder(row, first, left, left+n)
		}
	}
}

// repeatBorder copies to the padding of a packed row, before from and from to on, what stands there; the row begins at column
// first of the input, and has all of them.
func (t *winogradTask) repeatBorder(row []float32, first, from, to int) {
	repeat := func(x int) {
		copy(row[x*t.lanes:][:t.lanes], row[(t.p.Source(2, first+x)-first)*t.lanes:])
	}
	for x := range from {
		repeat(x)
	}
	for x := to; x < to+t.p.Pads[2].End; x++ {
		repeat(x)
	}
}

func (t *winogradTask) transformRow(to, from []float32) {
	p := &t.p
	size, tap := t.part.width*t.lanes, p.Dilation[2]*t.lanes
	for _, c := range t.part.columns {
		dst, src := to[c.first*t.lanes:], from[c.x*t.lanes:]
		if t.high == 1 {
			p.ISA.WinogradInputLine(t.points, dst, t.inPoint, src, tap, c.step*t.lanes, c.n)
		} else {
			p.ISA.WinogradInput(t.points, dst, t.inPoint, src, size, tap, c.step*t.lanes, c.n)
		}
	}
}

// multiply computes the outputs of a chunk of panels.
func (t *winogradTask) multiply(chunk span) {
	products := t.products
	if t.lines {
		products = t.lineProducts
	}
	first := t.panels[chunk.from].block
	for row := range t.groupSize / t.rowSize {
		from := t.group*t.groupSize + row*t.rowSize
		for i := chunk.from; i < chunk.to; i++ {
			at, size := from+t.each*t.panels[i].offset, t.each*t.panelSize(i)
			// What comes next: the chunk's next panel, or its first of the
			// next row. Large weights come from memory, late.
			next := at + size
			if i == chunk.to-1 {
				next = from + t.rowSize + t.each*t.panels[chunk.from].offset
			}
			products(row, t.panels[i], first, t.weights[at:at+size], part(t.weights, next, 2*size))
		}
	}
	last := t.panels[chunk.to-1]
	for b := first; b < last.block+last.vectors; b++ {
		t.transformOut(b, b-first)
	}
}

// part is n elements of s from one on, or what there is of them.
func part(s []float32, from, n int) []float32 {
	from = min(from, len(s))
	return s[from:min(from+n, len(s))]
}

// products multiplies one point of all tiles by a panel of output channels; the
// first tiles fetch the next weights.
func (t *winogradTask) products(point int, pn outPanel, first int, weights, next []float32) {
	row := pn.vectors * t.lanes
	for kd := range t.p.Kernel[0] {
		for k := 0; k < t.depth; k += problem.ChainTerms {
			depth := min(problem.ChainTerms, t.depth-k)
			at := (kd*t.depth + k) * row
			t.product(point, pn, first, kd, k, depth, weights[at:], next[min(at, len(next)):])
		}
	}
}

// lineProducts multiplies a row of points of all tiles by a panel, whose lines of taps become points before.
func (t *winogradTask) lineProducts(row int, pn outPanel, first int, weights, next []float32) {
	width, step := pn.vectors*t.lanes, t.expandedStep()
	for kd := range t.p.Kernel[0] {
		for k := 0; k < t.depth; k += problem.ChainTerms {
			depth := min(problem.ChainTerms, t.depth-k)
			at := (kd*3*t.depth + k) * width
			t.p.ISA.WinogradExpand(t.expanded, step, t.lanes, weights[at:], t.depth*width, t.lanes, t.flat, depth*pn.vectors)
			for point := range t.points {
				ahead := 3 * width * (kd*t.depth + k + depth*point/t.points)
				t.product(row*t.points+point, pn, first, kd, k, depth, t.expanded[point*step:], part(next, ahead, 3*width*depth/t.points))
			}
		}
	}
}

// product adds the products of a depth tap, and of depth input channels from k on, to those of one point.
func (t *winogradTask) product(point int, pn outPanel, first, kd, k, depth int, weights, next []float32) {
	p := &t.p
	rows := p.Out[0] * t.tiles
	inStride, outStride := inputSlices(p)*t.tiles*t.lanes, rows*t.lanes
	in := t.inputs[point*t.inPoint+kd*p.Dilation[0]*t.tiles*t.lanes+k/t.lanes*inStride:]
	out := t.outputs[point*t.outPoint+(pn.block-first)*outStride:]
	p.ISA.GemmNCHWc(out, outStride, in, inStride, weights, next, depth, rows, pn.vectors, kd+k > 0)
}

// expandedStep is the floats from one point of a row of expanded weights to the next: a vector more than a panel's keeps them off
// powers of two.
func (w *Winograd) expandedStep() int { return (2*min(problem.ChainTerms, w.depth) + 1) * w.lanes }

// transformOut writes the outputs of one block of output channels, whose
// products are the chunk's index-th.
func (t *winogradTask) transformOut(block, index int) {
	p := &t.p
	channels := min(t.lanes, p.GroupOut()-block*t.lanes)
	post := t.post[(t.group*t.outBlocks+block)*3*t.lanes:]
	for od := range p.Out[0] {
		from := t.outputs[(index*p.Out[0]+od)*t.tiles*t.lanes:]
		planes := t.out[block*t.lanes*volume(p.Out)+od*p.Out[1]*p.Out[2]:]
		for i := range t.block.rows.len() {
			t.transformOutRow(from[i*t.part.tiles*t.lanes:], post)
			r := t.rows[t.block.rows.from+i]
			out := t.part.out
			for y := range t.mHigh {
				oh := r.phase + p.Dilation[1]*(r.index*t.mHigh+y)
				if oh < p.Out[1] {
					p.ISA.UnpackNCHWc(planes[oh*p.Out[2]+out.from:], volume(p.Out), t.band[y*t.part.width*t.lanes:], channels, out.len())
				}
			}
		}
		if t.Finishes() {
			t.done(((t.image*p.Groups+t.group)*p.GroupOut()+block*t.lanes)*volume(p.Out)+od*p.Out[1]*p.Out[2], channels)
		}
	}
}

// done hands over what the task has written of a depth slice of some channels, the first of which begins at first.
func (t *winogradTask) done(first, channels int) {
	p, out := &t.p, t.part.out
	for i := range t.block.bands {
		b := &t.block.bands[i]
		rows := min(b.n*t.mHigh, ceilDiv(p.Out[1]-b.phase, p.Dilation[1])-b.index*t.mHigh)
		at := first + (b.phase+p.Dilation[1]*b.index*t.mHigh)*p.Out[2] + out.from
		if p.Dilation[1] == 1 && out.len() == p.Out[2] {
			t.Done(at, volume(p.Out), channels, rows*p.Out[2])
			continue
		}
		for range rows {
			t.Done(at, volume(p.Out), channels, out.len())
			at += p.Dilation[1] * p.Out[2]
		}
	}
}

// transformOutRow brings one tile row's products to rows of outputs.
func (t *winogradTask) transformOutRow(from, post []float32) {
	p := &t.p
	size, tap := t.part.width*t.lanes, p.Dilation[2]*t.lanes
	for _, c := range t.part.columns {
		dst, src := t.band[c.x*t.lanes:], from[c.first*t.lanes:]
		if t.high == 1 {
			p.ISA.WinogradOutputLine(t.points, t.m, dst, tap, c.step*t.lanes, src, t.outPoint, post, c.n)
		} else {
			p.ISA.WinogradOutput(t.points, t.m, dst, size, tap, c.step*t.lanes, src, t.outPoint, post, c.n)
		}
	}
}
