package dense

import "convx/internal/ops/problem"

// readsInPlace reports whether no tap of any output meets padding and rows
// need no splitting.
func readsInPlace(p *problem.Convolution) bool {
	for a := range 3 {
		if p.Pads[a].Begin != 0 || (p.Out[a]-1)*p.Stride[a]+(p.Kernel[a]-1)*p.Dilation[a]+1 > p.In[a] {
			return false
		}
	}
	return p.Stride[2] == 1
}

// rowsBytes is the memory of the input of some rows of output.
func rowsBytes(p *problem.Convolution, rows int) int {
	return 4 * p.GroupIn() * inputSlices(p) * bandRows(p, rows) * p.Stride[2] * halfRow(p)
}

// makeBands chooses the rows of output that are computed together, and lays
// out the input that they read.
func (r *IndirectGemm) makeBands() {
	p := &r.p
	r.half, r.rowSize, r.tall, r.slices = p.In[2], p.In[2], p.In[1], p.In[0]
	rows := ceilDiv(p.Out[1], max(1, min(p.Out[1], 4*p.Threads)))
	if !r.inPlace {
		rows = p.Out[1]
		for rows > 1 && rowsBytes(p, rows) > rowsBand {
			rows = ceilDiv(rows, 2)
		}
		r.half = halfRow(p)
		r.rowSize = p.Stride[2] * r.half
		r.tall = bandRows(p, rows)
		r.slices = inputSlices(p)
	}
	r.bands = split(p.Out[1], ceilDiv(p.Out[1], rows))
	r.shared = p.Threads > 1 && len(r.bands)*p.N*p.Groups < 2*p.Threads
	if r.inPlace {
		return
	}
	for i := range max(1, p.Threads) {
		if i == 0 || !r.shared {
			r.planes = append(r.planes, problem.Aligned(p.GroupIn()*r.slices*r.tall*r.rowSize))
		}
	}
}

// copies is how many planes of a band are copied.
func (r *IndirectGemm) copies() int {
	if r.inPlace {
		return 0
	}
	return r.p.GroupIn() * r.slices
}

// copyPlane copies one slice of one channel of a band, with zeros around it.
func (r *IndirectGemm) copyPlane(planes []float32, image int, band span, item int) {
	p := &r.p
	c, slice := item/r.slices, item%r.slices
	dst := planes[item*r.tall*r.rowSize:][:r.tall*r.rowSize]
	id := slice - p.Pads[0].Begin
	first := band.from*p.Stride[1] - p.Pads[1].Begin
	for y := range bandRows(p, band.len()) {
		row, ih := dst[y*r.rowSize:][:r.rowSize], first+y
		if id < 0 || id >= p.In[0] || ih < 0 || ih >= p.In[1] {
			clear(row)
			continue
		}
		src := r.in[(((image*p.GroupIn()+c)*p.In[0]+id)*p.In[1]+ih)*p.In[2]:][:p.In[2]]
		for ph := range p.Stride[2] {
			strided(p.ISA, row[ph*r.half:][:r.half], src, p.Pads[2].Begin, p.Stride[2], ph)
		}
	}
}
