package planes

import (
	"context"

	"convx/internal/lang"
	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// BlockBands is a block that works by bands of output rows whose expanded and
// filtered channels stay in the second-level cache.
//
// A band's input rows that the one before has expanded are kept, so that
// nothing is computed twice but at the beginning of a worker's share.
type BlockBands struct {
	dense.Frame
	conv            *Conv // the depthwise convolution; its bands are the block's
	expand, project *matrix
	tall            int // rows of a plane of expanded
	filteredPlane   int
	shares          [][2]int // of bands: a share goes to one worker
	work            []blockBandsWork

	out, in []float32
}

// blockBandsWork is a worker's scratch.
type blockBandsWork struct {
	expanded []float32 // [channel][row][column], some rows of the depthwise convolution's input
	from, to int       // those rows
	filtered []float32 // [channel][row][column] of a band of its output, if there is something to project
	split    []float32
	_        [128]byte // workers write to theirs
}

// BlockBandsDeclines returns why NewBlockBands cannot compute a block around the
// depthwise convolution p, or "".
func BlockBandsDeclines(p *problem.Convolution) string {
	switch {
	case p.Groups != p.C || p.O != p.C:
		return lang.Text("it needs a depthwise convolution with one filter a channel")
	case p.In[0] != 1 || p.Out[0] != 1 || p.Kernel[0] != 1 || p.Dilation[1] != 1:
		return lang.Text("it needs two axes without dilation along the height")
	case Declines(p) != "":
		return Declines(p)
	case volume(p.Kernel) > longestChain:
		return lang.Text("its kernel has too many taps")
	case blockBandsBytes(p, 1) > blockMost:
		return lang.Text("one row of its channels exceeds 4 MiB")
	}
	return ""
}

const (
	blockTarget = 1000 << 10 // bytes of scratch that a second-level cache of 1 MiB mostly keeps
	blockMost   = 4 << 20
)

// blockBandsBytes is the scratch of bands of some output rows.
func blockBandsBytes(p *problem.Convolution, rows int) int {
	return 4 * p.C * (blockBandsTall(p, rows)*p.In[2] + rows*p.Out[2])
}

// blockBandsTall is the input rows of a band of output rows.
func blockBandsTall(p *problem.Convolution, rows int) int {
	return min(p.In[1], (rows-1)*p.Stride[1]+p.Kernel[1])
}

// NewBlockBands prepares a block, which BlockBandsDeclines does not decline.
func NewBlockBands(block dense.Block) *BlockBands {
	p := block.Depthwise
	c := newConv(&p)
	c.pack(block.Weights, block.Bias)
	b := &BlockBands{Frame: block.Frame(), conv: c}
	shares := b.sharesOf()
	rows := b.bandRows((p.Out[1]-1)/shares + 1)
	l := &lister{Conv: c, tiles: map[tileKey]chains{}}
	l.masks = p.ISA.NewPlaneMasks(p.Out[2], c.spans())
	for i := range shares {
		first, end := len(l.bands), p.Out[1]*(i+1)/shares
		for y := p.Out[1] * i / shares; y < end; y += rows {
			l.bands = append(l.bands, l.band(0, &c.outs[0], y, 1, min(rows, end-y)))
		}
		b.shares = append(b.shares, [2]int{first, len(l.bands)})
	}
	for _, t := range l.tiles {
		t.tile.Stream, t.tile.Far = false, false
	}
	if block.Expand != nil {
		b.expand = newMatrix(p.ISA, block.Expand, b.Channels)
		b.tall = blockBandsTall(&p, rows)
	}
	if block.Project != nil {
		b.project = newMatrix(p.ISA, block.Project, p.C)
		b.filteredPlane = rows * p.Out[2]
	}
	for range max(1, p.Threads) {
		w := blockBandsWork{filtered: make([]float32, p.C*b.filteredPlane)}
		if b.expand != nil {
			w.expanded = make([]float32, p.C*b.tall*p.In[2])
		}
		if c.pitch > 0 {
			w.split = make([]float32, c.scratchSize())
		}
		b.work = append(b.work, w)
	}
	return b
}

// bandRows chooses the rows of a band of a share of some rows: as few tiles of the products, padding
// included, as the cache allows.
func (b *BlockBands) bandRows(share int) int {
	p := &b.conv.p
	_, cols := p.ISA.GemmTile()
	lanes := p.ISA.Block()
	best, least := 1, 0.0
	most := min(share, b.conv.outs[0].kind.Rows(p.ISA))
	for rows := 1; rows <= most; rows++ {
		if rows > 1 && blockBandsBytes(p, rows) > kernel.MachineCaches().Within(blockTarget) {
			break
		}
		cost := 0.0
		for y := 0; y < share; y += rows {
			n := min(rows, share-y) * p.Out[2]
			vectors := (n + lanes - 1) / lanes
			// A tile of fewer vectors loads the weights for less.
			cost += float64(vectors) + 0.4*float64((vectors*lanes+cols-1)/cols) + 0.5
		}
		if rows == 1 || cost <= least {
			best, least = rows, cost
		}
	}
	return best
}

// sharesOf is how many equal shares the rows of an image are divided into: every thread has as many, and runs
// can be stopped.
func (b *BlockBands) sharesOf() int {
	p := &b.conv.p
	threads := max(1, p.Threads)
	return min(p.Out[1], threads*(1+int(Cost(p)/1e7)/threads))
}

// Run implements problem.Conv.
func (b *BlockBands) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	b.out, b.in = out, in
	err := t.RunOn(ctx, b.conv.p.Threads, b)
	b.out, b.in = nil, nil
	return err
}

// Workspace implements problem.Conv.
func (b *BlockBands) Workspace() int {
	n := 0
	for _, w := range b.work {
		n += 4 * (len(w.expanded) + len(w.filtered) + len(w.split))
	}
	return n
}

// Packed implements problem.Conv.
func (b *BlockBands) Packed() int {
	n := b.conv.Packed()
	for _, m := range []*matrix{b.expand, b.project} {
		if m != nil {
			n += m.packed()
		}
	}
	return n
}

// Buffers are as Conv.Buffers.
func (b *BlockBands) Buffers() *problem.Buffers {
	all := &problem.Buffers{}
	for i := range b.work {
		w := &b.work[i]
		all.Add(i, &w.expanded, &w.filtered, &w.split)
	}
	return all
}
