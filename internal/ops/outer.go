package ops

import (
	"context"
	"errors"

	"convx/internal/layer"
	"convx/internal/ops/crew"
	"convx/internal/ops/kernel"
)

// outer computes a transposed convolution of one pixel, the first layer of many generators: the output is a sum of
// rows of the weights as they are, each times one channel of the input. The weights, far larger than the rest, are read
// once and in order.
type outer struct {
	*Problem
	operands[float32]
	level   kernel.Level
	crew    *crew.Crew
	threads int
	width   int // outputs of one group: a row of the weights

	out, in []float32
}

// outerChunk is the outputs of an item: they stay in the first cache while the rows pass.
const outerChunk = 2048

func outerAccepts(p *Problem) error {
	if p.InPlane() != 1 || p.Out != p.Kernel || p.Dilation != [3]int{1, 1, 1} || p.Pads != [3]layer.Pad{} {
		return errors.New("it needs an input of one pixel, of which every output meets one tap")
	}
	return nil
}

// outerCost is the traffic of the weights, for each sample.
func outerCost(p *Problem) float64 { return p.MACs() / 14 }

func newOuter(p *Problem, w operands[float32]) (runner[float32], error) {
	return &outer{Problem: p, operands: w, level: kernel.Best(), crew: p.crewOf(), threads: worthThreads(p), width: p.O / p.Groups * p.OutPlane()}, nil
}

func (r *outer) run(ctx context.Context, out []float32, in [][]float32) error {
	r.out, r.in = out, in[0]
	err := r.crew.RunOn(ctx, r.threads, r)
	r.out, r.in = nil, nil
	return err
}

// Work implements crew.Job: an item is some outputs of one group of one sample.
func (r *outer) Work(m *crew.Member) {
	chunks := (r.width-1)/outerChunk + 1
	n := r.N * r.Groups * chunks
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		from := i % chunks * outerChunk
		r.sum(i/chunks, from, min(r.width, from+outerChunk))
	}
}

// sum computes outputs from..to of a group, counted over the samples.
func (r *outer) sum(group, from, to int) {
	y := r.out[group*r.width:][from:to]
	first := group % r.Groups * (r.O / r.Groups) // of the group's output channels
	for i := range y {
		y[i] = 0
		if r.Problem.Bias {
			y[i] = r.operands.Bias[first+(from+i)/r.OutPlane()]
		}
	}
	channels := r.C / r.Groups
	for c, x := range r.in[group*channels:][:channels] {
		row := r.Weight[(group%r.Groups*channels+c)*r.width:][from:to]
		lo, hi := minusInf, plusInf
		if c == channels-1 {
			lo, hi = float32(r.Lo), float32(r.Hi)
		}
		r.level.Blend(y, y, row, 1, x, lo, hi)
	}
}

func (r *outer) bytes() (workspace, packed int) { return 0, 0 }
