package transposed

import (
	"context"
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// phases runs a transposed convolution phase by phase; see phaseLayout.
type phases[T tensor.Float] struct {
	*phaseLayout
	problem.Operands[T]
	loop         *workers.Loop
	convs        [][]problem.Runner[T] // of each part, for each block
	convolutions []problem.Sequence[T] // all of them, by share
	planes       []T                   // the parts' outputs, one after the other
	interleavers []*interleaver[T]     // per worker
	columns      func(dst []T, ds int, src [][]T, ss []int, n, rows int)
	rowsLoop     func(worker, from, to int)
	sharesLoop   func(worker, from, to int)
	ctx          context.Context
	y            []T
	in           [1][]T
	current      int // the block at hand
	first        int // where it begins, over samples and channels
}

// Convolve chooses the algorithm of a phase's convolution, and returns what prepares it.
type Convolve[T tensor.Float] func(*problem.Problem) (prepare func(problem.Operands[T]) (problem.Runner[T], error), err error)

// New prepares p, which Accepts takes, phase by phase.
func New[T tensor.Float](p *problem.Problem, w problem.Operands[T], convolve Convolve[T]) (problem.Runner[T], error) {
	tile, begin := phaseTile(p)
	r, err := newPhases(tile, w, convolve)
	if err != nil || tile == p {
		return r, err
	}
	return newTiled(p, tile, begin, r), nil
}

// newPhases computes p at once.
func newPhases[T tensor.Float](p *problem.Problem, w problem.Operands[T], convolve Convolve[T]) (problem.Runner[T], error) {
	l, err := layPhases(p)
	if err != nil {
		return nil, err
	}
	r := &phases[T]{phaseLayout: l, Operands: w, loop: p.NewLoop(), planes: make([]T, l.planes), columns: interleaveOf[T]()}
	for _, s := range l.shares {
		sequence, err := r.prepare(s, convolve)
		if err != nil {
			return nil, err
		}
		r.convolutions = append(r.convolutions, sequence)
	}
	for range r.loop.Threads {
		w := &workers.Apart[interleaver[T]](1)[0]
		w.rows, w.apart, w.constant = workers.Apart[[]T](p.Stride[2]), workers.Apart[int](p.Stride[2]), workers.Apart[T](p.Out[2])
		r.interleavers = append(r.interleavers, w)
	}
	r.rowsLoop, r.sharesLoop = r.interleave, r.runShares
	r.Operands = problem.Operands[T]{Bias: slices.Clone(w.Bias)} // the weights are packed
	return r, nil
}

// prepare makes the convolutions of a share, which run one after the other.
func (r *phases[T]) prepare(share [2]int, convolve Convolve[T]) (all problem.Sequence[T], err error) {
	var memory []T
	for i := share[0]; i < share[1]; i++ {
		q := &r.parts[i]
		prepare, err := convolve(r.problem(q))
		if err != nil {
			return nil, err
		}
		convs := make([]problem.Runner[T], r.blocks)
		for b := range convs {
			if convs[b], err = prepare(r.weights(q, b)); err != nil {
				return nil, lang.Errorf("preparing a phase: %w", err)
			}
			// At once, so that what the convolution had of its own is free again.
			all = append(all, convs[b])
			memory = all.Share(memory)
		}
		r.convs = append(r.convs, convs)
	}
	return all, nil
}

// NewTiled prepares p in tiles of these outputs, whole strides of them, however large it is.
func NewTiled[T tensor.Float](p *problem.Problem, out [3]int, w problem.Operands[T], convolve Convolve[T]) (problem.Runner[T], error) {
	tile, begin := tileOf(p, out)
	r, err := newPhases(tile, w, convolve)
	if err != nil {
		return nil, err
	}
	return newTiled(p, tile, begin, r), nil
}

// channelsAtOnce is how many input channels' kernels, far apart, are parted in turn.
const channelsAtOnce = 16

// weights are those of one part's convolution for block b: for each group, each phase, each output channel of the
// group, the part of the kernel that belongs to the phase.
func (r *phases[T]) weights(q *phasePart, b int) problem.Operands[T] {
	cg, og := r.C/r.Groups, r.O/r.Groups
	var w problem.Operands[T]
	var lists [][]int // by phase
	for _, phase := range q.phases {
		lists = append(lists, r.tapsOf(phase))
	}
	taps := len(lists[0])
	w.Weight = make([]T, r.groups*len(lists)*r.wide*cg*taps)
	for g := range r.groups {
		first := b*r.block + g*og
		for from := 0; from < cg; from += channelsAtOnce {
			for j := range r.wide {
				for c := from; c < min(cg, from+channelsAtOnce); c++ {
					whole := r.Operands.Weight[((first/og*cg+c)*og+(first+j)%og)*r.Taps():][:r.Taps()]
					for i, list := range lists {
						to := w.Weight[(((g*len(lists)+i)*r.wide+j)*cg+c)*taps:]
						for k, tap := range list {
							to[k] = whole[tap]
						}
					}
				}
			}
		}
		for range lists {
			if r.Problem.Bias {
				w.Bias = append(w.Bias, r.Operands.Bias[first:first+r.wide]...)
			}
		}
	}
	return w
}

// tapsOf is the taps of a kernel that belong to a phase.
func (r *phases[T]) tapsOf(phase [3]int) (list []int) {
	for _, d := range r.axes[0][phase[0]].taps {
		for _, h := range r.axes[1][phase[1]].taps {
			for _, v := range r.axes[2][phase[2]].taps {
				list = append(list, (d*r.Kernel[1]+h)*r.Kernel[2]+v)
			}
		}
	}
	return list
}

func (r *phases[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.y = out
	channels, skip := r.C, 0 // a block of groups reads its own channels, a block of one group all of them
	if r.Groups > 1 {
		channels = r.C / r.blocks
		skip = channels
	}
	plane := r.InPlane()
	for n := range r.N {
		for b := range r.blocks {
			r.in[0] = in[0][(n*r.C+b*skip)*plane:][:channels*plane]
			r.current, r.first = b, n*r.O+b*r.block
			if err := r.runBlock(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *phases[T]) runBlock(ctx context.Context) error {
	if !r.apart() {
		for i := range r.parts {
			if err := r.runPart(ctx, i); err != nil {
				return err
			}
		}
	} else {
		r.ctx = ctx
		err := r.loop.Each(ctx, len(r.shares), 1, r.sharesLoop)
		r.ctx = nil
		if err != nil {
			return err
		}
	}
	rows := r.block * r.Out[0] * r.Out[1]
	grain := max(workers.Grain(rowWork*float64(r.Out[2]+rowTurn)), min(phaseRows*r.Stride[1], (rows-1)/r.loop.Threads+1))
	return r.loop.Each(ctx, rows, grain, r.rowsLoop)
}

func (r *phases[T]) runPart(ctx context.Context, i int) error {
	q := &r.parts[i]
	planes := r.planes[q.at:][:len(q.phases)*r.block*volume(q.out)]
	return r.convs[i][r.current].Run(ctx, planes, r.in[:])
}

// runShares computes the parts of some shares. An error is the context's, which the loop looks at.
func (r *phases[T]) runShares(_, from, to int) {
	for _, s := range r.shares[from:to] {
		for i := s[0]; i < s[1] && r.runPart(r.ctx, i) == nil; i++ {
		}
	}
}

// An element of a row that is interleaved takes as long as rowWork multiply-accumulates, and a row as long as rowTurn
// elements beside its own.
const rowWork, rowTurn = 4, 64

// phaseRows is the rows of each phase that a chunk should hold: where the planes along a row are is found once for them.
const phaseRows = 8

// interleave writes rows from..to of the block's output, slice by slice.
func (r *phases[T]) interleave(worker, from, to int) {
	w := r.interleavers[worker]
	high, channel := r.Out[1], -1
	for from < to {
		slice := from / high
		end := min(to, (slice+1)*high)
		if o := slice / r.Out[0]; o != channel {
			channel = o
			r.enter(w, o)
		}
		r.interleaveSlice(w, slice, from-slice*high, end-slice*high)
		from = end
	}
}

// interleaveSlice writes rows from..to of a slice of a channel: those of a phase at once.
func (r *phases[T]) interleaveSlice(w *interleaver[T], slice, from, to int) {
	d, step := slice%r.Out[0], r.Stride[1]
	first := r.y[(r.first*r.Out[0]+slice)*r.Out[1]*r.Out[2]:]
	for h := from; h < min(to, from+step); h++ {
		phase := d%r.Stride[0]*step + h%step
		r.interleaveRows(w, first[h*r.Out[2]:], phase, d/r.Stride[0], h/step, (to-1-h)/step+1)
	}
}

// interleaver is what one worker interleaves with.
type interleaver[T tensor.Float] struct {
	group, channel int   // at hand: of the block, and of the group
	rows           [][]T // the rows that are being interleaved, from the first on
	apart          []int // how far one is from the next
	constant       []T   // a row of a phase without taps
}

// enter moves to output channel o of the block.
func (r *phases[T]) enter(w *interleaver[T], o int) {
	w.group, w.channel = o/r.wide, o%r.wide
	bias := r.biasOnly(o)
	for i := range w.constant {
		w.constant[i] = bias
	}
}

// interleaveRows writes n rows of the output that have the same phase, the first of them number (qd, qh) of it, from the rows
// of the phases along them.
func (r *phases[T]) interleaveRows(w *interleaver[T], y []T, phase, qd, qh, n int) {
	step, apart := r.Stride[2], r.Stride[1]*r.Out[2]
	meets := false
	for i := range step {
		at := &r.where[phase*step+i]
		if at.part < 0 {
			w.rows[i], w.apart[i] = w.constant, 0
			continue
		}
		q := &r.parts[at.part]
		from := at.first + r.channels(q, w.group*len(q.phases)) + (w.channel*q.out[0]+qd)*q.out[1]*q.out[2] + qh*q.out[2]
		w.rows[i], w.apart[i], meets = r.planes[from:], q.out[2], true
	}
	if !meets {
		for i := range n {
			copy(y[i*apart:], w.constant)
		}
		return
	}
	whole := r.Out[2] / step // columns that every phase has
	r.columns(y, apart, w.rows, w.apart, whole, n)
	for j := whole * step; j < r.Out[2]; j++ {
		src, from := w.rows[j-whole*step], w.apart[j-whole*step]
		for i := range n {
			y[i*apart+j] = src[i*from+whole]
		}
	}
}

// biasOnly is what a phase without taps holds.
func (r *phases[T]) biasOnly(o int) T {
	b := T(0)
	if r.Problem.Bias {
		b = r.Operands.Bias[r.first%r.O+o]
	}
	if b != b {
		return b
	}
	return T(math.Min(math.Max(float64(b), r.Lo), r.Hi))
}

// WorkspaceSize implements problem.WorkspaceSharer.
func (r *phases[T]) WorkspaceSize() int {
	n := problem.BuffersSize([]*[]T{&r.planes})
	for _, s := range r.convolutions {
		n += s.WorkspaceSize()
	}
	return n
}

// UseWorkspace implements problem.WorkspaceSharer.
func (r *phases[T]) UseWorkspace(memory []T) {
	memory = problem.UseBuffers([]*[]T{&r.planes}, memory)
	for _, s := range r.convolutions {
		n := s.WorkspaceSize()
		s.UseWorkspace(memory[:n:n])
		memory = memory[n:]
	}
}

func (r *phases[T]) Bytes() (workspace, packed int) {
	for _, s := range r.convolutions {
		w, p := s.Bytes()
		workspace, packed = workspace+w, packed+p
	}
	return workspace + len(r.planes)*problem.SizeOf[T](), packed
}

// interleaveOf is kernel.ISA's Interleave of elements T.
func interleaveOf[T tensor.Float]() func(dst []T, ds int, src [][]T, ss []int, n, rows int) {
	var f any = kernel.Best().Interleave
	if problem.IsFloat64[T]() {
		f = interleave64
	}
	return f.(func(dst []T, ds int, src [][]T, ss []int, n, rows int))
}

func interleave64(dst []float64, ds int, src [][]float64, ss []int, n, rows int) {
	for r, s := range src {
		for y := range rows {
			for i, v := range s[y*ss[r]:][:n] {
				dst[y*ds+i*len(src)+r] = v
			}
		}
	}
}
