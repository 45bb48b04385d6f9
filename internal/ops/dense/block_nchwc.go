package dense

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// BlockNCHWc is a Block on channel blocks from the first stage to the last: the input is brought to blocks
// once, and the output back once. An item expands a block or two of channels and filters them while they are in the
// first caches.
type BlockNCHWc struct {
	Frame
	lanes   *DepthwiseNCHWc // the depthwise convolution
	expand  *blockMatrix
	project *blockMatrix

	input      []float32 // [block][pixel][lane], if there is something to expand
	filtered   []float32 // [block][pixel][lane], if there is something to project
	parts      []span    // of the input's pixels: a block of each is an item
	groups     []span    // of the output's pixels: a panel of each is an item
	workspaces []blockNCHWcWorkspace

	out, in []float32
}

// blockNCHWcWorkspace is one worker's memory: a panel of expanded channels with their padding, and a group's products, or a block of
// filtered channels where there is nothing to project.
type blockNCHWcWorkspace struct{ planes, products []float32 }

const (
	blocksMost  = 6 << 20 // bytes of what is shared, and of an workspace
	blocksGroup = 4       // tiles of an item of the last product
	twiceMost   = 16      // one in so many rows may be expanded twice
)

// BlockNCHWcDeclines says why NewBlockNCHWc cannot compute a block around the depthwise convolution p, of so many input
// channels, or "".
func BlockNCHWcDeclines(p *problem.Convolution, channels int) string {
	if why := DepthwiseNCHWcDeclines(p); why != "" {
		return why
	}
	lanes := p.ISA.Block()
	shared := roundUp(channels, lanes)*volume(p.In) + roundUp(p.C, lanes)*(volume(p.Out)+1)
	if 4*shared > blocksMost || 2*laneBandBytes(p, p.Out[1]) > blocksMost/2 {
		return lang.Text("its channels exceed the workspace")
	}
	return ""
}

// stridedExpansion is how many times its input's channels a block with a stride filters at least where channel blocks pay
// whatever the size of its planes; none where nobody has measured.
var stridedExpansion = [kernel.Cores]int{kernel.CoreAVX2: 2, kernel.CoreAVX512: 4}

// BlockPays reports whether a block's stages at once may be quicker than in turn around the depthwise convolution p at all. In pure
// Go, which computes slower than any cache delivers, they are not: what copies save is less than what short rows lose.
func BlockPays(p *problem.Convolution) bool { return p.ISA != kernel.Generic }

// StridedBlockPays reports whether an expanded block around the depthwise convolution p, of so many input channels, has a
// stride that makes channel blocks the quicker ones: filters of wide rows split those first.
func StridedBlockPays(p *problem.Convolution, channels int) bool {
	least := stridedExpansion[p.ISA.Core()]
	return p.Stride[2] > 1 && least > 0 && p.C >= least*channels
}

// NewBlockNCHWc prepares a block, which BlockNCHWcDeclines does not decline.
func NewBlockNCHWc(block Block) *BlockNCHWc {
	p := &block.Depthwise
	b := &BlockNCHWc{Frame: block.Frame(), lanes: newDepthwiseNCHWc(*p, block.Weights, block.Bias)}
	b.lanes.makeBands(b.bands())
	lanes := b.lanes.lanes
	if block.Expand != nil {
		b.expand = newBlockMatrix(p, block.Expand, b.Channels, volume(p.In)*lanes)
		b.input = problem.Aligned(ceilDiv(b.Channels, lanes) * volume(p.In) * lanes)
		b.parts = split(volume(p.In), p.Threads)
	}
	products := b.filteredSize()
	if block.Project != nil {
		b.project = newBlockMatrix(p, block.Project, p.C, b.filteredSize())
		b.filtered = problem.Aligned(ceilDiv(p.C, lanes) * b.filteredSize())
		tiles := ceilDiv(volume(p.Out), p.ISA.NCHWcRows())
		for _, g := range split(tiles, ceilDiv(tiles, blocksGroup)) {
			b.groups = append(b.groups, span{g.from * p.ISA.NCHWcRows(), min(g.to*p.ISA.NCHWcRows(), volume(p.Out))})
		}
		products = 2 * blocksGroup * p.ISA.NCHWcRows() * lanes
	}
	for range max(1, p.Threads) {
		a := blockNCHWcWorkspace{products: problem.Aligned(products)}
		for range b.vectors() {
			a.planes = append(a.planes, b.lanes.band()...)
		}
		b.workspaces = append(b.workspaces, a)
	}
	return b
}

// bands is how many bands of rows the cache asks for, and threads: who has the same rows throughout reads what it wrote itself. They
// share channels where that would expand too many rows twice.
func (b *BlockNCHWc) bands() int {
	p := &b.lanes.p
	if p.Out[0] > 1 {
		return 1
	}
	n := laneBands(p)
	shared := roundUp(n, max(1, p.Threads))
	twice := max(0, bandRows(p, 1)-p.Stride[1])
	if shared <= p.Out[1] && twiceMost*twice*shared <= p.In[1] {
		return shared
	}
	return n
}

// filteredSize is the floats from one block of filtered channels to the next: a pixel more than there are keeps them
// off powers of two, whose lines would all compete for one set of the cache.
func (b *BlockNCHWc) filteredSize() int { return (volume(b.lanes.p.Out) + 1) * b.lanes.lanes }

// vectors is the blocks of channels that one item filters.
func (b *BlockNCHWc) vectors() int {
	if b.expand == nil {
		return 1
	}
	return 2
}

// Workspace implements problem.Conv.
func (b *BlockNCHWc) Workspace() int {
	n := len(b.input) + len(b.filtered)
	for _, a := range b.workspaces {
		n += len(a.planes) + len(a.products)
	}
	return 4 * n
}

// Packed implements problem.Conv.
func (b *BlockNCHWc) Packed() int {
	n := b.lanes.Packed()
	for _, m := range []*blockMatrix{b.expand, b.project} {
		if m != nil {
			n += m.packed()
		}
	}
	return n
}

// Run implements problem.Conv.
func (b *BlockNCHWc) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	b.out, b.in = out, in
	err := t.RunOn(ctx, b.lanes.p.Threads, b)
	b.out, b.in = nil, nil
	return err
}

// Work implements workers.Job, an image after the other: copy, expand and filter, project.
func (b *BlockNCHWc) Work(m *workers.Worker) {
	p := &b.lanes.p
	for image := range p.N {
		in := b.in[image*b.Channels*volume(p.In):][:b.Channels*volume(p.In)]
		out := b.out[image*b.Outs*volume(p.Out):][:b.Outs*volume(p.Out)]
		if b.expand != nil {
			blocks := ceilDiv(b.Channels, b.lanes.lanes)
			n := blocks * len(b.parts)
			for i := m.Next(n); i >= 0; i = m.Next(n) {
				b.pack(in, i%blocks, b.parts[i/blocks])
			}
		}
		panels := ceilDiv(p.C, b.lanes.lanes)
		if b.expand != nil {
			panels = len(b.expand.panels)
		}
		n := panels * len(b.lanes.bands)
		for i := m.Next(n); i >= 0; i = m.Next(n) {
			b.filter(out, in, i%panels, b.lanes.bands[i/panels], &b.workspaces[m.ID])
		}
		if b.project == nil {
			continue
		}
		n = len(b.project.panels) * len(b.groups)
		for i := m.Next(n); i >= 0; i = m.Next(n) {
			b.multiply(out, in, i%len(b.project.panels), b.groups[i/len(b.project.panels)], b.workspaces[m.ID].products)
		}
	}
}

// pack brings some pixels of one block of the input's channels together.
func (b *BlockNCHWc) pack(in []float32, block int, pixels span) {
	p, lanes := &b.lanes.p, b.lanes.lanes
	n := volume(p.In)
	p.ISA.PackNCHWc(b.input[(block*n+pixels.from)*lanes:], in[block*lanes*n+pixels.from:], n, min(lanes, b.Channels-block*lanes), pixels.len())
}

// filter computes a band of the depthwise convolution of one panel's channels, which it first expands.
func (b *BlockNCHWc) filter(out, in []float32, panel int, band span, a *blockNCHWcWorkspace) {
	l := b.lanes
	if b.expand == nil {
		l.pack(a.planes, in[panel*l.lanes*volume(l.p.In):], panel, band)
		b.filterBlock(out, a.planes, panel, band, a)
		return
	}
	pn, size := b.expand.panels[panel], len(a.planes)/b.vectors()
	b.expandPanel(a.planes, size, panel, band)
	for v := range pn.vectors {
		b.filterBlock(out, a.planes[v*size:], pn.block+v, band, a)
	}
}

// filterBlock computes a band of the depthwise convolution of one block of channels.
func (b *BlockNCHWc) filterBlock(out, planes []float32, block int, band span, a *blockNCHWcWorkspace) {
	l, plane := b.lanes, volume(b.lanes.p.Out)
	at, n := band.from*l.p.Out[2], l.p.Out[0]*band.len()*l.p.Out[2]
	y := a.products
	if b.project != nil {
		y = b.filtered[block*b.filteredSize()+at*l.lanes:]
	}
	l.filter(y, planes, block, band)
	if b.Activate != nil {
		b.Activate(y[:n*l.lanes])
	}
	if b.project == nil {
		l.p.ISA.UnpackNCHWc(out[block*l.lanes*plane+at:], plane, y, l.channelsOf(block), n)
	}
}

// expandPanel writes a band of the expanded channels of one panel where the depthwise convolution reads them, between their
// padding.
func (b *BlockNCHWc) expandPanel(planes []float32, size, panel int, band span) {
	l, p := b.lanes, &b.lanes.p
	n := min(p.In[2], l.width-l.left)
	if n <= 0 {
		return
	}
	first, last := rowsOf(p, band)
	tiles := ceilDiv(n, p.ISA.NCHWcRows())
	for slice := range p.In[0] {
		for row := first; row < last; row++ {
			from := (slice*p.In[1] + row) * p.In[2] * l.lanes
			to := ((slice*l.tall+row-first)*l.width + l.left) * l.lanes
			y := planes[to:]
			b.expand.multiply(y, size, b.input[from:], panel, n, (row-first)*tiles)
			if b.expand.activate == nil {
				continue
			}
			for v := range b.expand.panels[panel].vectors {
				b.expand.activate(y[v*size:][:n*l.lanes])
			}
		}
	}
}

// multiply computes the last product for one panel of output channels at some pixels.
func (b *BlockNCHWc) multiply(out, in []float32, panel int, pixels span, products []float32) {
	p, lanes := &b.lanes.p, b.lanes.lanes
	start, n := pixels.from, pixels.len()
	b.project.multiply(products, n*lanes, b.filtered[start*lanes:], panel, n, 0)
	plane := volume(p.Out)
	pn := b.project.panels[panel]
	for v := range pn.vectors {
		c := (pn.block + v) * lanes
		channels := min(lanes, b.project.out-c)
		p.ISA.UnpackNCHWc(out[c*plane+start:], plane, products[v*n*lanes:], channels, n)
		if !b.Residual {
			continue
		}
		for i := range channels {
			y := out[(c+i)*plane+start:][:n]
			p.ISA.Blend(y, y, in[(c+i)*plane+start:][:n], 1, 1, b.Lo, b.Hi)
		}
	}
}

// blockMatrix is the weights of a 1x1 convolution in panels of one or two blocks of output channels: those of each thread, so that
// they have as much to do.
type blockMatrix struct {
	isa     kernel.ISA
	out     int
	depth   int // rows of the weights
	panels  []outPanel
	weights []float32
	bias    []float32
	taps    [2][]kernel.DirectTap // for 1 and 2 vectors: a block of input channels each
	lo, hi  float32

	activate func(y []float32)
}

// newBlockMatrix packs the weights of a product beside p whose input blocks are stride floats apart.
func newBlockMatrix(p *problem.Convolution, w *Pointwise, channels, stride int) *blockMatrix {
	m := &blockMatrix{isa: p.ISA, out: w.Out, lo: w.Lo, hi: w.Hi, activate: w.Activate}
	lanes := p.ISA.Block()
	m.depth = roundUp(channels, 4)
	blocks, size := ceilDiv(w.Out, lanes), 0
	for _, s := range split(blocks, p.Threads) {
		for b := s.from; b < s.to; b += 2 {
			pn := outPanel{offset: size, block: b, vectors: min(2, s.to-b)}
			size += m.depth * pn.vectors * lanes
			m.panels = append(m.panels, pn)
		}
	}
	m.weights, m.bias = problem.Aligned(size), problem.Aligned(blocks*lanes)
	copy(m.bias, w.Bias)
	for _, pn := range m.panels {
		first := pn.block * lanes
		packPanel(p.ISA, m.weights[pn.offset:], w.Weights[first*channels:], pn.vectors, w.Out-first, channels, 1, m.depth)
	}
	for b := 0; b < m.depth; b += lanes {
		for v := range m.taps {
			m.taps[v] = append(m.taps[v], kernel.DirectTap{A: 4 * b / lanes * stride, B: 4 * b * (v + 1) * lanes, Depth: min(lanes, m.depth-b)})
		}
	}
	return m
}

func (m *blockMatrix) packed() int { return 4 * (len(m.weights) + len(m.bias)) }

// multiply computes n pixels of one panel, before which were so many tiles: c's vectors are cs floats apart. The first tiles
// fetch the next panel's weights.
func (m *blockMatrix) multiply(c []float32, cs int, a []float32, panel, n, before int) {
	pn := m.panels[panel]
	lanes := m.isa.Block()
	weights, bias := m.weights[pn.offset:], m.bias[pn.block*lanes:][:pn.vectors*lanes]
	taps := m.taps[pn.vectors-1]
	chunk := chainBlocks(pn.vectors, lanes)
	for from := 0; from < len(taps); from += chunk {
		to := min(len(taps), from+chunk)
		lo, hi := problem.NoClamp()
		if to == len(taps) {
			lo, hi = m.lo, m.hi
		}
		row := pn.vectors * lanes
		last := taps[to-1]
		at, end := taps[from].B/4, last.B/4+last.Depth*row
		ahead := weightsAhead(weights, m.depth*row+at, (end-at)/row, row, before)
		m.isa.DirectNCHWc(c, cs, a, 0, weights, ahead, taps[from:to], n, pn.vectors, bias, lo, hi, from > 0)
		bias = nil
	}
}
