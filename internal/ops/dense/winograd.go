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
// A block of tile rows goes through all three steps before the next, so that
// the workspace stays small. Few large blocks are shared by all threads, step
// by step; many are worked on by one thread each.
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

	rows    []tileRow
	columns []tileColumn
	perRow  int // tiles of a row, all columns
	blocks  []tileBlock
	shared  bool
	bandRow int // floats of a row of an input band
	outRow  int // floats of a row of an output band
	inSize  int // floats of the transformed inputs of a block
	outSize int
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
	outputs []float32 // their products
}

// maxTiles bounds the tiles of a block, and with arenaBytes its workspace.
// A weight is read once for a block: 28 tiles or more keep that traffic under
// a quarter of what the second-level cache delivers.
const (
	minTiles   = 28
	arenaBytes = 6 << 20
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

// tileBytes is the workspace of one tile row: inputs and products.
func (w *Winograd) tileBytes() (in, out int) {
	points := w.points * w.points * w.perRow * w.lanes
	return points * w.inBlocks * w.slices(), points * w.outBlocks * w.p.Out[0]
}

// slices is how many depth slices of input a block transforms: those outside
// the input are zeros.
func (w *Winograd) slices() int {
	return w.p.Out[0] + (w.p.Kernel[0]-1)*w.p.Dilation[0]
}

func (w *Winograd) makeBlocks() {
	in, out := w.tileBytes()
	most := max(1, arenaBytes/(4*(in+out)))
	want := max(1, ceilDiv(minTiles, w.perRow*w.p.Out[0]))
	n := ceilDiv(len(w.rows), min(want, most))
	w.shared = w.p.Threads > 1 && n*w.p.Batch*w.p.Groups < 2*w.p.Threads
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
	in, out := w.tileBytes()
	rows, bandSize := 0, 0
	for _, b := range w.blocks {
		rows = max(rows, b.rows.len())
		bandSize = max(bandSize, b.tall*w.bandRow, w.m*w.outRow)
	}
	// A block more between points keeps their strides off powers of two, whose
	// lines would all compete for one set of the cache.
	pad := w.points * w.points * w.lanes
	w.inSize, w.outSize = in*rows+pad, out*rows+pad
	for i := range max(1, w.p.Threads) {
		a := arena{band: aligned(bandSize)}
		if i == 0 || !w.shared {
			a.inputs, a.outputs = aligned(w.inSize), aligned(w.outSize)
		}
		w.arenas = append(w.arenas, a)
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
		for f := range w.points * w.points {
			t.multiply(f, span{0, len(w.panels)})
		}
		for b := range w.outBlocks {
			t.transformOut(b)
		}
	}
}

// workShared takes every member through one block's three steps.
func (w *Winograd) workShared(m *crew.Member, i int) {
	t := w.task(i, &w.arenas[0], &w.arenas[m.ID])
	for b := m.Next(w.inBlocks); b >= 0; b = m.Next(w.inBlocks) {
		t.transformIn(b)
	}
	n := w.points * w.points
	for f := m.Next(n); f >= 0; f = m.Next(n) {
		t.multiply(f, span{0, len(w.panels)})
	}
	for b := m.Next(w.outBlocks); b >= 0; b = m.Next(w.outBlocks) {
		t.transformOut(b)
	}
}
