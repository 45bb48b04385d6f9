package dense

// The workspace of a convolution may be replaced, between runs, by other
// memory of the same size, whatever that holds: convolutions that run one after
// the other can share theirs. Buffers points to it, piece by piece.

// Buffers are the packed panels.
func (g *Gemm) Buffers() []*[]float32 { return buffers(g.work) }

// Buffers are the copied planes.
func (r *IndirectGemm) Buffers() []*[]float32 { return buffers(r.planes) }

// Buffers are the channel blocks and products.
func (d *DirectNCHWc) Buffers() []*[]float32 { return buffers(d.planes, d.products, d.spare) }

// Buffers are the workers' workspaces.
func (w *Winograd) Buffers() []*[]float32 {
	var list []*[]float32
	for i := range w.workspaces {
		a := &w.workspaces[i]
		list = append(list, &a.band, &a.inputs, &a.outputs)
	}
	return list
}

// Buffers are the inner convolution's: padding of the planes is zero, and stays so.
func (c *copied) Buffers() []*[]float32 { return c.inner.Buffers() }

func buffers(lists ...[][]float32) []*[]float32 {
	var list []*[]float32
	for _, l := range lists {
		for i := range l {
			list = append(list, &l[i])
		}
	}
	return list
}
