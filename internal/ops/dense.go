package ops

import (
	"context"
	"errors"
	"math"

	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
)

// worthThread is the multiply-accumulates that pay for waking a thread, some microseconds of work; an element that is
// read or written takes as long as elementMACs of them.
const (
	worthThread = 1 << 19
	elementMACs = 12
)

// worthThreads is how many threads a convolution occupies.
func worthThreads(p *Problem) int {
	elements := float64(p.N) * (float64(p.C)*float64(p.InPlane()) + float64(p.O)*float64(p.OutPlane()))
	return min(p.Threads, 1+int((p.MACs()+elementMACs*elements)/worthThread))
}

// denseProblem is p for package dense.
func denseProblem(p *Problem) *dense.Problem {
	q := &dense.Problem{
		Batch: p.N, Channels: p.C, OutChannels: p.O, Groups: p.Groups,
		In: p.In, Out: p.Out, Kernel: p.Kernel, Stride: p.Stride, Dilation: p.Dilation,
		Lo: float32(p.Lo), Hi: float32(p.Hi),
		ISA: kernel.Best(), Threads: worthThreads(p),
	}
	for axis, pad := range p.Pads {
		q.Pad[axis] = pad.Begin
	}
	return q
}

// accepts makes the reason that declines gives, if any, an error.
func accepts(declines func(*dense.Problem) string) func(*Problem) error {
	return func(p *Problem) error {
		if reason := declines(denseProblem(p)); reason != "" {
			return errors.New(reason)
		}
		return nil
	}
}

// gemmConv is implicit GEMM on packed panels: every convolution.
func gemmConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, dense.NewGemm(*denseProblem(p), w.Weight, w.Bias)), nil
}

func gemmCost(p *Problem) float64 { return denseProblem(p).GemmCost() }

// indirectGemmConv is GEMM on rows of the input where they lie, or in a padded copy.
func indirectGemmConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, dense.NewIndirectGemm(*denseProblem(p), w.Weight, w.Bias)), nil
}

func indirectGemmCost(p *Problem) float64 { return denseProblem(p).IndirectGemmCost() }

// directNCHWcConv is the definition's loops on channel blocks.
func directNCHWcConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, dense.NewDirectNCHWc(*denseProblem(p), w.Weight, w.Bias)), nil
}

func directNCHWcCost(p *Problem) float64 { return denseProblem(p).DirectNCHWcCost() }

// depthwiseNCHWcConv is depthwise convolution on channel blocks.
func depthwiseNCHWcConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, dense.NewDepthwiseNCHWc(*denseProblem(p), w.Weight, w.Bias)), nil
}

func depthwiseNCHWcCost(p *Problem) float64 { return denseProblem(p).DepthwiseNCHWcCost() }

// patchesConv is a 1x1 convolution over the taps of windows that do not overlap.
func patchesConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, dense.NewPatches(*denseProblem(p), w.Weight, w.Bias)), nil
}

func patchesCost(p *Problem) float64 { return denseProblem(p).PatchesCost() }

// winogradConv is F(m x m, r x r) with the tile that the cost model prefers.
func winogradConv(p *Problem, w operands[float32]) (runner[float32], error) {
	q := denseProblem(p)
	m, _ := q.BestWinograd()
	return newDense(p, dense.NewBestWinograd(*q, m, w.Weight, w.Bias)), nil
}

func winogradCost(p *Problem) float64 {
	m, cost := denseProblem(p).BestWinograd()
	if m == 0 {
		return math.Inf(1)
	}
	return cost
}

// denseRunner runs a prepared convolution of package dense.
type denseRunner struct {
	conv dense.Conv
	pool *workers.Pool
}

func newDense(p *Problem, c dense.Conv) runner[float32] {
	return &denseRunner{conv: c, pool: p.workerPool()}
}

func (r *denseRunner) run(ctx context.Context, out []float32, in [][]float32) error {
	return r.conv.Run(ctx, out, in[0], r.pool)
}

// pieces of scratch memory, of those convolutions that have any to share.
func (r *denseRunner) pieces() []*[]float32 {
	if c, ok := r.conv.(interface{ Scratch() []*[]float32 }); ok {
		return c.Scratch()
	}
	return nil
}

func (r *denseRunner) scratch() int         { return piecesSize(r.pieces()) }
func (r *denseRunner) use(memory []float32) { usePieces(r.pieces(), memory) }

func (r *denseRunner) bytes() (workspace, packed int) { return r.conv.Workspace(), r.conv.Packed() }
