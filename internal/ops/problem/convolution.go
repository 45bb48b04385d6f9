package problem

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
)

// Convolution is one convolution of float32 planes over three spatial axes, as the ways that pack their operands are asked:
// geometry and memory, no stage. Input is N x C x In, output N x O x Out, weights O x C/Groups x Kernel, all contiguous.
// Padding is zeros, Pads' Begin of them before each axis, and as many behind as Out needs.
type Convolution struct {
	layer.Geometry
	Lo, Hi  float32 // outputs are kept within
	ISA     kernel.ISA
	Threads int
	Small   bool // too little for two threads, however many there are
	Runs    int  // how often it runs; 0 is so often that packing does not count
	Cold    bool // weights are in no cache when a run begins
}

// packingTime is the nanoseconds that a byte of packed weights takes: to compute it, and to touch memory for it.
const packingTime = 1

// PackingTime is a run's share of what packed bytes take, those beyond the layer's own weights.
func (p *Convolution) PackingTime(packed float64) float64 {
	if p.Runs == 0 {
		return 0
	}
	return packingTime * max(0, packed-float64(4*p.O*p.GroupIn()*p.Taps())) / float64(p.Runs)
}

// Conv is a prepared convolution.
type Conv interface {
	// Run computes out from in. It allocates nothing and is not safe for concurrent use.
	Run(ctx context.Context, out, in []float32, t *workers.Pool) error
	// Workspace is how many bytes it keeps beside the packed weights, Packed how many those have.
	Workspace() int
	Packed() int
}

// NoClamp is the range of a Convolution without an activation.
func NoClamp() (lo, hi float32) { return float32(math.Inf(-1)), float32(math.Inf(1)) }

// Convolution is that of a problem, on the best instruction set and as many threads as it is worth.
func (p *Problem) Convolution() *Convolution {
	return &Convolution{Geometry: p.Geometry, Lo: float32(p.Lo), Hi: float32(p.Hi), ISA: kernel.Best(), Threads: p.WorthThreads(), Small: p.work() < worthThread, Runs: p.Runs, Cold: p.Cold}
}

// convRunner runs a prepared convolution.
type convRunner struct {
	conv Conv
	pool *workers.Pool
}

// SharedConv is the workspace of c, for a runner that runs it by itself.
func SharedConv(c Conv) Runner[float32] { return &convRunner{conv: c} }

// NewConvRunner runs c on the workers of a problem.
func NewConvRunner(p *Problem, c Conv) Runner[float32] {
	return &convRunner{conv: c, pool: p.WorkerPool()}
}

func (r *convRunner) Run(ctx context.Context, out []float32, in [][]float32) error {
	return r.conv.Run(ctx, out, in[0], r.pool)
}

// buffers are the workspace of those convolutions that have any to share.
func (r *convRunner) buffers() *Buffers {
	if c, ok := r.conv.(interface{ Buffers() *Buffers }); ok {
		return c.Buffers()
	}
	return &Buffers{}
}

// FinishBy implements Finishable where the convolution does.
func (r *convRunner) FinishBy(f Finisher) bool {
	c, ok := r.conv.(Finishable)
	return ok && c.FinishBy(f)
}

func (r *convRunner) WorkspaceSize() int            { return r.buffers().Size() }
func (r *convRunner) UseWorkspace(memory []float32) { r.buffers().Use(memory) }

func (r *convRunner) Bytes() (workspace, packed int) { return r.conv.Workspace(), r.conv.Packed() }
