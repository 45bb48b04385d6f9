package elementwise

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// depthToSpace interleaves rows: an output row is one row of each of the planes that share it.
type depthToSpace struct {
	block, in, out [3]int
	rows           int
	isa            kernel.ISA
	loop           *workers.Loop
	sources        [][][]float32 // by worker
	x, y           []float32
	shuffle        func(worker, from, to int)
}

func NewDepthToSpace(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	r := &depthToSpace{
		block: problem.Three(p.Stage.Op.(layer.DepthToSpace).Block), in: problem.Three(p.Inputs[0][2:]), out: problem.Three(p.Output[2:]),
		rows: p.Rows(), isa: kernel.Best(), loop: p.NewLoop(),
	}
	for range r.loop.Threads {
		r.sources = append(r.sources, workers.Apart[[]float32](r.block[2]))
	}
	r.shuffle = r.rowsOf
	return r, nil
}

func (r *depthToSpace) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.x, r.y = in[0], out
	return r.loop.Each(ctx, r.rows, workers.Grain(float64(r.out[2])), r.shuffle)
}

func (r *depthToSpace) rowsOf(worker, from, to int) {
	sources, width := r.sources[worker], r.in[2]
	for i := from; i < to; i++ {
		c, d, h := i/r.out[1]/r.out[0], i/r.out[1]%r.out[0], i%r.out[1]
		first := ((c*r.block[0]+d%r.block[0])*r.block[1] + h%r.block[1]) * r.block[2]
		for j := range sources {
			row := ((first+j)*r.in[0]+d/r.block[0])*r.in[1] + h/r.block[1]
			sources[j] = r.x[row*width:][:width]
		}
		r.isa.Interleave(r.y[i*r.out[2]:][:r.out[2]], 0, sources, nil, width, 1)
	}
}

func (r *depthToSpace) Bytes() (workspace, packed int) { return 0, 0 }
