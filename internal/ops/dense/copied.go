package dense

import (
	"context"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// copied is a convolution that is a simpler one of a copy of the input with its
// elements in another order. Images are copied one by one.
type copied struct {
	problem.FinishingPart
	p, q   problem.Convolution // as it was asked for, and of one image's copy
	inner  innerConv           // computes q
	planes []float32           // the copy
	copy   workers.Job         // makes it of in

	in []float32
}

// innerConv is a convolution whose workspace may be shared.
type innerConv interface {
	problem.Conv
	problem.Finishable
	Buffers() *problem.Buffers
}

// newCopied is the convolution p by inner, which computes q; whoever embeds it sets copy.
func newCopied(p, q problem.Convolution, inner innerConv) copied {
	return copied{p: p, q: q, inner: inner, planes: problem.Aligned(q.C * volume(q.In))}
}

// Workspace implements problem.Conv.
func (c *copied) Workspace() int { return c.inner.Workspace() + 4*len(c.planes) }

// Packed implements problem.Conv.
func (c *copied) Packed() int { return c.inner.Packed() }

// FinishBy implements problem.Finishable.
func (c *copied) FinishBy(f problem.Finisher) bool { return c.FinishPartBy(f, c.inner) }

// Run implements problem.Conv: image by image, a copy and a convolution.
func (c *copied) Run(ctx context.Context, out, in []float32, t *workers.Pool) error {
	inSize, outSize := c.p.C*volume(c.p.In), c.p.O*volume(c.p.Out)
	for b := range c.p.N {
		c.in = in[b*inSize:][:inSize]
		c.BeginPart(b * outSize)
		err := t.RunOn(ctx, c.p.Threads, c.copy)
		c.in = nil
		if err == nil {
			err = c.inner.Run(ctx, out[b*outSize:][:outSize], c.planes, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
