package ops

import (
	"context"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// needsPadding reports whether the padding holds something other than zeros.
func (p *Problem) needsPadding() bool { return p.PadMode != "" && p.PadMode != layer.PadZeros }

// afterPadding is p on an input that was padded beforehand: larger, and without padding of its own.
func (p *Problem) afterPadding() *Problem {
	q := *p
	for i, pad := range p.Pads {
		q.In[i] += pad.Begin + pad.End
	}
	q.Pads, q.PadMode = [3]layer.Pad{}, layer.PadZeros
	return &q
}

// padded copies the input once into a scratch with its reflected, replicated or wrapped border, then runs an algorithm
// without padding on that. The copy costs a pass over the input; the inner loops stay free of border rules.
type padded[T tensor.Float] struct {
	outer, inner *Problem
	next         runner[T]
	team         *team
	x            []T
	scratch      []T
	in           [][]T
	from         [3][]int // per axis, the input position that each padded position holds
	copyRows     func(worker, from, to int)
}

func newPadded[T tensor.Float](outer, inner *Problem, next runner[T]) runner[T] {
	r := &padded[T]{outer: outer, inner: inner, next: next, team: newTeam(outer)}
	r.scratch = make([]T, inner.N*inner.C*inner.InPlane())
	r.in = [][]T{r.scratch}
	for axis := range r.from {
		for i := range inner.In[axis] {
			r.from[axis] = append(r.from[axis], borderSource(i-outer.Pads[axis].Begin, outer.In[axis], outer.PadMode))
		}
	}
	r.copyRows = r.copy
	return r
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

func (r *padded[T]) run(ctx context.Context, out []T, in [][]T) error {
	r.x = in[0]
	rows := r.inner.N * r.inner.C * r.inner.In[0] * r.inner.In[1]
	if err := r.team.each(ctx, rows, grainFor(float64(r.inner.In[2])), r.copyRows); err != nil {
		return err
	}
	return r.next.run(ctx, out, r.in)
}

func (r *padded[T]) copy(_, from, to int) {
	w, W := r.inner.In[2], r.outer.In[2]
	for i := from; i < to; i++ {
		plane, d, h := i/(r.inner.In[1]*r.inner.In[0]), i/r.inner.In[1]%r.inner.In[0], i%r.inner.In[1]
		src := r.x[((plane*r.outer.In[0]+r.from[0][d])*r.outer.In[1]+r.from[1][h])*W:][:W]
		dst := r.scratch[i*w:][:w]
		for j, s := range r.from[2] {
			dst[j] = src[s]
		}
	}
}

func (r *padded[T]) bytes() (workspace, packed int) {
	workspace, packed = r.next.bytes()
	return workspace + len(r.scratch)*sizeOf[T](), packed
}
