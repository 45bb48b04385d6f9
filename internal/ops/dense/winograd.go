package dense

import (
	"context"

	"convx/internal/ops/crew"
)

// Winograd is F(m x m, r x r) for stride 1 over height and width: tiles of
// points x points pixels (points = m + r - 1, 4 or 6) are transformed, multiplied
// point by point as points² small matrix products over the channels, and
// transformed back; a multiplication serves up to 4 outputs (Lavin & Gray, Fast
// Algorithms for Convolutional Neural Networks, 2016).
//
// Tiles are transformed in channel blocks, a vector across channels, so that
// dilation is only a stride: the outputs of one phase modulo the dilation are a
// dense convolution. Depth is summed in the transformed domain.
//
// A block of tile rows is transformed, then multiplied and transformed back a
// few output channels at a time, so that the workspace stays small. Few large
// blocks are shared by all threads; many are worked on by one thread each.
type Winograd struct {
	p         Problem
	points, m int
	lanes     int
	inBlocks  int // channel blocks of a group
	outBlocks int
	depth     int // channels of a group, rounded to the kernel's step of 4
	panels    []outPanel
	pointSize int // floats of one point's weights of a group
	weights   []float32
	post      []float32 // by group and output block: bias, lowest, highest

	chunks  []span // of panels, whose products are kept at once
	rows    []tileRow
	columns []tileColumn
	perRow  int // tiles of a row, all columns
	blocks  []tileBlock
	shared  bool
	bandRow int // floats of a row of an input band
	outRow  int // floats of a row of an output band
	arenas  []arena

	out, in []float32
}

// outPanel is one or two blocks of output channels.
type outPanel struct{ offset, block, vectors int }

// tileRow is m rows of outputs of one phase of the dilation.
type tileRow struct{ phase, index int }

// tileColumn is the tiles of a tile row that have one phase of the dilation.
type tileColumn struct{ phase, n, first int }

// tileBlock is consecutive tile rows over every depth slice.
type tileBlock struct {
	rows  span
	bands []band
	tall  int // rows of input in all bands
}

// band is the part of a block in one phase: tile rows of consecutive index.
type band struct {
	phase, index, n int
	row             int // first of the block's tile rows
	slot            int // first row in the buffer of packed input
}

// arena is one member's memory.
type arena struct {
	band    []float32 // packed input of a channel block, or its outputs
	inputs  []float32 // transformed inputs: nil where another arena's are shared
	outputs []float32 // the products of a chunk
}

// A weight is read once for a block of tiles. Weights that stay in the second
// or third cache arrive quickly enough for tilesNear or tilesFar tiles a block;
// larger ones come from memory, and a block is then as large as inputBytes
// lets it be. productBytes bounds the products kept at once, so that most of
// them are still in the second-level cache when they are transformed back.
const (
	nearBytes, tilesNear = 1 << 20, 28
	farBytes, tilesFar   = 4 << 20, 56
	inputBytes           = 5 << 20
	productBytes         = 768 << 10
)

// WinogradTolerance bounds the error of an output, relative to the largest sum
// of magnitudes |bias| + sum |weight * input| of any output of the layer.
// Rounding is amplified by the transforms: the products of the norms of A, B
// and G are about 2 for 4 points and 50 for 6. Over random layers the worst
// seen was 2e-7 for 4 points and 3e-6 for 6.
const WinogradTolerance = 1e-5

// NewWinograd prepares F(m x m, r x r) for p, which Accepts.
func NewWinograd(p Problem, m int, weights, bias []float32) *Winograd {
	w := &Winograd{p: p, m: m, points: m + p.Kernel[1] - 1, lanes: p.Level.Block()}
	w.inBlocks = ceilDiv(p.groupIn(), w.lanes)
	w.outBlocks = ceilDiv(p.groupOut(), w.lanes)
	w.depth = roundUp(p.groupIn(), 4)
	for b := 0; b < w.outBlocks; b += 2 {
		pn := outPanel{offset: w.pointSize, block: b, vectors: min(2, w.outBlocks-b)}
		w.pointSize += p.Kernel[0] * w.depth * pn.vectors * w.lanes
		w.panels = append(w.panels, pn)
	}
	w.pack(weights)
	w.packPost(bias)
	w.makeTiles()
	w.makeBlocks()
	w.allocate()
	return w
}

// panelSize is the floats of one point of a panel.
func (w *Winograd) panelSize(i int) int {
	return w.p.Kernel[0] * w.depth * w.panels[i].vectors * w.lanes
}

// WinogradDeclines says why F(m x m, r x r) cannot compute p, or "".
func WinogradDeclines(p *Problem, m int) string {
	r := p.Kernel[1]
	switch points := m + r - 1; {
	case p.Kernel[1] != p.Kernel[2] || r < 2:
		return "the kernel is not square and at least 2x2"
	case p.Stride != [3]int{1, 1, 1}:
		return "the stride is not 1"
	case points != 4 && points != 6 || m < 2:
		return "no transform for this tile"
	case 4*points*points*p.tilesOf(2, m)*(p.Out[0]+(p.Kernel[0]-1)*p.Dilation[0])*roundUp(p.groupIn(), p.Level.Block()) > inputBytes:
		return "one row of tiles needs more than the workspace holds"
	}
	return ""
}

func (w *Winograd) packPost(bias []float32) {
	p := &w.p
	w.post = aligned(p.Groups * w.outBlocks * 3 * w.lanes)
	for g := range p.Groups {
		for c := range w.outBlocks * w.lanes {
			at := (g*w.outBlocks+c/w.lanes)*3*w.lanes + c%w.lanes
			if bias != nil && c < p.groupOut() {
				w.post[at] = bias[g*p.groupOut()+c]
			}
			w.post[at+w.lanes], w.post[at+2*w.lanes] = p.Lo, p.Hi
		}
	}
}

// makeTiles lists the tile rows and columns, by phase of the dilation.
func (w *Winograd) makeTiles() {
	p := &w.p
	for ph := range min(p.Dilation[1], p.Out[1]) {
		for i := range ceilDiv(ceilDiv(p.Out[1]-ph, p.Dilation[1]), w.m) {
			w.rows = append(w.rows, tileRow{ph, i})
		}
	}
	for ph := range min(p.Dilation[2], p.Out[2]) {
		n := ceilDiv(ceilDiv(p.Out[2]-ph, p.Dilation[2]), w.m)
		w.columns = append(w.columns, tileColumn{phase: ph, n: n, first: w.perRow})
		w.perRow += n
	}
	// The widest column is phase 0's.
	wide := w.columns[0].n
	w.bandRow = p.Dilation[2] * ((wide-1)*w.m + w.points) * w.lanes
	w.outRow = p.Dilation[2] * wide * w.m * w.lanes
}

// pointRow is the floats of the transformed input of one tile row.
func (w *Winograd) pointRow() int {
	return w.points * w.points * w.perRow * w.lanes * w.inBlocks * w.slices()
}

// slices is how many depth slices of input a block transforms: those outside
// the input are zeros.
func (w *Winograd) slices() int {
	return w.p.Out[0] + (w.p.Kernel[0]-1)*w.p.Dilation[0]
}

func (w *Winograd) makeBlocks() {
	p := &w.p
	most := max(1, inputBytes/(4*w.pointRow()))
	want := most
	switch bytes := 4 * w.points * w.points * w.pointSize; {
	case bytes <= nearBytes:
		want = ceilDiv(tilesNear, w.perRow*p.Out[0])
	case bytes <= farBytes:
		want = ceilDiv(tilesFar, w.perRow*p.Out[0])
	}
	n := ceilDiv(len(w.rows), min(want, most))
	w.shared = p.Threads > 1 && n*p.Batch*p.Groups < 2*p.Threads
	if w.shared {
		n = ceilDiv(len(w.rows), most)
	}
	for _, rows := range split(len(w.rows), n) {
		b := tileBlock{rows: rows}
		for i := rows.from; i < rows.to; i++ {
			r := w.rows[i]
			if n := len(b.bands); n > 0 && b.bands[n-1].phase == r.phase {
				b.bands[n-1].n++
				b.tall += w.m
				continue
			}
			b.bands = append(b.bands, band{phase: r.phase, index: r.index, n: 1, row: i - rows.from, slot: b.tall})
			b.tall += w.points
		}
		w.blocks = append(w.blocks, b)
	}
}

func (w *Winograd) allocate() {
	rows, bandSize := 0, 0
	for _, b := range w.blocks {
		rows = max(rows, b.rows.len())
		bandSize = max(bandSize, b.tall*w.bandRow, w.m*w.outRow)
	}
	w.makeChunks(rows)
	// A block more between points keeps their strides off powers of two, whose
	// lines would all compete for one set of the cache.
	pad := w.points * w.points * w.lanes
	for i := range max(1, w.p.Threads) {
		a := arena{band: aligned(bandSize), outputs: aligned(w.productRow()*rows*2*w.chunks[0].len() + pad)}
		if i == 0 || !w.shared {
			a.inputs = aligned(w.pointRow()*rows + pad)
		}
		w.arenas = append(w.arenas, a)
	}
}

// productRow is the floats of one tile row's products in a block of channels.
func (w *Winograd) productRow() int {
	return w.points * w.points * w.perRow * w.lanes * w.p.Out[0]
}

// makeChunks cuts the output panels, the first chunk being the largest, so
// that there is one for every thread where they share a block.
func (w *Winograd) makeChunks(rows int) {
	n := max(1, productBytes/(8*w.productRow()*rows))
	if w.shared {
		n = min(n, max(1, len(w.panels)/(2*w.p.Threads)))
	}
	for from := 0; from < len(w.panels); from += n {
		w.chunks = append(w.chunks, span{from, min(from+n, len(w.panels))})
	}
}

// Workspace implements Conv.
func (w *Winograd) Workspace() int {
	n := 0
	for _, a := range w.arenas {
		n += len(a.band) + len(a.inputs) + len(a.outputs)
	}
	return 4 * n
}

// Packed implements Conv.
func (w *Winograd) Packed() int { return 4 * (len(w.weights) + len(w.post)) }

// Run implements Conv.
func (w *Winograd) Run(ctx context.Context, out, in []float32, t *crew.Crew) error {
	w.out, w.in = out, in
	err := t.Run(ctx, w)
	w.out, w.in = nil, nil
	return err
}

// Work implements crew.Job.
func (w *Winograd) Work(m *crew.Member) {
	n := w.p.Batch * w.p.Groups * len(w.blocks)
	if w.shared {
		for i := range n {
			w.workShared(m, i)
		}
		return
	}
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		t := w.task(i, &w.arenas[m.ID], &w.arenas[m.ID])
		for b := range w.inBlocks {
			t.transformIn(b)
		}
		for _, c := range w.chunks {
			t.multiply(c)
		}
	}
}

// workShared takes every member through one block: they transform its inputs
// together, then multiply chunks of the output channels.
func (w *Winograd) workShared(m *crew.Member, i int) {
	t := w.task(i, &w.arenas[0], &w.arenas[m.ID])
	for b := m.Next(w.inBlocks); b >= 0; b = m.Next(w.inBlocks) {
		t.transformIn(b)
	}
	n := len(w.chunks)
	for c := m.Next(n); c >= 0; c = m.Next(n) {
		t.multiply(w.chunks[c])
	}
}
