package ops

import (
	"context"
	"errors"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// needsPadding reports whether the padding holds something other than zeros.
func (p *Problem) needsPadding() bool { return p.PadMode != "" && p.PadMode != layer.PadZeros }

// padBytes bounds what is padded at once, and the outputs that are made of it: together with what an algorithm needs it
// stays below the workspace of one thread, and much of it in a second-level cache.
const padBytes = 2 << 20

// afterPadding is p for a box of its outputs, on an input that was padded beforehand: without padding of its own. The box
// is the whole batch if that is small enough, else a whole image, else a part of one, whatever the number of threads.
func (p *Problem) afterPadding() *Problem {
	out := p.Out
	q := p.boxOf(p.N, out)
	if !p.holds(q) {
		q = p.boxOf(1, out)
	}
	for !p.holds(q) && volume(out) > 1 {
		// Wide rows suit vectors: an axis is cut while it has more than an eighth of the width.
		axis, most := 2, out[2]
		for a := range 2 {
			if out[a] > 1 && 8*out[a] > most {
				axis, most = a, 8*out[a]
			}
		}
		out[axis] = half(out[axis])
		q = p.boxOf(1, out)
	}
	return q
}

// half is about half of n, in whole tiles of 4 if it has several.
func half(n int) int {
	if n > 16 {
		return (n/2 + 3) / 4 * 4
	}
	return (n + 1) / 2
}

// boxOf is p for n samples and out outputs of each axis.
func (p *Problem) boxOf(n int, out [3]int) *Problem {
	q := *p
	q.N, q.Out, q.Pads, q.PadMode = n, out, [3]layer.Pad{}, layer.PadZeros
	for a := range q.In {
		q.In[a] = (out[a]-1)*p.Stride[a] + (p.Kernel[a]-1)*p.Dilation[a] + 1
	}
	q.Inputs = [][]int{append([]int{n, p.C}, q.In[:]...)}
	q.Output = append([]int{n, p.O}, out[:]...)
	return &q
}

// holds reports whether a box fits: its padded input and, if it is a part of an image, its outputs.
func (p *Problem) holds(box *Problem) bool {
	n := box.inputs()
	if box.Out != p.Out {
		n += box.outputs()
	}
	return n <= padBytes/p.elementSize()
}

// inputs and outputs are the elements of a box's padded input and of its outputs.
func (p *Problem) inputs() int  { return p.N * p.C * p.InPlane() }
func (p *Problem) outputs() int { return p.N * p.O * p.OutPlane() }

var errTooWide = errors.New("the padded input under one output is larger than the workspace")

// padded pads a box of the input (reflected, replicated or wrapped around), runs an algorithm without padding on it,
// and so on with the next box. The copies cost a pass over the input and, for boxes that are parts of an image, one over
// the output; the inner loops stay free of border rules.
type padded[T tensor.Float] struct {
	outer, inner *Problem
	next         runner[T]
	team         *team
	x, y         []T
	boxes        [3]int // of an image, along each axis
	whole        bool   // a box is whole images: its outputs are written where they belong
	scratch      []T    // a padded input
	result       []T    // its outputs
	in           [][]T
	now, before  int // boxes over the batch: the one to pad, and the one whose outputs are to be copied; -1 is none
	copyRows     func(worker, from, to int)
}

func newPadded[T tensor.Float](outer, inner *Problem, next runner[T]) runner[T] {
	r := &padded[T]{outer: outer, inner: inner, next: next, team: newTeam(outer), whole: inner.Out == outer.Out}
	for a := range r.boxes {
		r.boxes[a] = (outer.Out[a] + inner.Out[a] - 1) / inner.Out[a]
	}
	r.scratch = make([]T, inner.inputs())
	if !r.whole {
		r.result = make([]T, inner.outputs())
	}
	r.in = [][]T{r.scratch}
	r.copyRows = r.copy
	return r
}

func (r *padded[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	n := r.outer.N / r.inner.N * volume(r.boxes)
	for i := range n {
		if err := r.move(ctx, i, i-1); err != nil {
			return err
		}
		result := r.result
		if r.whole {
			size := r.inner.outputs()
			result = out[i*size:][:size]
		}
		if err := r.next.run(ctx, result, r.in); err != nil {
			return err
		}
	}
	return r.move(ctx, -1, n-1)
}

// move pads the input of one box and copies the outputs of another, in one loop.
func (r *padded[T]) move(ctx context.Context, now, before int) error {
	r.now, r.before = now, before
	if r.whole {
		r.before = -1
	}
	return r.team.each(ctx, r.inputRows()+r.outputRows(), grainFor(float64(r.inner.In[2])/2), r.copyRows)
}

func (r *padded[T]) inputRows() int {
	if r.now < 0 {
		return 0
	}
	return len(r.scratch) / r.inner.In[2]
}

func (r *padded[T]) outputRows() int {
	if r.before < 0 {
		return 0
	}
	return len(r.result) / r.inner.Out[2]
}

// copy is the rows from..to of the box that is padded, followed by those of the outputs.
func (r *padded[T]) copy(_, from, to int) {
	n := r.inputRows()
	for i := from; i < min(to, n); i++ {
		r.pad(i)
	}
	for i := max(from, n); i < to; i++ {
		r.store(i - n)
	}
}

// place is the sample that box i begins with, and its first output along each axis: the last box of an axis begins early
// rather than ending late.
func (r *padded[T]) place(i int) (sample int, first [3]int) {
	for a := 2; a >= 0; a-- {
		first[a] = min(i%r.boxes[a]*r.inner.Out[a], r.outer.Out[a]-r.inner.Out[a])
		i /= r.boxes[a]
	}
	return i * r.inner.N, first
}

// pad writes row i of the box's padded input.
func (r *padded[T]) pad(i int) {
	dst := r.scratch[i*r.inner.In[2]:][:r.inner.In[2]]
	sample, first := r.place(r.now)
	i, h := i/r.inner.In[1], i%r.inner.In[1]
	plane, d := sample*r.outer.C+i/r.inner.In[0], i%r.inner.In[0]
	src := r.x[((plane*r.outer.In[0]+r.source(0, first[0], d))*r.outer.In[1]+r.source(1, first[1], h))*r.outer.In[2]:][:r.outer.In[2]]
	at := first[2]*r.outer.Stride[2] - r.outer.Pads[2].Begin // in src, of dst[0]
	from := min(max(0, -at), len(dst))
	to := max(from, min(len(dst), len(src)-at))
	copy(dst[from:to], src[min(max(0, at), len(src)):])
	for j := range from {
		dst[j] = src[borderSource(at+j, len(src), r.outer.PadMode)]
	}
	for j := to; j < len(dst); j++ {
		dst[j] = src[borderSource(at+j, len(src), r.outer.PadMode)]
	}
}

// source is the position along an axis of the input that position i of a box with that first output holds.
func (r *padded[T]) source(axis, first, i int) int {
	p := r.outer
	return borderSource(first*p.Stride[axis]-p.Pads[axis].Begin+i, p.In[axis], p.PadMode)
}

// borderSource is the element that position i of n, possibly outside of them, holds in a padding mode.
func borderSource(i, n int, mode layer.PadMode) int {
	switch mode {
	case layer.PadReflect: // a period of 2n-2: there and back without repeating the ends
		return min(max(i, -i), 2*(n-1)-i)
	case layer.PadCircular:
		return (i + n) % n
	}
	return min(max(i, 0), n-1)
}

// store copies row i of the box's outputs to where it belongs.
func (r *padded[T]) store(i int) {
	src := r.result[i*r.inner.Out[2]:][:r.inner.Out[2]]
	sample, first := r.place(r.before)
	i, h := i/r.inner.Out[1], i%r.inner.Out[1]
	plane, d := sample*r.outer.O+i/r.inner.Out[0], i%r.inner.Out[0]
	copy(r.y[((plane*r.outer.Out[0]+first[0]+d)*r.outer.Out[1]+first[1]+h)*r.outer.Out[2]+first[2]:], src)
}

func (r *padded[T]) bytes() (workspace, packed int) {
	workspace, packed = r.next.bytes()
	return workspace + (len(r.scratch)+len(r.result))*sizeOf[T](), packed
}
