package dense

import (
	"context"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Of is the convolution of a problem, on the best instruction set and as many threads as it is worth.
func Of(p *problem.Problem) *Problem {
	q := &Problem{
		Batch: p.N, Channels: p.C, OutChannels: p.O, Groups: p.Groups,
		In: p.In, Out: p.Out, Kernel: p.Kernel, Stride: p.Stride, Dilation: p.Dilation,
		Lo: float32(p.Lo), Hi: float32(p.Hi),
		ISA: kernel.Best(), Threads: p.WorthThreads(),
	}
	for axis, pad := range p.Pads {
		q.Pad[axis] = pad.Begin
	}
	return q
}

// runner runs a prepared convolution of package
type runner struct {
	conv Conv
	pool *workers.Pool
}

// Shared is the workspace of c, for a runner that runs it by itself.
func Shared(c Conv) problem.Runner[float32] { return &runner{conv: c} }

// Runner runs c on the workers of a problem.
func Runner(p *problem.Problem, c Conv) problem.Runner[float32] {
	return &runner{conv: c, pool: p.WorkerPool()}
}

func (r *runner) Run(ctx context.Context, out []float32, in [][]float32) error {
	return r.conv.Run(ctx, out, in[0], r.pool)
}

// buffers are the workspace of those convolutions that have any to share.
func (r *runner) buffers() []*[]float32 {
	if c, ok := r.conv.(interface{ Buffers() []*[]float32 }); ok {
		return c.Buffers()
	}
	return nil
}

func (r *runner) WorkspaceSize() int            { return problem.BuffersSize(r.buffers()) }
func (r *runner) UseWorkspace(memory []float32) { problem.UseBuffers(r.buffers(), memory) }

func (r *runner) Bytes() (workspace, packed int) { return r.conv.Workspace(), r.conv.Packed() }
