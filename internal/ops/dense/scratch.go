package dense

// The scratch memory of a convolution may be replaced, between runs, by other
// memory of the same size, whatever that holds: convolutions that run one after
// the other can share theirs. Scratch points to it, piece by piece.

// Scratch is the packed panels.
func (g *Gemm) Scratch() []*[]float32 { return pieces(g.work) }

// Scratch is the copied planes.
func (r *IndirectGemm) Scratch() []*[]float32 { return pieces(r.planes) }

// Scratch is the channel blocks and products.
func (d *DirectNCHWc) Scratch() []*[]float32 { return pieces(d.planes, d.products, d.spare) }

// Scratch is the workers' arenas.
func (w *Winograd) Scratch() []*[]float32 {
	var list []*[]float32
	for i := range w.arenas {
		a := &w.arenas[i]
		list = append(list, &a.band, &a.inputs, &a.outputs)
	}
	return list
}

// Scratch is the inner convolution's: padding of the planes is zero, and stays so.
func (c *copied) Scratch() []*[]float32 { return c.inner.Scratch() }

func pieces(lists ...[][]float32) []*[]float32 {
	var list []*[]float32
	for _, l := range lists {
		for i := range l {
			list = append(list, &l[i])
		}
	}
	return list
}
