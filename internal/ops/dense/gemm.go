package dense

import (
	"context"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Gemm is convolution as a matrix product: weights (output channels x taps and
// channels) by im2col (taps and channels x pixels). The im2col matrix is never
// made: panels of it are packed into a block that stays in the second-level
// cache, are multiplied with every row of the weights, and forgotten. Products
// go to the output's planes directly, bias and clamp fused into the last store.
//
// It accepts every problem.
type Gemm struct {
	problem.Finishing
	p          problem.Convolution
	rows, cols int // of the kernel's tile
	k          int // taps x channels of a group
	kBlocks    []span
	panels     int    // of the pixels of a plane
	blocks     []span // of panels
	chunks     []span // of row panels
	weights    [][]float32
	bias       []float32
	valid      [3][]span // by axis and tap: outputs whose input exists
	zeros      []float32
	ahead      int         // elements of input between a panel and the next
	work       [][]float32 // by worker: one block of packed panels
	cut        [][]panel   // by worker: those of the block at hand
	runs       [][]run     // by worker: those of the panel at hand
	plane      int         // elements from one plane of the output to the next
	source     Source      // packs the panels instead of im2col, if not nil
	workCols   int

	out, in []float32
}

// Source packs panels of a matrix other than the im2col of the input, with its
// rows in the same order: taps, and inside each the channels of the group.
type Source interface {
	// Pack writes rows from..to at n output pixels from start on: pixel j of row
	// r at dst[(r-from)*width+j]. Workers call it at the same time, each with
	// its own number.
	Pack(worker int, dst []float32, width, image, group, start, n, from, to int)
}

// NewSampled is NewGemm on a matrix that src packs. Each pixel of the output is
// one of the matrix, whatever the geometry of p says of its input; planes of
// the output are plane elements apart, so that they may be parts of larger ones.
func NewSampled(p problem.Convolution, weights, bias []float32, src Source, plane int) *Gemm {
	g := NewGemm(p, weights, bias)
	g.source, g.plane = src, plane
	return g
}

// span is a half-open range.
type span struct{ from, to int }

func (s span) len() int { return s.to - s.from }

// panel is up to cols consecutive output pixels of a plane; width is the row stride when packed, whole vectors.
type panel struct{ start, n, width int }

// run is the part of a panel in one output row.
type run struct {
	od, oh, ow, n int
	col           int
}

// gemmDepth bounds the rows of a packed block: a panel of weights, depth x 8
// floats, then stays in the first-level cache while the block's panels pass.
const gemmDepth = 384

// gemmBlockBytes bounds a packed block: most of a second-level cache of 512 KiB
// is left to the weights and the output.
const gemmBlockBytes = 256 << 10 // or what Caches.Within makes of it

// NewGemm packs the weights of p. bias may be nil.
func NewGemm(p problem.Convolution, weights, bias []float32) *Gemm {
	g := &Gemm{p: p, k: p.GroupIn() * volume(p.Kernel), plane: volume(p.Out)}
	g.rows, g.cols = p.ISA.GemmTile()
	g.kBlocks = split(g.k, ceilDiv(g.k, gemmDepth))
	g.pack(weights, bias)
	for axis := range 3 {
		g.valid[axis] = validOutputs(&p, axis)
	}
	lanes := p.ISA.Block()
	g.panels = evenly(ceilDiv(volume(p.Out), lanes), g.cols/lanes, p.Threads)
	g.divide()
	rows := g.cols / p.Out[2] * p.Stride[1] * p.In[2]
	g.ahead = rows + g.cols%p.Out[2]*p.Stride[2]
	deepest := 0
	for _, b := range g.kBlocks {
		deepest = max(deepest, b.len())
	}
	if !p.Pointwise() {
		g.zeros = make([]float32, (g.cols-1)*p.Stride[2]+1)
	}
	for range max(1, p.Threads) {
		g.work = append(g.work, problem.Aligned(deepest*g.workCols))
		g.cut = append(g.cut, workers.Apart[panel](g.workCols/g.cols))
		g.runs = append(g.runs, workers.Apart[run](g.cols))
	}
	return g
}

// split cuts n into parts spans of nearly equal length, in order.
func split(n, parts int) []span {
	parts = max(1, min(parts, n))
	s := make([]span, parts)
	for i := range s {
		s[i] = span{n * i / parts, n * (i + 1) / parts}
	}
	return s
}

// validOutputs returns, for each tap of an axis, the outputs whose input is
// not padding: ceil((pad-k*d)/s) <= o and o*s <= in-1+pad-k*d.
func validOutputs(p *problem.Convolution, axis int) []span {
	v := make([]span, p.Kernel[axis])
	s := p.Stride[axis]
	for k := range v {
		shift := p.Pads[axis].Begin - k*p.Dilation[axis]
		from := max(0, ceilDiv(max(0, shift), s))
		last := p.In[axis] - 1 + shift
		to := 0
		if last >= 0 {
			to = min(p.Out[axis], last/s+1)
		}
		v[k] = span{min(from, to), to}
	}
	return v
}

// pack lays the weights out as [group][depth block][row panel][depth][rows],
// where depth runs over the taps and, inside each, the channels.
func (g *Gemm) pack(weights, bias []float32) {
	p := &g.p
	taps, cin, cout := volume(p.Kernel), p.GroupIn(), p.GroupOut()
	panels := ceilDiv(cout, g.rows)
	g.bias = make([]float32, p.Groups*panels*g.rows)
	for gr := range p.Groups {
		if bias != nil {
			copy(g.bias[gr*panels*g.rows:], bias[gr*cout:(gr+1)*cout])
		}
		for _, kb := range g.kBlocks {
			w := problem.Aligned(panels * g.rows * kb.len())
			for o := range cout {
				src := weights[(gr*cout+o)*cin*taps:][:cin*taps]
				dst := w[o/g.rows*g.rows*kb.len()+o%g.rows:]
				for i := range kb.len() {
					tap, c := (kb.from+i)/cin, (kb.from+i)%cin
					dst[i*g.rows] = src[c*taps+tap]
				}
			}
			g.weights = append(g.weights, w)
		}
	}
}

// evenly is the parts to cut n vectors into, of most at most: as many for every thread, if there are enough. Of 17 parts one
// of two threads would have a ninth more.
func evenly(n, most, threads int) int {
	return min(n, roundUp(ceilDiv(n, most), max(1, threads)))
}

// panel is the i-th of about equal ones, whole vectors each, so that the last is
// not a sliver.
func (g *Gemm) panel(i int) panel {
	lanes := g.p.ISA.Block()
	vectors := ceilDiv(volume(g.p.Out), lanes)
	start, end := vectors*i/g.panels*lanes, vectors*(i+1)/g.panels*lanes
	width := end - start
	if g.p.ISA == kernel.Generic { // its loop knows no other distance
		width = g.cols
	}
	return panel{start, min(volume(g.p.Out), end) - start, width}
}

// appendRuns cuts a panel at the ends of rows.
func appendRuns(p *problem.Convolution, runs []run, pn panel) []run {
	row, ow := pn.start/p.Out[2], pn.start%p.Out[2]
	for at := 0; at < pn.n; row, ow = row+1, 0 {
		r := run{od: row / p.Out[1], oh: row % p.Out[1], ow: ow, n: min(p.Out[2]-ow, pn.n-at), col: at}
		runs = append(runs, r)
		at += r.n
	}
	return runs
}

// divide cuts the work into items: blocks of pixel panels that fit the cache,
// and chunks of the output channels where there are few pixels. Chunks pack
// the same panels again, so they are made only to occupy every thread.
func (g *Gemm) divide() {
	p := &g.p
	rowPanels := ceilDiv(p.GroupOut(), g.rows)
	depth := min(g.k, gemmDepth)
	most := max(1, kernel.MachineCaches().Within(gemmBlockBytes)/(4*depth*g.cols))
	n := ceilDiv(g.panels, most)
	images := p.N * p.Groups
	want := 1
	if p.Threads > 1 {
		want = 2 * p.Threads
	}
	if n*images < want {
		n = min(g.panels, max(n, ceilDiv(want, images)))
	}
	if images == 1 {
		n = evenly(g.panels, ceilDiv(g.panels, n), p.Threads)
	}
	g.blocks = split(g.panels, n)
	chunks := 1
	if n*images < want {
		chunks = min(ceilDiv(want, n*images), max(1, rowPanels/8))
	}
	g.chunks = split(rowPanels, chunks)
	for _, b := range g.blocks {
		g.workCols = max(g.workCols, b.len()*g.cols)
	}
}

// Workspace implements problem.Conv.
func (g *Gemm) Workspace() int { return 4 * len(g.work) * len(g.work[0]) }

// Packed implements problem.Conv.
func (g *Gemm) Packed() int {
	n := len(g.bias)
	for _, w := range g.weights {
		n += len(w)
	}
	return 4 * n
}

// Run implements problem.Conv.
func (g *Gemm) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	g.out, g.in = out, in
	err := t.RunOn(ctx, g.p.Threads, g)
	g.out, g.in = nil, nil
	return err
}

// Work implements workers.Job: one phase, an item for each image, group, block of
// pixels and chunk of output channels: workers begin with chunks, and so weights, of their own.
func (g *Gemm) Work(m *workers.Worker) {
	n := g.p.N * g.p.Groups * len(g.blocks) * len(g.chunks)
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		block, i := i%len(g.blocks), i/len(g.blocks)
		chunk, i := i%len(g.chunks), i/len(g.chunks)
		g.item(i/g.p.Groups, i%g.p.Groups, g.blocks[block], g.chunks[chunk], m.ID)
	}
}

// item computes the chunk's output channels of one group at the block's pixels.
func (g *Gemm) item(image, group int, block, chunk span, worker int) {
	p, work := &g.p, g.work[worker]
	cin, cout, plane := p.GroupIn(), p.GroupOut(), g.plane
	in := g.in[(image*p.C+group*cin)*volume(p.In):][:cin*volume(p.In)]
	out := g.out[(image*p.O+group*cout)*plane:][:(cout-1)*plane+volume(p.Out)]
	bias := g.bias[group*ceilDiv(cout, g.rows)*g.rows:]
	panels := g.cut[worker][:0]
	for i := block.from; i < block.to; i++ {
		panels = append(panels, g.panel(i))
	}
	first, last := panels[0], panels[len(panels)-1]
	pixels := last.start + last.n - first.start
	for kb, depth := range g.kBlocks {
		at := 0
		for _, pn := range panels {
			if g.source != nil {
				g.source.Pack(worker, work[at:], pn.width, image, group, pn.start, pn.n, depth.from, depth.to)
			} else {
				g.packPanel(work[at:], in, pn, depth, worker)
			}
			at += depth.len() * pn.width
		}
		weights := g.weights[group*len(g.kBlocks)+kb]
		lo, hi := problem.NoClamp()
		if kb == len(g.kBlocks)-1 {
			lo, hi = p.Lo, p.Hi
		}
		for row := chunk.from; row < chunk.to; row++ {
			a := weights[row*g.rows*depth.len():][:g.rows*depth.len()]
			var add []float32
			if kb == 0 {
				add = bias[row*g.rows:][:g.rows]
			}
			top, m := row*g.rows, min(g.rows, cout-row*g.rows)
			at := 0
			for i := range panels {
				pn := &panels[i]
				p.ISA.Gemm(out[top*plane+pn.start:], plane, a, work[at:], pn.width, depth.len(), m, pn.n, add, lo, hi, kb > 0)
				at += depth.len() * pn.width
			}
			if kb == len(g.kBlocks)-1 {
				g.Done((image*p.O+group*cout+top)*plane+first.start, plane, m, pixels)
			}
		}
	}
}
