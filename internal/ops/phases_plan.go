package ops

import (
	"context"
	"fmt"
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// phases runs a transposed convolution phase by phase; see phaseLayout.
type phases[T tensor.Float] struct {
	*phaseLayout
	operands[T]
	team     *team
	convs    [][]runner[T] // of each part, for each block
	turns    turns[T]      // all of them
	planes   []T           // the parts' outputs, one after the other
	weavers  []weaver[T]   // per worker
	weave    func(dst []T, src [][]T, n int)
	rowsLoop func(worker, from, to int)
	y        []T
	in       [1][]T
	first    int // where the current block begins, over samples and channels
}

func newPhases[T tensor.Float](p *Problem, w operands[T], choose phaseChoice) (runner[T], error) {
	box, begin := p.phaseBox()
	r, err := newPhasesOf(box, w, choose)
	if err != nil || box == p {
		return r, err
	}
	return newPhaseBoxes(p, box, begin, r), nil
}

// newPhasesOf computes p at once.
func newPhasesOf[T tensor.Float](p *Problem, w operands[T], choose phaseChoice) (runner[T], error) {
	l, err := layPhases(p)
	if err != nil {
		return nil, err
	}
	r := &phases[T]{phaseLayout: l, operands: w, team: newTeam(p), planes: make([]T, l.planes), weave: weaveOf[T]()}
	var memory []T
	for i := range l.parts {
		q := &l.parts[i]
		sub := l.problem(q)
		a, err := choose(sub)
		if err != nil {
			return nil, err
		}
		convs := make([]runner[T], l.blocks)
		for b := range convs {
			if convs[b], err = prepareWith(a, sub, r.weights(q, b)); err != nil {
				return nil, fmt.Errorf("preparing %s for a phase: %w", a.Name, err)
			}
			// At once, so that what the convolution had of its own is free again.
			r.turns = append(r.turns, convs[b])
			memory = r.turns.share(memory)
		}
		r.convs = append(r.convs, convs)
	}
	for range r.team.threads {
		r.weavers = append(r.weavers, weaver[T]{
			planes: apart[int](len(l.where)), rows: apart[[]T](p.Stride[2]), constant: apart[T](p.Out[2]/p.Stride[2] + 1),
		})
	}
	r.rowsLoop = r.interleave
	return r, nil
}

// weights are those of one part's convolution for block b: for each group, each phase, each output channel of the
// group, the part of the kernel that belongs to the phase.
func (r *phases[T]) weights(q *phasePart, b int) operands[T] {
	cg, og := r.C/r.Groups, r.O/r.Groups
	wide := r.block / r.groups // output channels of a group in this block
	var w operands[T]
	for g := range r.groups {
		for _, phase := range q.phases {
			for j := range wide {
				o := b*r.block + g*og + j
				if r.Problem.Bias {
					w.Bias = append(w.Bias, r.operands.Bias[o])
				}
				for c := range cg {
					w.Weight = r.appendTaps(w.Weight, o/og*cg+c, o%og, phase)
				}
			}
		}
	}
	return w
}

// appendTaps appends the kernel taps of one phase, for input channel c and channel o of its group.
func (r *phases[T]) appendTaps(w []T, c, o int, phase [3]int) []T {
	k := r.operands.Weight[(c*(r.O/r.Groups)+o)*r.Taps():][:r.Taps()]
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
	channels, skip := r.C, 0 // a block of groups reads its own channels, a block of one group all of them
	if r.Groups > 1 {
		channels = r.C / r.blocks
		skip = channels
	}
	plane := r.InPlane()
	for n := range r.N {
		for b := range r.blocks {
			r.in[0] = in[0][(n*r.C+b*skip)*plane:][:channels*plane]
			r.first = n*r.O + b*r.block
			if err := r.runBlock(ctx, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *phases[T]) runBlock(ctx context.Context, b int) error {
	for i := range r.parts {
		q := &r.parts[i]
		planes := r.planes[q.at:][:len(q.phases)*r.block*volume(q.out)]
		if err := r.convs[i][b].run(ctx, planes, r.in[:]); err != nil {
			return err
		}
	}
	return r.team.each(ctx, r.block*r.Out[0]*r.Out[1], grainFor(rowWork*float64(r.Out[2]+rowTurn)), r.rowsLoop)
}

// An element of a row that is interleaved takes as long as rowWork multiply-accumulates, and a row as long as rowTurn
// elements beside its own.
const rowWork, rowTurn = 4, 64

// interleave writes rows from..to of the block's output. A row is short: everything that a division gives is carried
// from one row to the next.
func (r *phases[T]) interleave(worker, from, to int) {
	w := &r.weavers[worker]
	o, d, h := from/r.Out[1]/r.Out[0], from/r.Out[1]%r.Out[0], from%r.Out[1]
	r.enter(w, o)
	qd, pd, qh, ph := d/r.Stride[0], d%r.Stride[0], h/r.Stride[1], h%r.Stride[1]
	row := r.y[(r.first*r.Out[0]*r.Out[1]+from)*r.Out[2]:]
	for i := from; ; {
		r.interleaveRow(w, row[:r.Out[2]], pd*r.Stride[1]+ph, qd, qh)
		if i++; i == to {
			return
		}
		row = row[r.Out[2]:]
		if h, ph = h+1, ph+1; ph == r.Stride[1] {
			qh, ph = qh+1, 0
		}
		if h < r.Out[1] {
			continue
		}
		h, qh, ph = 0, 0, 0
		if d, pd = d+1, pd+1; pd == r.Stride[0] {
			qd, pd = qd+1, 0
		}
		if d == r.Out[0] {
			d, qd, pd = 0, 0, 0
			o++
			r.enter(w, o)
		}
	}
}

// weaver is what one worker interleaves with.
type weaver[T tensor.Float] struct {
	planes   []int // of each phase, where its plane begins for the channel at hand; -1 if it has no taps
	rows     [][]T // the rows that are being interleaved
	constant []T   // a row of a phase without taps
}

// enter moves to output channel o of the block.
func (r *phases[T]) enter(w *weaver[T], o int) {
	wide := r.block / r.groups
	for i, at := range r.where {
		if at.part < 0 {
			w.planes[i] = -1
			continue
		}
		q := &r.parts[at.part]
		channel := (o/wide*len(q.phases)+at.index)*wide + o%wide
		w.planes[i] = q.at + ((channel*q.out[0]+q.class[0].shift)*q.out[1]+q.class[1].shift)*q.out[2]
	}
	bias := r.biasOnly(o)
	for i := range w.constant {
		w.constant[i] = bias
	}
}

// interleaveRow writes one row of the output, number (qd, qh) of its phase, from the rows of the phases along it.
func (r *phases[T]) interleaveRow(w *weaver[T], row []T, phase, qd, qh int) {
	step := r.Stride[2]
	for i := range w.rows {
		at := w.planes[phase*step+i]
		if at < 0 {
			w.rows[i] = w.constant
			continue
		}
		q := &r.parts[r.where[phase*step+i].part]
		at += (qd*q.out[1] + qh) * q.out[2]
		w.rows[i] = r.planes[at+q.class[2].shift : at+q.out[2]]
	}
	whole := len(row) / step // columns that every phase has
	r.weave(row, w.rows, whole)
	for j := whole * step; j < len(row); j++ {
		row[j] = w.rows[j-whole*step][whole]
	}
}

// biasOnly is what a phase without taps holds.
func (r *phases[T]) biasOnly(o int) T {
	b := T(0)
	if r.Problem.Bias {
		b = r.operands.Bias[r.first%r.O+o]
	}
	if b != b {
		return b
	}
	return T(math.Min(math.Max(float64(b), r.Lo), r.Hi))
}

// scratch implements scratcher.
func (r *phases[T]) scratch() int { return piecesSize([]*[]T{&r.planes}) + r.turns.scratch() }

// use implements scratcher.
func (r *phases[T]) use(memory []T) { r.turns.use(usePieces([]*[]T{&r.planes}, memory)) }

func (r *phases[T]) bytes() (workspace, packed int) {
	workspace, packed = r.turns.bytes()
	return workspace + len(r.planes)*sizeOf[T](), packed
}

// weaveOf interleaves rows of T: dst[i*len(src)+r] = src[r][i].
func weaveOf[T tensor.Float]() func(dst []T, src [][]T, n int) {
	var f any = kernel.Best().Interleave
	if isFloat64[T]() {
		f = weave64
	}
	return f.(func(dst []T, src [][]T, n int))
}

func weave64(dst []float64, src [][]float64, n int) {
	for r, s := range src {
		for i, v := range s[:n] {
			dst[i*len(src)+r] = v
		}
	}
}
