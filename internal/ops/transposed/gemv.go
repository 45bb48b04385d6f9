// Package transposed computes transposed convolutions: phase by phase, as ordinary ones, and from one pixel.
//
// Phases is the polyphase decomposition of signal processing; deep learning has no better name for it (sub-pixel is that of
// a layer).
package transposed

import (
	"context"
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// gemv computes a transposed convolution of one pixel, the first layer of many generators: the output is a sum of
// rows of the weights as they are, each times one channel of the input. The weights, far larger than the rest, are read
// once and in order.
type gemv struct {
	*problem.Problem
	problem.Operands[float32]
	isa     kernel.ISA
	pool    *workers.Pool
	threads int
	width   int // outputs of one group: a row of the weights

	out, in []float32
}

// gemvChunk is the outputs of an item: they stay in the first cache while the rows pass.
const gemvChunk = 2048

// GemvAccepts takes an input of one pixel.
func GemvAccepts(p *problem.Problem) error {
	if p.InPlane() != 1 || p.Out != p.Kernel || p.Dilation != [3]int{1, 1, 1} || p.Pads != [3]layer.Pad{} {
		return lang.Errorf("it needs an input of one pixel, of which every output meets one tap")
	}
	return nil
}

// GemvCost is the traffic of the weights, for each sample.
func GemvCost(p *problem.Problem) float64 { return p.MACs() / 14 }

// NewGemv prepares p, which GemvAccepts takes.
func NewGemv(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	return &gemv{Problem: p, Operands: w, isa: kernel.Best(), pool: p.WorkerPool(), threads: p.WorthThreads(), width: p.O / p.Groups * p.OutPlane()}, nil
}

func (r *gemv) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.out, r.in = out, in[0]
	err := r.pool.RunOn(ctx, r.threads, r)
	r.out, r.in = nil, nil
	return err
}

// Work implements workers.Job: an item is some outputs of one group of one sample.
func (r *gemv) Work(m *workers.Worker) {
	chunks := (r.width-1)/gemvChunk + 1
	n := r.N * r.Groups * chunks
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		from := i % chunks * gemvChunk
		r.sum(i/chunks, from, min(r.width, from+gemvChunk))
	}
}

var minusInf, plusInf = float32(math.Inf(-1)), float32(math.Inf(1))

// sum computes outputs from..to of a group, counted over the samples.
func (r *gemv) sum(group, from, to int) {
	y := r.out[group*r.width:][from:to]
	first := group % r.Groups * (r.O / r.Groups) // of the group's output channels
	for i := range y {
		y[i] = 0
		if r.Problem.Bias {
			y[i] = r.Operands.Bias[first+(from+i)/r.OutPlane()]
		}
	}
	channels := r.C / r.Groups
	x := r.in[group*channels:][:channels]
	weights := r.Weight[group%r.Groups*channels*r.width:][:channels*r.width]
	var chain [gemvChunk]float32
	for c := 0; c < channels; c += problem.ChainTerms {
		end, sums := min(c+problem.ChainTerms, channels), y
		if c > 0 {
			sums = chain[:len(y)]
			clear(sums)
		}
		for i := c; i < end; i++ {
			r.isa.Blend(sums, sums, weights[i*r.width:][from:to], 1, x[i], minusInf, plusInf)
		}
		if c > 0 {
			r.isa.Blend(y, y, sums, 1, 1, minusInf, plusInf)
		}
	}
	r.isa.Affine(y, y, 1, 0, float32(r.Lo), float32(r.Hi))
}

func (r *gemv) Bytes() (workspace, packed int) { return 0, 0 }
