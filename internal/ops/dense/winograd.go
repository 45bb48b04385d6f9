package dense

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Winograd is F(m x m, r x r) for stride 1 over height and width: tiles of
// points x points pixels (points = m + r - 1, 4, 6 or 8) are transformed, multiplied
// point by point as points² small matrix products over the channels, and
// transformed back; a multiplication does the work of up to 6 (Lavin & Gray, Fast
// Algorithms for Convolutional Neural Networks, 2016).
//
// Tiles are transformed in channel blocks, a vector across channels, so that
// dilation is only a stride: the outputs of one phase modulo the dilation are a
// dense convolution. Depth is summed in the transformed domain. A kernel of one
// row (sequences, 1 x r) is transformed along the width alone.
//
// A block of tile rows is transformed, then multiplied and transformed back a
// few output channels at a time, so that the workspace stays small. Few large
// blocks are shared by all threads; many are worked on by one thread each.
//
// Large weights that enough tiles meet at once are kept as lines, transformed
// along the height alone, in half the memory or less: a row of points is made of
// them, in the second-level cache, whenever a block of tiles meets it.
type Winograd struct {
	problem.Finishing
	p           problem.Convolution
	points, m   int // along the width
	high, mHigh int // along the height: the same, or 1 and 1
	lanes       int
	inBlocks    int // channel blocks of a group
	outBlocks   int
	depth       int // channels of a group, rounded to the kernel's step of 4
	panels      []outPanel
	pointSize   int // floats of one point's weights of a group
	lines       bool
	each        int // floats that are kept for a weight of a point, or of a row of points: 1, or the taps of a line
	rowSize     int // of all weights of a point, or of a row of points
	groupSize   int // of those of a group
	weights     []float32
	flat        []float32 // G, row by row
	post        []float32 // by group and output block: bias, lowest, highest

	shares     []span // of panels: a thread's, where threads share a block, else all
	chunks     []span // of panels, whose products are kept at once
	widest     int    // panels of a chunk
	rows       []tileRow
	parts      []tilePart
	blocks     []tileBlock
	together   int // tiles, over the depth, that a block of one thread multiplies by the same weights
	shared     bool
	workspaces []workspace

	out, in []float32
}

// outPanel is one or two blocks of output channels.
type outPanel struct{ offset, block, vectors int }

// workspace is one worker's memory.
type workspace struct {
	band    []float32 // packed input of a channel block, or its outputs
	inputs  []float32 // transformed inputs: nil where another workspace's are shared
	outputs []float32 // the products of a chunk
	weights []float32 // the points of a row of a panel, where weights are kept as lines
}

// A weight is read once for a block of tiles. Weights that stay in the second
// or third cache arrive quickly enough for tilesNear or tilesFar tiles a block;
// larger ones come from memory, and a block is then as large as inputBytes
// lets it be; from linesTiles tiles on they may be lines, which take less than
// a sixteenth of the products' time to become points. productBytes bounds the products kept at once, so that most of
// them are still in the second-level cache when they are transformed back.
const (
	nearBytes, tilesNear = 1 << 20, 28
	farBytes, tilesFar   = 4 << 20, 56
	inputBytes           = 5 << 20
	productBytes         = 768 << 10
	linesTiles           = 64
	linesChannels        = 32
	lineTiles            = 512 // tiles of one axis are small: as many a part
)

// WinogradTolerance bounds the error of an output, relative to the largest sum
// of magnitudes |bias| + sum |weight * input| of any output of the layer.
// Rounding is amplified by the transforms, the more the larger m is. Over 6000
// random layers of at most 20 channels a group the worst was, by F(m, r):
//
//	4 points: F(2,3) 1.8e-7, F(3,2) 2.2e-7
//	6 points: F(2,5) 1.6e-6, F(3,4) 1.9e-6, F(4,3) 2.9e-6, F(5,2) 5.6e-6
//	8 points: F(2,7) 1.9e-6, F(3,6) 3.0e-6, F(4,5) 3.1e-6, F(5,4) 3.6e-6, F(6,3) 4.2e-6
//
// Weights that are kept as lines are rounded twice. They have many channels, in
// whose sums the errors of single products hide: over 2000 layers of 24 to 64
// channels the worst of F(6,3) was 3.3e-6, and 2.9e-6 without.
//
// The points 1/2 and -1/2 keep 8 as exact as 6. F(7,2) is left out: it would
// need a wider bound, and saves few of the multiplications of F(5,2).
const WinogradTolerance = 1e-5

// newWinograd prepares F(m x m, r x r) for p, which unstridedDeclines does not
// decline with m.
func newWinograd(p problem.Convolution, m int, weights, bias []float32) *Winograd {
	w := layWinograd(p, m)
	w.prepare(w.keepsLines(), weights, bias)
	return w
}

// keepsLines tells whether weights are kept as lines. That must not depend on the number of threads, since results would.
func (w *Winograd) keepsLines() bool {
	return w.takesLines() && 4*w.points*w.high*w.pointSize > farBytes && w.together >= linesTiles
}

// takesLines tells whether weights may be kept as lines, whose points are rounded twice.
func (w *Winograd) takesLines() bool {
	return w.p.Kernel[1] == 3 && w.p.Kernel[2] == 3 && w.p.GroupIn() >= linesChannels
}

// layWinograd decides what is computed at once.
func layWinograd(p problem.Convolution, m int) *Winograd {
	p = withoutIdleDilation(p)
	w := &Winograd{p: p, m: m, points: m + p.Kernel[2] - 1, lanes: p.ISA.Block()}
	w.high, w.mHigh = w.points, w.m
	if p.Kernel[1] == 1 {
		w.high, w.mHigh = 1, 1
	}
	w.inBlocks = ceilDiv(p.GroupIn(), w.lanes)
	w.outBlocks = ceilDiv(p.GroupOut(), w.lanes)
	w.depth = roundUp(p.GroupIn(), 4)
	w.pointSize = p.Kernel[0] * w.depth * w.outBlocks * w.lanes
	w.makeTiles()
	w.makeBlocks()
	w.makePanels()
	return w
}

// prepare packs the weights, of 3 x 3 taps as lines if so wanted, and allocates the workspace.
func (w *Winograd) prepare(lines bool, weights, bias []float32) {
	w.lines, w.each, w.groupSize = lines, 1, w.points*w.high*w.pointSize
	if lines {
		w.each, w.groupSize = 3, 3*w.points*w.pointSize
	}
	w.rowSize = w.each * w.pointSize
	w.pack(weights)
	w.packPost(bias)
	w.allocate()
}

// makePanels pairs the blocks of output channels: those of each thread, where threads share a block of tiles, so that they have
// as much to do.
func (w *Winograd) makePanels() {
	shares, at := 1, 0
	if w.shared {
		shares = w.p.Threads
	}
	for _, s := range split(w.outBlocks, shares) {
		first := len(w.panels)
		for b := s.from; b < s.to; b += 2 {
			w.panels = append(w.panels, outPanel{offset: at, block: b, vectors: min(2, s.to-b)})
			at += w.panelSize(len(w.panels) - 1)
		}
		w.shares = append(w.shares, span{first, len(w.panels)})
	}
}

// panelSize is the floats of one point of a panel.
func (w *Winograd) panelSize(i int) int {
	return w.p.Kernel[0] * w.depth * w.panels[i].vectors * w.lanes
}

// noTransform is the reason of a tile that is too small for the kernel.
const noTransform = lang.Key("the kernel has more than 7 taps a side for each step of the stride")

// unstridedDeclines says why F(m x m, r x r), or F(m, r) on rows, cannot compute
// p, or "".
func unstridedDeclines(p *problem.Convolution, m int) string {
	r := p.Kernel[2]
	switch {
	case p.Kernel[1] != r && p.Kernel[1] != 1 || r < 2:
		return lang.Text("the kernel is neither square nor a row, of at least 2 taps")
	case p.Stride != [3]int{1, 1, 1}:
		return lang.Text("the stride is not 1")
	case !kernel.WinogradTile(m+r-1, m):
		return lang.Text(noTransform)
	case widestPart(p, m) == 0:
		return lang.Text("one row of tiles needs more than the workspace holds")
	}
	return ""
}

// WinogradPads reports whether F(m x m, r x r), which unstridedDeclines does not decline, computes a border of other than zeros by
// itself: where each row of the input passes through the workspace whole.
func WinogradPads(p *problem.Convolution, m int) bool {
	return p.Stride == [3]int{1, 1, 1} && withoutIdleDilation(*p).Dilation == [3]int{1, 1, 1} && p.Pads[0].Begin+p.Pads[0].End == 0 &&
		unstridedDeclines(p, m) == "" && widestPart(p, m) >= ceilDiv(p.Out[2], m)
}

func (w *Winograd) packPost(bias []float32) {
	p := &w.p
	w.post = problem.Aligned(p.Groups * w.outBlocks * 3 * w.lanes)
	for g := range p.Groups {
		for c := range w.outBlocks * w.lanes {
			at := (g*w.outBlocks+c/w.lanes)*3*w.lanes + c%w.lanes
			if bias != nil && c < p.GroupOut() {
				w.post[at] = bias[g*p.GroupOut()+c]
			}
			w.post[at+w.lanes], w.post[at+2*w.lanes] = p.Lo, p.Hi
		}
	}
}

func (w *Winograd) allocate() {
	p := &w.p
	tiles, bandSize := 0, 0
	for _, b := range w.blocks {
		part := &w.parts[b.part]
		tiles = max(tiles, b.rows.len()*part.tiles)
		bandSize = max(bandSize, b.tall*part.width*w.lanes, w.mHigh*part.width*w.lanes)
	}
	products := w.points * w.high * tiles * w.lanes * p.Out[0]
	w.makeChunks(products)
	// A block more between points keeps their strides off powers of two, whose
	// lines would all compete for one set of the cache.
	pad := w.points * w.high * w.lanes
	for i := range max(1, p.Threads) {
		a := workspace{band: problem.Aligned(bandSize), outputs: problem.Aligned(products*2*w.widest + pad)}
		if i == 0 || !w.shared {
			a.inputs = problem.Aligned(w.points*w.high*tiles*w.lanes*w.inBlocks*inputSlices(p) + pad)
		}
		if w.lines {
			a.weights = problem.Aligned(w.points * w.expandedStep())
		}
		w.workspaces = append(w.workspaces, a)
	}
}

// makeChunks cuts the panels of each share, into two at least where threads share a block: who is done sooner can help. products
// is the floats that one block of channels needs.
func (w *Winograd) makeChunks(products int) {
	most := max(1, productBytes/(8*products))
	for _, share := range w.shares {
		n := ceilDiv(share.len(), most)
		if w.shared {
			n = max(2, n)
		}
		for _, c := range split(share.len(), n) {
			w.chunks = append(w.chunks, span{share.from + c.from, share.from + c.to})
			w.widest = max(w.widest, c.len())
		}
	}
}

// Workspace implements problem.Conv.
func (w *Winograd) Workspace() int {
	n := 0
	for _, a := range w.workspaces {
		n += len(a.band) + len(a.inputs) + len(a.outputs) + len(a.weights)
	}
	return 4 * n
}

// Packed implements problem.Conv.
func (w *Winograd) Packed() int { return 4 * (len(w.weights) + len(w.post)) }

// Run implements problem.Conv.
func (w *Winograd) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	w.out, w.in = out, in
	err := t.RunOn(ctx, w.p.Threads, w)
	w.out, w.in = nil, nil
	return err
}

// Work implements workers.Job.
func (w *Winograd) Work(m *workers.Worker) {
	n := w.p.N * w.p.Groups * len(w.blocks)
	if w.shared {
		for i := range n {
			w.workShared(m, i)
		}
		return
	}
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		t := w.task(i, &w.workspaces[m.ID], &w.workspaces[m.ID])
		for b := range w.inBlocks {
			t.transformIn(b, span{0, t.block.rows.len()})
		}
		for _, c := range w.chunks {
			t.multiply(c)
		}
	}
}

// workShared takes every worker through one block: they transform its inputs
// together, then multiply chunks of the output channels.
func (w *Winograd) workShared(m *workers.Worker, i int) {
	t := w.task(i, &w.workspaces[0], &w.workspaces[m.ID])
	rows := t.block.rows.len()
	cuts := min(rows, ceilDiv(2*w.p.Threads, w.inBlocks)) // of the rows, where there are few channel blocks
	n := w.inBlocks * cuts
	for b := m.Next(n); b >= 0; b = m.Next(n) {
		cut := b % cuts
		t.transformIn(b/cuts, span{rows * cut / cuts, rows * (cut + 1) / cuts})
	}
	n = len(w.chunks)
	for c := m.Next(n); c >= 0; c = m.Next(n) {
		t.multiply(w.chunks[c])
	}
}
