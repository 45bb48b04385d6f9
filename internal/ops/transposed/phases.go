package transposed

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// phaseLayout splits a transposed convolution into ordinary ones, so that no zero is multiplied and nothing is
// scattered (Shi et al. 2016, Is the deconvolution layer the same as a convolutional layer?).
//
// Output o of an axis sums the taps t for which (o + pad - t*dilation) is divisible by the stride. Those are the same
// taps for every o of one phase, o mod stride, so each phase is a convolution of stride 1 with a part of the kernel.
// Phases whose taps read the same inputs become one convolution with as many times the output channels: one packed
// input, a taller product. A last pass interleaves the phases' planes into the rows of the output.
//
// The output is computed in blocks of channels, so that the planes before interleaving stay in the cache.
type phaseLayout struct {
	*problem.Problem
	axes   [3][]axisPhase
	parts  []phasePart
	where  []place  // of every phase, the last axis fastest
	blocks int      // channel blocks, of whole groups or of one group's channels
	block  int      // output channels a block
	groups int      // groups a block
	wide   int      // output channels of a group in a block
	planes int      // elements of one block's planes
	shares [][2]int // of the parts: see share
}

// axisPhase is one phase of one axis: its convolution is the sum over v of kernel tap taps[v] times input
// q + begin + v*dilation, for the output q*stride + phase.
type axisPhase struct {
	taps     []int
	dilation int
	begin    int // the first input that output q = 0 reads; negative is padding
	shift    int // how many outputs are computed before q = 0, because padding cannot be negative
	count    int // outputs of this phase
}

// phasePart is the phases that share their inputs.
type phasePart struct {
	class  [3]axisPhase // the geometry that the phases share
	phases [][3]int     // which phases, in the order of the convolution's output channels
	at     int          // where its planes begin
	out    [3]int
}

// place is where a phase's planes are: its part, its number in it, and, in the block's first channel, its first output. The part of a
// phase without taps is -1.
type place struct{ part, index, first int }

const (
	// maxPlanes bounds the planes of one block, in bytes: half of what a plan may use on one thread.
	maxPlanes = 4 << 20
	// maxPhases bounds the phases: a convolution is prepared for each set that reads the same inputs.
	maxPhases = 4096
)

// layPhases splits p. It declines a stride with too many phases, and planes that no workspace holds.
func layPhases(p *problem.Problem) (*phaseLayout, error) {
	if n, err := layer.Product(p.Stride[:]...); err != nil || n > maxPhases {
		return nil, lang.Errorf("a stride of %s has more than %d phases", layer.FormatShape(p.Stride[:]), maxPhases)
	}
	l := &phaseLayout{Problem: p}
	for axis := range l.axes {
		l.axes[axis] = axisPhases(p.Kernel[axis], p.Stride[axis], p.Dilation[axis], p.Pads[axis].Begin, p.Out[axis])
	}
	for d := range l.axes[0] {
		for h := range l.axes[1] {
			for w := range l.axes[2] {
				l.where = append(l.where, l.join([3]int{d, h, w}))
			}
		}
	}
	l.cut()
	l.share()
	if l.ElementSize()*l.planes > maxPlanes {
		return nil, lang.Errorf("one channel of its output, or one group's, is larger than the workspace")
	}
	return l, nil
}

// axisPhases splits an axis of a transposed convolution.
func axisPhases(kernel, stride, dilation, pad, out int) []axisPhase {
	all := make([]axisPhase, stride)
	for r := range all {
		a := &all[r]
		a.count = max(0, (out-r+stride-1)/stride)
		a.dilation = 1
		// The last tap reads the first input: cross-correlation does not flip the kernel, a transposed one does.
		for t := kernel - 1; t >= 0; t-- {
			at := r + pad - t*dilation
			if at%stride != 0 {
				continue
			}
			switch len(a.taps) {
			case 0:
				a.begin = at / stride
			case 1:
				a.dilation = at/stride - a.begin
			}
			a.taps = append(a.taps, t)
		}
		if a.begin > 0 {
			a.shift, a.begin = a.begin, 0
		}
	}
	return all
}

// join adds a phase to the part that reads the same inputs, or to a new one.
func (l *phaseLayout) join(phase [3]int) place {
	var c [3]axisPhase
	for axis := range c {
		c[axis] = l.axes[axis][phase[axis]]
		if len(c[axis].taps) == 0 || c[axis].count == 0 {
			return place{part: -1}
		}
	}
	for i := range l.parts {
		if q := &l.parts[i]; q.reads(c) {
			q.phases = append(q.phases, phase)
			for axis := range c {
				q.class[axis].count = max(q.class[axis].count, c[axis].count)
			}
			return place{part: i, index: len(q.phases) - 1}
		}
	}
	l.parts = append(l.parts, phasePart{class: c, phases: [][3]int{phase}})
	return place{part: len(l.parts) - 1}
}

func (q *phasePart) reads(c [3]axisPhase) bool {
	for axis, a := range q.class {
		b := c[axis]
		if len(a.taps) != len(b.taps) || a.begin != b.begin || a.shift != b.shift || a.dilation != b.dilation {
			return false
		}
	}
	return true
}

// cut sizes the blocks of channels and lays out their planes.
func (l *phaseLayout) cut() {
	perChannel := 0
	for i := range l.parts {
		q := &l.parts[i]
		for axis, a := range q.class {
			q.out[axis] = a.count + a.shift
		}
		q.at = perChannel // times the block, once that is known
		perChannel += len(q.phases) * volume(q.out)
	}
	unit, units := 1, l.O // a block is whole groups, or some channels of the only one
	if l.Groups > 1 {
		unit, units = l.O/l.Groups, l.Groups
	}
	most := max(1, maxPlanes/l.ElementSize()/max(1, perChannel*unit))
	l.blocks = (units + most - 1) / most
	for units%l.blocks != 0 { // equal blocks: one size of plane, and no tail
		l.blocks++
	}
	l.block, l.groups = units/l.blocks*unit, 1
	if l.Groups > 1 {
		l.groups = units / l.blocks
	}
	l.wide = l.block / l.groups
	for i := range l.parts {
		l.parts[i].at *= l.block
	}
	for i := range l.where {
		if at := &l.where[i]; at.part >= 0 {
			q := &l.parts[at.part]
			at.first = q.at + l.channels(q, at.index) + (q.class[0].shift*q.out[1]+q.class[1].shift)*q.out[2] + q.class[2].shift
		}
	}
	l.planes = perChannel * l.block
}

// channels is the elements that n planes of each of a group's channels in the block take.
func (l *phaseLayout) channels(q *phasePart, n int) int {
	return n * l.wide * volume(q.out)
}

// share gives each thread parts of its own, from..to, where those are as much work for each: convolutions that are computed side by
// side wait for nothing, and each brings its weights and workspace to one cache. Others are one share, computed in turn by all threads.
func (l *phaseLayout) share() {
	before := make([]float64, len(l.parts)+1)
	for i := range l.parts {
		before[i+1] = before[i] + l.problem(&l.parts[i]).MACs()
	}
	all, from := before[len(l.parts)], 0
	for i := range l.Threads {
		to := from
		for to < len(l.parts) && before[to+1] <= all*(float64(i+1)+shareSlack)/float64(l.Threads) {
			to++
		}
		if before[to]-before[from] > all*(1+shareSlack)/float64(l.Threads) {
			break
		}
		l.shares = append(l.shares, [2]int{from, to})
		from = to
	}
	if len(l.shares) < l.Threads || from < len(l.parts) {
		l.shares = [][2]int{{0, len(l.parts)}}
	}
}

// shareSlack is by how much of it a share may be larger than the others.
const shareSlack = 0.1

// apart reports whether each thread has convolutions of its own.
func (l *phaseLayout) apart() bool { return len(l.shares) > 1 }

// problem is the convolution of one part, for one block of channels.
func (l *phaseLayout) problem(q *phasePart) *problem.Problem {
	sub := &problem.Problem{Lo: l.Lo, Hi: l.Hi, Float64: l.Float64, Threads: l.Threads, Runs: l.Runs, Cold: l.Cold, Pool: l.WorkerPool(), Bias: l.Bias}
	if l.apart() {
		sub.Threads, sub.Pool = 1, nil
	}
	sub.N, sub.C, sub.O, sub.Groups = 1, l.groups*(l.C/l.Groups), len(q.phases)*l.block, l.groups
	sub.In, sub.Out, sub.Stride, sub.PadMode = l.In, q.out, [3]int{1, 1, 1}, layer.PadZeros
	for axis, a := range q.class {
		sub.Kernel[axis], sub.Dilation[axis] = len(a.taps), a.dilation
		end := a.begin + (len(a.taps)-1)*a.dilation + q.out[axis] - l.In[axis]
		sub.Pads[axis] = layer.Pad{Begin: -a.begin, End: max(0, end)}
	}
	sub.Inputs = [][]int{{1, sub.C, sub.In[0], sub.In[1], sub.In[2]}}
	sub.Output = []int{1, sub.O, sub.Out[0], sub.Out[1], sub.Out[2]}
	sub.Stage = layer.Stage{Name: "phase", Op: layer.Conv{
		Window:  layer.Window{Kernel: sub.Kernel[:], Stride: sub.Stride[:], Dilation: sub.Dilation[:], Padding: layer.Padding{Pairs: sub.Pads[:]}},
		PadMode: layer.PadZeros, OutChannels: sub.O, Groups: l.groups, Bias: l.Bias,
	}}
	return sub
}

// Cost is what the convolutions cost by conv, and a pass over the output; infinity where there is no layout, or no
// algorithm.
func Cost(p *problem.Problem, conv func(*problem.Problem) float64) float64 {
	tile, _ := phaseTile(p)
	l, err := layPhases(tile)
	if err != nil {
		return math.Inf(1)
	}
	cost := l.interleavingCost()
	for i := range l.parts {
		cost += float64(tile.N*l.blocks) * conv(l.problem(&l.parts[i]))
	}
	return cost * float64(p.OutputSize()) / float64(tile.OutputSize())
}

// farPlanes is the bytes of planes that leave a second-level cache before they are interleaved.
const farPlanes = 1 << 20

// farRow is the nanoseconds that a row of a phase takes to begin to arrive from there: those of two are fetched ahead.
var farRow = [...]float64{
	kernel.CoreGeneric: 10, kernel.CoreAVX2: 15, kernel.CoreAVX512: 22,
	kernel.CoreNEON1: 20, kernel.CoreNEON2: 15, kernel.CoreNEON4: 10,
}

// interleavingCost is the nanoseconds of the pass over the output: of 2, 4 and 8 phases its rows are written in order, of others four
// elements at a time, for each vector of columns. Where rows are shorter, or there are no vectors, it is element by element, and of
// more than 8 phases no two that are written in turn share a line of the cache. Rows that no tap meets are copied.
func (l *phaseLayout) interleavingCost() float64 {
	size := float64(l.OutputSize())
	rows := size / float64(l.Out[2])
	cost := 0.0
	switch s, columns := l.Stride[2], l.Out[2]/l.Stride[2]; {
	case s == 1 || s == 2 || s == 4 || s == 8:
		cost = size*0.15 + rows*12
	case kernel.Best().Interleaves(columns):
		cost = rows * (6 + 4*float64((s+3)/4*((columns+7)/8)))
	case s < 8:
		cost = size*0.6 + rows*12
	default:
		cost = size*5 + rows*12
	}
	if l.ElementSize()*l.planes > farPlanes {
		cost += size*0.1 + rows*float64(max(0, l.Stride[2]-2))*farRow[kernel.Best().Core()]
	}
	return cost * l.met(0) * l.met(1)
}

// met is the share of an axis's phases that have taps.
func (l *phaseLayout) met(axis int) float64 {
	n := 0
	for _, a := range l.axes[axis] {
		n += min(1, len(a.taps))
	}
	return float64(n) / float64(len(l.axes[axis]))
}

// Accepts says why p cannot be computed phase by phase.
func Accepts(p *problem.Problem) error {
	_, _, err := Convolutions(p)
	return err
}

// Convolutions are the convolutions that p becomes, each of them prepared for so many blocks of channels.
func Convolutions(p *problem.Problem) (parts []*problem.Problem, blocks int, err error) {
	tile, _ := phaseTile(p)
	l, err := layPhases(tile)
	if err != nil {
		return nil, 0, err
	}
	for i := range l.parts {
		parts = append(parts, l.problem(&l.parts[i]))
	}
	return parts, l.blocks, nil
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }
