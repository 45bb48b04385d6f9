package ops

import (
	"context"
	"errors"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/crew"
	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
)

// sampled computes a deformable convolution as a matrix product whose columns are sampled while they are packed: the
// offsets of a tap are turned into four pixels and four weights once, for all channels that share them, and the input
// stands in blocks of channels, so that each of the four is one vector. The sampled matrix is never whole in memory.
type sampled struct {
	*Problem
	offsetGroups int
	level        kernel.Level
	gemm         *dense.Gemm
	crew         *crew.Crew
	team         *team
	blocks       []float32 // the image at hand: block of channels, pixel and one zero pixel, channel
	workers      []sampler
	pack         func(worker, from, to int)

	x, offset, mask []float32 // of the image at hand
}

// sampler is what one member samples with: four pixels and weights for each column of a panel.
type sampler struct {
	at     []int32
	weight []float32
	values []float32 // a block of channels of the panel, before it is turned into rows
}

func newSampled(p *Problem, w operands[float32]) (runner[float32], error) {
	q := denseProblem(p)
	r := &sampled{
		Problem: p, offsetGroups: p.Stage.Op.(layer.Deformable).OffsetGroups,
		level: q.Level, crew: p.crewOf(), team: newTeam(p),
	}
	// One image at a time: its channel blocks are kept, not the batch's.
	q.Batch = 1
	r.gemm = dense.NewSampled(*q, w.Weight, w.Bias, r)
	r.blocks = dense.Aligned(r.channelBlocks() * (p.InPlane() + 1) * r.level.Block())
	_, cols := r.level.GemmTile()
	for range max(1, q.Threads) { // as many as the product has panels for
		r.workers = append(r.workers, sampler{
			at: make([]int32, 4*cols), weight: make([]float32, 4*cols), values: dense.Aligned((cols + 1) * r.level.Block()),
		})
	}
	r.pack = r.packRows
	return r, nil
}

func sampledAccepts(p *Problem) error {
	b := kernel.Best().Block()
	if (p.C+b)*(p.InPlane()+1) > math.MaxInt32 {
		return errors.New("the image has more elements than 32-bit offsets reach")
	}
	return nil
}

// sampledCost is the product's, and four products and a transposition for each sampled value.
func sampledCost(p *Problem) float64 {
	values := float64(p.N*p.C*p.Taps()) * float64(p.OutPlane())
	return gemmCost(p) + values/2
}

func (r *sampled) channelBlocks() int { return (r.C + r.level.Block() - 1) / r.level.Block() }

func (r *sampled) run(ctx context.Context, out []float32, in [][]float32) error {
	in0, pixels := r.C*r.InPlane(), r.OutPlane()
	taps := r.offsetGroups * r.Taps() * pixels
	for n := range r.N {
		r.x = in[0][n*in0:][:in0]
		r.offset = in[1][2*n*taps:][:2*taps]
		if len(in) > 2 {
			r.mask = in[2][n*taps:][:taps]
		}
		rows := r.channelBlocks() * r.In[1]
		if err := r.team.each(ctx, rows, grainFor(float64(r.In[2]*r.level.Block())/4), r.pack); err != nil {
			return err
		}
		if err := r.gemm.Run(ctx, out[n*r.O*pixels:][:r.O*pixels], r.x, r.crew); err != nil {
			return err
		}
	}
	r.x, r.offset, r.mask = nil, nil, nil
	return nil
}

// packRows brings input rows from..to, counted over blocks of channels, into channel blocks.
func (r *sampled) packRows(_, from, to int) {
	b, plane := r.level.Block(), r.InPlane()
	for i := from; i < to; i++ {
		block, h := i/r.In[1], i%r.In[1]
		at := h * r.In[2]
		r.level.BlockPack(r.blocks[(block*(plane+1)+at)*b:], r.x[block*b*plane+at:], plane, min(b, r.C-block*b), r.In[2])
	}
}

// Pack implements dense.Source.
func (r *sampled) Pack(member int, dst []float32, width, _, group, start, n, from, to int) {
	b, cin := r.level.Block(), r.C/r.Groups
	share := r.C / r.offsetGroups // channels with the same offsets
	s := &r.workers[member]
	tap, shared := -1, -1
	for k := from; k < to; {
		c := group*cin + k%cin
		if tap != k/cin || shared != c/share {
			tap, shared = k/cin, c/share
			r.locate(s, shared, tap, start, n)
		}
		// To the end of the block of channels, of those that share offsets, of the tap and of the rows.
		channels := min(b-c%b, share-c%share, cin-k%cin, to-k)
		plane := r.blocks[c/b*(r.InPlane()+1)*b:][:(r.InPlane()+1)*b]
		r.level.Sample(s.values, plane, s.at, s.weight, n)
		r.level.BlockUnpack(dst[(k-from)*width:], width, s.values[c%b:], channels, n)
		k += channels
	}
}

// locate finds the four pixels and their weights for n output pixels from start on, as reference.Bilinear does: pixels
// outside are the zero pixel that ends each block.
func (r *sampled) locate(s *sampler, shared, tap, start, n int) {
	pixels := r.OutPlane()
	k := shared*r.Taps() + tap
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
		r.corners(s.at[4*j:][:4], s.weight[4*j:][:4], row, col, scale)
		if w++; w == r.Out[2] {
			h, w = h+1, 0
		}
	}
}

func (r *sampled) corners(at []int32, weight []float32, row, col float64, scale float32) {
	b := r.level.Block()
	height, width := r.In[1], r.In[2]
	outside := int32(r.InPlane() * b)
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
	pixel := int32((y*width + x) * b)
	at[0], at[1], at[2], at[3] = pixel, pixel+int32(b), pixel+int32(width*b), pixel+int32((width+1)*b)
	if y < 0 {
		at[0], at[1] = outside, outside
	}
	if y+1 >= height {
		at[2], at[3] = outside, outside
	}
	if x < 0 {
		at[0], at[2] = outside, outside
	}
	if x+1 >= width {
		at[1], at[3] = outside, outside
	}
}

func (r *sampled) bytes() (workspace, packed int) {
	workspace = r.gemm.Workspace() + 4*len(r.blocks)
	for _, s := range r.workers {
		workspace += 4 * (len(s.at) + len(s.weight) + len(s.values))
	}
	return workspace, r.gemm.Packed()
}
