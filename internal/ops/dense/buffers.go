package dense

import "convx/internal/ops/problem"

// The workspace of a convolution may be replaced, between runs, by other
// memory of the same size, whatever that holds: convolutions that run one after
// the other can share theirs. Buffers points to it, piece by piece.

// Buffers are the packed panels.
func (g *Gemm) Buffers() *problem.Buffers { return buffers(g.work) }

// Buffers are the copied planes.
func (r *IndirectGemm) Buffers() *problem.Buffers { return buffers(r.planes) }

// Buffers are the channel blocks and products.
func (d *DirectNCHWc) Buffers() *problem.Buffers { return buffers(d.planes, d.products, d.spare) }

// Buffers are the workers' workspaces.
func (w *Winograd) Buffers() *problem.Buffers {
	b := &problem.Buffers{}
	for i := range w.workspaces {
		a := &w.workspaces[i]
		b.Add(i, &a.band, &a.inputs, &a.outputs, &a.weights)
	}
	return b
}

// Buffers are the inner convolution's: padding of the planes is zero, and stays so.
func (c *copied) Buffers() *problem.Buffers { return c.inner.Buffers() }

// buffers are lists by worker.
func buffers(lists ...[][]float32) *problem.Buffers {
	b := &problem.Buffers{}
	for _, l := range lists {
		for i := range l {
			b.Add(i, &l[i])
		}
	}
	return b
}
