package dense

// winogradTask is one block of tiles of one image and group.
type winogradTask struct {
	*Winograd
	block    *tileBlock
	in, out  []float32 // the group's planes
	group    int
	band     []float32
	inputs   []float32 // [point][channel block][slice][tile][lanes]
	outputs  []float32 // [point][channel block of a chunk][slice][tile][lanes]
	tiles    int       // of a slice
	inPoint  int       // from one point to the next
	outPoint int
}

func (w *Winograd) task(i int, shared, own *arena) winogradTask {
	p := &w.p
	block, i := &w.blocks[i%len(w.blocks)], i/len(w.blocks)
	image, group := i/p.Groups, i%p.Groups
	in, out := p.groupIn()*volume(p.In), p.groupOut()*volume(p.Out)
	tiles := block.rows.len() * w.perRow
	return winogradTask{
		Winograd: w,
		block:    block,
		in:       w.in[(image*p.Groups+group)*in:][:in],
		out:      w.out[(image*p.Groups+group)*out:][:out],
		group:    group,
		band:     own.band,
		inputs:   shared.inputs,
		outputs:  own.outputs,
		tiles:    tiles,
		inPoint:  (w.inBlocks*w.slices()*tiles + 1) * w.lanes,
		outPoint: (2*w.chunks[0].len()*p.Out[0]*tiles + 1) * w.lanes,
	}
}

// transformIn fills the inputs of one channel block.
func (t *winogradTask) transformIn(block int) {
	p := &t.p
	channels := min(t.lanes, p.groupIn()-block*t.lanes)
	for s := range t.slices() {
		to := t.inputs[(block*t.slices()+s)*t.tiles*t.lanes:]
		id := s - p.Pad[0]
		if id < 0 || id >= p.In[0] {
			for f := range t.points * t.points {
				clear(to[f*t.inPoint:][:t.tiles*t.lanes])
			}
			continue
		}
		planes := t.in[block*t.lanes*volume(p.In)+id*p.In[1]*p.In[2]:]
		for _, b := range t.block.bands {
			t.packBand(b, planes, channels)
			for r := range b.n {
				t.transformRow(to[(b.row+r)*t.perRow*t.lanes:], t.band[(b.slot+r*t.m)*t.bandRow:])
			}
		}
	}
}

// packBand brings the band's rows of input, with their padding, to channel
// blocks.
func (t *winogradTask) packBand(b band, planes []float32, channels int) {
	p := &t.p
	width := t.bandRow / t.lanes
	left := min(p.Pad[2], width)
	n := min(p.In[2], width-left)
	for y := range (b.n-1)*t.m + t.points {
		row := t.band[(b.slot+y)*t.bandRow:][:t.bandRow]
		ih := b.phase + p.Dilation[1]*(b.index*t.m+y) - p.Pad[1]
		if ih < 0 || ih >= p.In[1] || n <= 0 {
			clear(row)
			continue
		}
		clear(row[:left*t.lanes])
		clear(row[(left+n)*t.lanes:])
		p.Level.BlockPack(row[left*t.lanes:], planes[ih*p.In[2]:], volume(p.In), channels, n)
	}
}

func (t *winogradTask) transformRow(to, from []float32) {
	step := t.p.Dilation[2] * t.lanes
	for _, c := range t.columns {
		t.p.Level.WinogradInput(t.points, to[c.first*t.lanes:], t.inPoint, from[c.phase*t.lanes:], t.bandRow, step, t.m*step, c.n)
	}
}

// multiply computes the outputs of a chunk of panels.
func (t *winogradTask) multiply(chunk span) {
	first := t.panels[chunk.from].block
	base := t.group * t.points * t.points * t.pointSize
	for point := range t.points * t.points {
		for i := chunk.from; i < chunk.to; i++ {
			// What comes next: the chunk's next panel, or its first of the
			// next point. Large weights come from memory, late.
			next := base + point*t.pointSize + t.panels[i].offset + t.panelSize(i)
			if i == chunk.to-1 {
				next = base + (point+1)*t.pointSize + t.panels[chunk.from].offset
			}
			t.products(point, t.panels[i], first, t.weights[min(next, len(t.weights)):])
		}
	}
	last := t.panels[chunk.to-1]
	for b := first; b < last.block+last.vectors; b++ {
		t.transformOut(b, b-first)
	}
}

// products multiplies one point of all tiles by a panel of output channels; the
// first tiles fetch the next weights.
func (t *winogradTask) products(point int, pn outPanel, first int, next []float32) {
	p := &t.p
	in := t.inputs[point*t.inPoint:]
	weights := t.weights[(t.group*t.points*t.points+point)*t.pointSize+pn.offset:]
	rows := p.Out[0] * t.tiles
	parts := ceilDiv(rows, p.Level.BlockedRows())
	inStride, outStride := t.slices()*t.tiles*t.lanes, rows*t.lanes
	out := t.outputs[point*t.outPoint+(pn.block-first)*outStride:]
	size := t.depth * pn.vectors * t.lanes
	for i := range parts {
		from, to := rows*i/parts, rows*(i+1)/parts
		for kd := range p.Kernel[0] {
			a := in[(from+kd*p.Dilation[0]*t.tiles)*t.lanes:]
			p.Level.GemmBlocked(out[from*t.lanes:], outStride, a, inStride, weights[kd*size:], next, t.depth, to-from, pn.vectors, kd > 0)
			next = next[min(len(next), 16*t.depth):]
		}
	}
}

// transformOut writes the outputs of one block of output channels, whose
// products are the chunk's index-th.
func (t *winogradTask) transformOut(block, index int) {
	p := &t.p
	channels := min(t.lanes, p.groupOut()-block*t.lanes)
	post := t.post[(t.group*t.outBlocks+block)*3*t.lanes:]
	step := p.Dilation[2] * t.lanes
	for od := range p.Out[0] {
		from := t.outputs[(index*p.Out[0]+od)*t.tiles*t.lanes:]
		planes := t.out[block*t.lanes*volume(p.Out)+od*p.Out[1]*p.Out[2]:]
		for i := range t.block.rows.len() {
			tile := i * t.perRow
			for _, c := range t.columns {
				p.Level.WinogradOutput(t.points, t.m, t.band[c.phase*t.lanes:], t.outRow, step, t.m*step,
					from[(tile+c.first)*t.lanes:], t.outPoint, post, c.n)
			}
			r := t.rows[t.block.rows.from+i]
			for y := range t.m {
				oh := r.phase + p.Dilation[1]*(r.index*t.m+y)
				if oh < p.Out[1] {
					p.Level.BlockUnpack(planes[oh*p.Out[2]:], volume(p.Out), t.band[y*t.outRow:], channels, p.Out[2])
				}
			}
		}
	}
}
