package ops

import (
	"context"
	"errors"
	"math"

	"convx/internal/layer"
)

// resizeLast computes a 1x1 convolution of an enlarged input by enlarging the convolution of the small one: mixing
// pixels and mixing channels commute, and the bias passes since a pixel's weights sum to 1. An activation is applied
// after both. That is as many times fewer multiplications as there are more pixels.
//
// Results differ from the stages in turn only by rounding: each of the two mixes rounds with a relative error of a few
// 2^-24 of the sum of the magnitudes of its products, whichever is first.
type resizeLast struct {
	conv   runner[float32]
	resize *vectorResize
	small  []float32
}

func resizeLastAccepts(c *chain) (int, error) {
	if len(c.Problems) < 2 || c.Problems[0].Stage.Op.Kind() != layer.KindResize || c.Problems[1].Stage.Op.Kind() != layer.KindConv {
		return 0, errors.New("it computes a resize and a convolution")
	}
	p, q := c.Problems[0], c.Problems[1]
	if q.Taps() != 1 || q.Stride != [3]int{1, 1, 1} || q.In != q.Out {
		return 0, errors.New("it needs a 1x1 convolution without stride or padding")
	}
	in, out := product(p.Inputs[0][2:]), product(p.Output[2:])
	if in >= out || q.O*in > q.C*out {
		return 0, errors.New("it needs a resize that enlarges")
	}
	return 2, nil
}

func newResizeLast(c *chain, w []operands[float32]) (runner[float32], error) {
	p, q := c.Problems[0], *c.Problems[1]
	q.Inputs = [][]int{p.Inputs[0]}
	q.Output = append([]int{q.N, q.O}, p.Inputs[0][2:]...)
	q.In, q.Out = three(p.Inputs[0][2:]), three(p.Inputs[0][2:])
	lo, hi := q.Lo, q.Hi
	q.Lo, q.Hi = math.Inf(-1), math.Inf(1)
	a, err := selection{}.choose(&q)
	if err != nil {
		return nil, err
	}
	conv, err := prepareWith(a, &q, w[1])
	if err != nil {
		return nil, err
	}
	return &resizeLast{conv: conv, resize: vectorResizeOf(p, q.N*q.O, lo, hi), small: make([]float32, product(q.Output))}, nil
}

func (r *resizeLast) run(ctx context.Context, out []float32, in [][]float32) error {
	if err := r.conv.run(ctx, r.small, in); err != nil {
		return err
	}
	return r.resize.resize(ctx, out, r.small)
}

func (r *resizeLast) bytes() (workspace, packed int) {
	w, packed := r.conv.bytes()
	own, _ := r.resize.bytes()
	return w + own + 4*len(r.small), packed
}
