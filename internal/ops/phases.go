package ops

import (
	"context"
	"errors"
	"fmt"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// phases computes a transposed convolution as ordinary ones, so that no zero is multiplied and nothing is scattered
// (Shi et al. 2016, Is the deconvolution layer the same as a convolutional layer?).
//
// Output o of an axis sums the taps t for which (o + pad - t*dilation) is divisible by the stride. Those are the same
// taps for every o of one phase, o mod stride, so each phase is a convolution of stride 1 with a part of the kernel.
// Phases whose taps read the same inputs become one convolution with as many times the output channels: one packed
// input, a taller product. A last pass interleaves the phases' planes into the rows of the output.
//
// The output is computed in blocks of channels, so that the planes before interleaving stay in the cache.
type phases[T tensor.Float] struct {
	*Problem
	operands[T]
	team   *team
	parts  []phasePart[T]
	axes   [3][]axisPhase
	where  []place // of every phase, the last axis fastest
	blocks int     // channel blocks, of whole groups or of one group's channels
	block  int     // output channels a block
	groups int     // groups a block
	planes []T     // the parts' outputs, one after the other
	rows   [][][]T // per worker, the rows that are being interleaved
	// constants are, per worker, a row of a phase without taps
	constants [][]T
	weave     func(worker, from, to int)
	weaveRow  func(dst []T, src [][]T, n int)
	x, y      []T
	in        [1][]T
	first     int // the output channel at which the current block begins
}

// axisPhase is one phase of one axis: its convolution is sum over v of kernel tap taps[v] times input
// q + begin + v*dilation, for output q*stride + phase.
type axisPhase struct {
	taps     []int
	dilation int
	begin    int // the first input that output q = 0 reads; negative is padding
	shift    int // how many outputs are computed before q = 0, because padding cannot be negative
	count    int // outputs of this phase
}

// some reports whether the phase has both taps and outputs.
func (a axisPhase) some() bool { return len(a.taps) > 0 && a.count > 0 }

// phasePart is the phases that share their inputs: one convolution for each block of channels.
type phasePart[T tensor.Float] struct {
	class  [3]axisPhase // the geometry that the phases share
	phases [][3]int     // which phases, in the order of the convolution's output channels
	conv   []runner[T]  // one per block
	at     int          // where its planes begin
	out    [3]int
}

// maxPlanes bounds the planes of one block, in bytes: half of what a plan may use on one thread.
const maxPlanes = 4 << 20

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
			if len(a.taps) == 0 {
				a.begin = at / stride
			} else if len(a.taps) == 1 {
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

func newPhases[T tensor.Float](p *Problem, w operands[T]) (runner[T], error) {
	r := &phases[T]{Problem: p, operands: w, team: newTeam(p.Threads)}
	for axis := range r.axes {
		r.axes[axis] = axisPhases(p.Kernel[axis], p.Stride[axis], p.Dilation[axis], p.Pads[axis].Begin, p.Out[axis])
	}
	r.group()
	r.cut()
	for b := range r.blocks {
		for i := range r.parts {
			if err := r.prepare(&r.parts[i], b); err != nil {
				return nil, err
			}
		}
	}
	for range r.team.threads {
		r.rows = append(r.rows, make([][]T, p.Stride[2]))
		r.constants = append(r.constants, make([]T, p.Out[2]/p.Stride[2]+1))
	}
	r.weave, r.weaveRow = r.interleave, weaveOf[T]()
	return r, nil
}

// group joins the phases that read the same inputs into parts. Phases without taps hold the bias alone and have none.
func (r *phases[T]) group() {
	for d := range r.axes[0] {
		for h := range r.axes[1] {
			for w := range r.axes[2] {
				c := [3]axisPhase{r.axes[0][d], r.axes[1][h], r.axes[2][w]}
				if c[0].some() && c[1].some() && c[2].some() {
					r.where = append(r.where, r.join(c, [3]int{d, h, w}))
				} else {
					r.where = append(r.where, place{part: -1})
				}
			}
		}
	}
}

// join adds a phase to the part that reads the same inputs, or to a new one.
func (r *phases[T]) join(c [3]axisPhase, phase [3]int) place {
	for i := range r.parts {
		q := &r.parts[i]
		same := true
		for axis := range c {
			a, b := c[axis], q.class[axis]
			same = same && len(a.taps) == len(b.taps) && a.begin == b.begin && a.shift == b.shift && a.dilation == b.dilation
		}
		if same {
			q.phases = append(q.phases, phase)
			for axis := range c {
				q.class[axis].count = max(q.class[axis].count, c[axis].count)
			}
			return place{i, len(q.phases) - 1}
		}
	}
	r.parts = append(r.parts, phasePart[T]{class: c, phases: [][3]int{phase}})
	return place{len(r.parts) - 1, 0}
}

// cut sizes the blocks of channels and lays out their planes.
func (r *phases[T]) cut() {
	perChannel := 0
	for i := range r.parts {
		q := &r.parts[i]
		for axis, a := range q.class {
			q.out[axis] = a.count + a.shift
		}
		perChannel += len(q.phases) * volume(q.out)
	}
	unit, units := 1, r.O // a block is whole groups, or some channels of the only one
	if r.Groups > 1 {
		unit, units = r.O/r.Groups, r.Groups
	}
	most := max(1, maxPlanes/sizeOf[T]()/max(1, perChannel*unit))
	blocks := (units + most - 1) / most
	for units%blocks != 0 { // equal blocks: one size of plane, and no tail
		blocks++
	}
	r.blocks, r.block, r.groups = blocks, units/blocks*unit, 1
	if r.Groups > 1 {
		r.groups = units / blocks
	}
	at := 0
	for i := range r.parts {
		r.parts[i].at = at
		at += len(r.parts[i].phases) * r.block * volume(r.parts[i].out)
	}
	r.planes = make([]T, at)
}

// prepare makes the convolution of one part for block b, by the best algorithm that accepts it.
func (r *phases[T]) prepare(q *phasePart[T], b int) error {
	sub, w := r.subProblem(q, b)
	sel := selection{}
	a, err := sel.choose(sub)
	if err != nil {
		return err
	}
	conv, err := prepareWith(a, sub, w)
	if err != nil {
		return fmt.Errorf("preparing %s for a phase: %w", a.Name, err)
	}
	q.conv = append(q.conv, conv)
	return nil
}

// subProblem is the convolution of one part for block b, with its weights: for each group, each phase, each output
// channel of the group, the part of the kernel that belongs to the phase.
func (r *phases[T]) subProblem(q *phasePart[T], b int) (*Problem, operands[T]) {
	groups, cg, og := r.groups, r.C/r.Groups, r.O/r.Groups
	first := b * r.block
	wide := r.block / groups // output channels of a group in this block
	sub := &Problem{Lo: r.Lo, Hi: r.Hi, Float64: r.Float64, Threads: r.Threads, Bias: r.Problem.Bias}
	sub.N, sub.C, sub.O, sub.Groups = 1, groups*cg, len(q.phases)*r.block, groups
	sub.In, sub.Out, sub.Stride, sub.PadMode = r.In, q.out, [3]int{1, 1, 1}, layer.PadZeros
	taps := 1
	for axis, a := range q.class {
		sub.Kernel[axis], sub.Dilation[axis] = len(a.taps), a.dilation
		end := a.begin + (len(a.taps)-1)*a.dilation + q.out[axis] - r.In[axis]
		sub.Pads[axis] = layer.Pad{Begin: -a.begin, End: max(0, end)}
		taps *= len(a.taps)
	}
	sub.Inputs = [][]int{{1, sub.C, sub.In[0], sub.In[1], sub.In[2]}}
	sub.Output = []int{1, sub.O, sub.Out[0], sub.Out[1], sub.Out[2]}
	sub.Stage = layer.Stage{Name: "phase", Op: layer.Conv{
		Window:  layer.Window{Kernel: sub.Kernel[:], Stride: sub.Stride[:], Dilation: sub.Dilation[:], Padding: layer.Padding{Pairs: sub.Pads[:]}},
		PadMode: layer.PadZeros, OutChannels: sub.O, Groups: groups, Bias: r.Problem.Bias,
	}}
	var w operands[T]
	w.Weight = make([]T, 0, sub.O*cg*taps)
	for g := range groups {
		for _, phase := range q.phases {
			for j := range wide {
				o := first + g*og + j
				if r.Problem.Bias {
					w.Bias = append(w.Bias, r.operands.Bias[o])
				}
				for c := range cg {
					in := o/og*cg + c
					w.Weight = r.appendTaps(w.Weight, in, o%og, phase)
				}
			}
		}
	}
	return sub, w
}

// appendTaps appends the kernel taps of one phase, for input channel c and channel o of its group.
func (r *phases[T]) appendTaps(w []T, c, o int, phase [3]int) []T {
	og := r.O / r.Groups
	k := r.operands.Weight[(c*og+o)*r.Taps():][:r.Taps()]
	for _, d := range r.axes[0][phase[0]].taps {
		for _, h := range r.axes[1][phase[1]].taps {
			for _, v := range r.axes[2][phase[2]].taps {
				w = append(w, k[(d*r.Kernel[1]+h)*r.Kernel[2]+v])
			}
		}
	}
	return w
}

func (r *phases[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.y = out
	plane := r.InPlane()
	for n := range r.N {
		for b := range r.blocks {
			first, channels := 0, r.C
			if r.Groups > 1 {
				channels = r.C / r.blocks
				first = b * channels
			}
			r.in[0] = in[0][(n*r.C+first)*plane:][:channels*plane]
			r.first = n*r.O + b*r.block
			for i := range r.parts {
				q := &r.parts[i]
				planes := r.planes[q.at:][:len(q.phases)*r.block*volume(q.out)]
				if err := q.conv[b].run(ctx, planes, r.in[:]); err != nil {
					return err
				}
			}
			rows := r.block * r.Out[0] * r.Out[1]
			if err := r.team.each(ctx, rows, grainFor(float64(r.Out[2])), r.weave); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *phases[T]) bytes() (workspace, packed int) {
	for i := range r.parts {
		most := 0
		for _, c := range r.parts[i].conv {
			w, p := c.bytes()
			most, packed = max(most, w), packed+p
		}
		workspace += most
	}
	return workspace + len(r.planes)*sizeOf[T](), packed
}

// maxPhases bounds the phases: a convolution is prepared for each set that reads the same inputs.
const maxPhases = 4096

func phasesAccept(p *Problem) error {
	if n, err := layer.Product(p.Stride[:]...); err != nil || n > maxPhases {
		return fmt.Errorf("a stride of %s has more than %d phases", layer.FormatShape(p.Stride[:]), maxPhases)
	}
	if planes := p.O / p.Groups * p.OutPlane() * 4; p.Groups > 1 && planes > 2*maxPlanes || p.OutPlane()*4 > 2*maxPlanes {
		return errors.New("one channel of its output is larger than the workspace")
	}
	return nil
}

// phasesCost is what the convolutions cost, and a pass over the output.
func phasesCost(p *Problem) float64 {
	return p.MACs()/40/float64(p.Threads) + float64(p.N*p.O*p.OutPlane())/4
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }
