// Package deformable computes deformable convolutions.
package deformable

import (
	"context"
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// sampled computes a deformable convolution as a matrix product whose columns are sampled while they are packed: the
// offsets of a tap are turned into four pixels and four weights once, for all channels that share them, and the input
// stands in blocks of channels, so that each of the four is one vector. The sampled matrix is never whole in memory.
//
// Nor is a large input: the output is computed by bands of rows, and the rows of input around a band are kept in blocks,
// those that the band before has met among them. Offsets that lead further read the input's planes.
type sampled struct {
	*problem.Problem
	offsetGroups int
	isa          kernel.ISA
	gemm         *dense.Gemm // of one band
	pool         *workers.Pool
	loop         *workers.Loop
	tall         int       // rows of input that are kept
	band         int       // rows of output that are computed at once
	blocks       []float32 // block of channels, row modulo tall, column and one zero pixel, channel
	rows         []int32   // of input row y, at y+1, where it begins in a block; or far; or nowhere, as the two around the input
	workers      []sampler
	pack         func(worker, from, to int)

	kept struct{ from, to int } // rows of input
	next int                    // the first row to pack
	base int                    // the first pixel of the band

	x, offset, mask []float32 // of the image at hand
}

const (
	nowhere = -1 - iota // in the padding
	far                 // not kept
)

// sampledBytes bounds the channel blocks of the rows that are kept.
const sampledBytes = 5 << 20

// sampler is what one worker samples with: four pixels and weights for each column of a panel.
type sampler struct {
	at     []int32
	weight []float32
	values []float32 // a block of channels of the panel, before it is turned into rows
	strays []stray
	spill  []float32 // the four pixels of a stray
	four   []int32   // and where they are
	_      [64]byte  // workers write to theirs
}

// stray is a column of which a pixel is not kept.
type stray struct{ column, y, x int }

// NewSampled prepares p, which Accepts takes.
func NewSampled(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return NewSampledKeeping(p, w, keptRows(p)), nil
}

// NewSampledKeeping keeps at most so many rows of the input.
func NewSampledKeeping(p *problem.Problem, w problem.Operands[float32], most int) *sampled {
	q := p.Convolution()
	b := q.ISA.Block()
	r := &sampled{
		Problem: p, offsetGroups: p.Stage.Op.(layer.Deformable).OffsetGroups,
		isa: q.ISA, pool: p.WorkerPool(), loop: p.NewLoop(), tall: p.In[1], band: p.Out[1],
	}
	if most < r.tall {
		// Half of the rows are those around the taps.
		r.tall, r.band = most, min(r.band, max(1, (most/2-(p.Kernel[1]-1)*p.Dilation[1]-1)/p.Stride[1]+1))
	}
	// One image at a time: its channel blocks are kept, not the batch's.
	q.N, q.Out[1] = 1, r.band
	r.gemm = dense.NewSampled(*q, w.Weight, w.Bias, r, p.OutPlane())
	r.blocks = problem.Aligned(r.channelBlocks() * r.blockSize())
	r.rows = make([]int32, p.In[1]+2)
	_, cols := r.isa.GemmTile()
	for range max(1, q.Threads) { // as many as the product has panels for
		r.workers = append(r.workers, sampler{
			at: workers.Apart[int32](4 * cols), weight: workers.Apart[float32](4 * cols), values: problem.Aligned((cols + 1) * b),
			strays: workers.Apart[stray](cols)[:0], spill: problem.Aligned(4 * b), four: []int32{0, int32(b), int32(2 * b), int32(3 * b)},
		})
	}
	r.pack = r.packRows
	return r
}

// keptRows is how many rows of input fit.
func keptRows(p *problem.Problem) int {
	b := kernel.Best().Block()
	return (sampledBytes/(4*((p.C+b-1)/b*b)) - 1) / p.In[2]
}

// Accepts says why p cannot be computed.
func Accepts(p *problem.Problem) error {
	if keptRows(p) < 1 {
		return lang.Errorf("one row of its input is larger than the workspace")
	}
	return nil
}

// Cost is the product's, and four products and a transposition for each sampled value.
func Cost(p *problem.Problem) float64 {
	values := float64(p.N*p.C*p.Taps()) * float64(p.OutPlane())
	return dense.GemmCost(p.Convolution()) + values/2
}

func (r *sampled) channelBlocks() int { return (r.C + r.isa.Block() - 1) / r.isa.Block() }

// blockSize is the floats of a block of channels.
func (r *sampled) blockSize() int { return (r.tall*r.In[2] + 1) * r.isa.Block() }

func (r *sampled) Run(ctx context.Context, out []float32, in [][]float32) error {
	in0, pixels := r.C*r.InPlane(), r.OutPlane()
	taps := r.offsetGroups * r.Taps() * pixels
	for block := range r.channelBlocks() { // the zero pixels
		clear(r.blocks[(block+1)*r.blockSize()-r.isa.Block():][:r.isa.Block()])
	}
	for n := range r.N {
		r.x = in[0][n*in0:][:in0]
		r.offset = in[1][2*n*taps:][:2*taps]
		if len(in) > 2 {
			r.mask = in[2][n*taps:][:taps]
		}
		r.kept.from, r.kept.to = 0, 0
		for y := 0; y < r.Out[1]; y += r.band {
			first := min(y, r.Out[1]-r.band)
			if err := r.keep(ctx, first); err != nil {
				return err
			}
			r.base = first * r.Out[2]
			if err := r.gemm.Run(ctx, out[n*r.O*pixels+r.base:(n+1)*r.O*pixels], r.x, r.pool); err != nil {
				return err
			}
		}
	}
	r.x, r.offset, r.mask = nil, nil, nil
	return nil
}

// keep brings the rows of input around the band from an output row on into channel blocks.
func (r *sampled) keep(ctx context.Context, first int) error {
	middle := first*r.Stride[1] - r.Pads[1].Begin + ((r.band-1)*r.Stride[1]+(r.Kernel[1]-1)*r.Dilation[1]+1)/2
	from := max(0, min(middle-r.tall/2, r.In[1]-r.tall)) // never less than for the band before
	to := from + r.tall
	r.next = max(from, r.kept.to)
	r.kept.from, r.kept.to = from, to
	for i := range r.rows {
		switch y := i - 1; {
		case y < 0 || y >= r.In[1]:
			r.rows[i] = nowhere
		case y < from || y >= to:
			r.rows[i] = far
		default:
			r.rows[i] = int32(y % r.tall * r.In[2] * r.isa.Block())
		}
	}
	return r.loop.Each(ctx, r.channelBlocks()*(to-r.next), workers.Grain(float64(r.In[2]*r.isa.Block())/4), r.pack)
}

// packRows brings new rows from..to of input, counted over blocks of channels, into channel blocks.
func (r *sampled) packRows(_, from, to int) {
	b, plane, n := r.isa.Block(), r.InPlane(), r.kept.to-r.next
	for i := from; i < to; i++ {
		block, y := i/n, r.next+i%n
		dst := r.blocks[block*r.blockSize()+y%r.tall*r.In[2]*b:]
		r.isa.PackNCHWc(dst, r.x[block*b*plane+y*r.In[2]:], plane, min(b, r.C-block*b), r.In[2])
	}
}

// Pack implements dense.Source.
func (r *sampled) Pack(worker int, dst []float32, width, _, group, start, n, from, to int) {
	b, cin := r.isa.Block(), r.C/r.Groups
	share := r.C / r.offsetGroups // channels with the same offsets
	s := &r.workers[worker]
	tap, shared := -1, -1
	for k := from; k < to; {
		c := group*cin + k%cin
		if tap != k/cin || shared != c/share {
			tap, shared = k/cin, c/share
			r.locate(s, shared, tap, start, n)
		}
		// To the end of the block of channels, of those that share offsets, of the tap and of the rows.
		channels := min(b-c%b, share-c%share, cin-k%cin, to-k)
		r.isa.Sample(s.values, r.blocks[c/b*r.blockSize():][:r.blockSize()], s.at, s.weight, n)
		r.sampleStrays(s, c/b)
		r.isa.UnpackNCHWc(dst[(k-from)*width:], width, s.values[c%b:], channels, n)
		k += channels
	}
}

// sampleStrays samples, for one block of channels, the columns that are not kept.
func (r *sampled) sampleStrays(s *sampler, block int) {
	b, plane := r.isa.Block(), r.InPlane()
	for _, t := range s.strays {
		clear(s.spill)
		for q := range 4 {
			y, x := t.y+q/2, t.x+q%2
			if y < 0 || y >= r.In[1] || x < 0 || x >= r.In[2] {
				continue
			}
			for c := range min(b, r.C-block*b) {
				s.spill[q*b+c] = r.x[(block*b+c)*plane+y*r.In[2]+x]
			}
		}
		r.isa.Sample(s.values[t.column*b:], s.spill, s.four, s.weight[4*t.column:], 1)
	}
}

// locate finds the four pixels and their weights for n pixels of the band from start on, as reference.Bilinear does:
// pixels outside are the zero pixel that ends each block.
func (r *sampled) locate(s *sampler, shared, tap, start, n int) {
	pixels := r.OutPlane()
	k := shared*r.Taps() + tap
	start += r.base
	s.strays = s.strays[:0]
	dys, dxs := r.offset[2*k*pixels+start:][:n], r.offset[(2*k+1)*pixels+start:][:n]
	h, w := start/r.Out[2], start%r.Out[2]
	top := tap/r.Kernel[2]*r.Dilation[1] - r.Pads[1].Begin
	left := tap%r.Kernel[2]*r.Dilation[2] - r.Pads[2].Begin
	for j := range n {
		row := float64(h*r.Stride[1]+top) + float64(dys[j])
		col := float64(w*r.Stride[2]+left) + float64(dxs[j])
		scale := float32(1)
		if r.mask != nil {
			scale = r.mask[k*pixels+start+j]
		}
		r.corners(s, j, row, col, scale)
		if w++; w == r.Out[2] {
			h, w = h+1, 0
		}
	}
}

// corners finds those of one column.
func (r *sampled) corners(s *sampler, column int, row, col float64, scale float32) {
	at, weight := s.at[4*column:][:4], s.weight[4*column:][:4]
	b := r.isa.Block()
	height, width := r.In[1], r.In[2]
	outside := int32(r.tall * width * b)
	if none := row <= -1 || row >= float64(height) || col <= -1 || col >= float64(width); none || math.IsNaN(row+col) {
		v := float32(0)
		if !none {
			v = float32(math.NaN())
		}
		for q := range at {
			at[q], weight[q] = outside, v*scale
		}
		return
	}
	y, x := int(math.Floor(row)), int(math.Floor(col))
	dy, dx := float32(row-float64(y)), float32(col-float64(x))
	weight[0], weight[1] = (1-dy)*(1-dx)*scale, (1-dy)*dx*scale
	weight[2], weight[3] = dy*(1-dx)*scale, dy*dx*scale
	top, bottom := r.rows[y+1], r.rows[y+2]
	left := int32(x * b)
	at[0], at[1], at[2], at[3] = top+left, top+left+int32(b), bottom+left, bottom+left+int32(b)
	if top < 0 {
		at[0], at[1] = outside, outside
	}
	if bottom < 0 {
		at[2], at[3] = outside, outside
	}
	if x < 0 {
		at[0], at[2] = outside, outside
	}
	if x+1 >= width {
		at[1], at[3] = outside, outside
	}
	if top == far || bottom == far {
		s.strays = append(s.strays, stray{column, y, x})
	}
}

func (r *sampled) buffers() *problem.Buffers {
	b := r.gemm.Buffers()
	b.Add(0, &r.blocks)
	return b
}

func (r *sampled) WorkspaceSize() int            { return r.buffers().Size() }
func (r *sampled) UseWorkspace(memory []float32) { r.buffers().Use(memory) }

func (r *sampled) Bytes() (workspace, packed int) {
	workspace = r.gemm.Workspace() + 4*len(r.blocks)
	for _, s := range r.workers {
		workspace += 4 * (len(s.at) + len(s.weight) + len(s.values))
	}
	workspace += 4 * len(r.rows)
	return workspace, r.gemm.Packed()
}
