package planes

import (
	"math"

	"convx/internal/ops/dense"
	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
)

// Work implements workers.Job: an item is a share of an image's bands, in order.
func (b *BlockBands) Work(m *workers.Worker) {
	n := b.conv.p.N * len(b.shares)
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		w := &b.work[m.ID]
		w.from, w.to = 0, 0
		share := b.shares[i%len(b.shares)]
		for j := share[0]; j < share[1]; j++ {
			b.band(i/len(b.shares), &b.conv.bands[j], w)
		}
	}
}

// band computes one band of an image.
func (b *BlockBands) band(image int, bd *band, w *blockBandsWork) {
	p := &b.conv.p
	plane, outPlane := p.In[1]*p.In[2], p.Out[1]*p.Out[2]
	in := b.in[image*b.Channels*plane:][:b.Channels*plane]
	out := b.out[image*b.Outs*outPlane:][:b.Outs*outPlane]
	if b.expand != nil {
		b.expandRows(in, bd, w)
	}
	n := bd.tile.Rows * p.Out[2]
	for c := range p.C {
		src, pitch := in, plane
		if b.expand != nil {
			src, pitch = w.expanded, b.tall*p.In[2]
		}
		var dst []float32
		if b.project != nil {
			dst = w.filtered[c*b.filteredPlane:]
		} else {
			dst = out[c*outPlane+bd.out:]
		}
		b.filter(src[c*pitch:][:pitch], dst, c, bd, w)
		if b.Activate != nil {
			b.Activate(dst[:n])
		}
	}
	if b.project == nil {
		return
	}
	b.project.multiply(out[bd.out:], outPlane, w.filtered, b.filteredPlane, n)
	if b.Residual {
		for c := range b.project.out {
			y := out[c*outPlane+bd.out:][:n]
			p.ISA.Blend(y, y, in[c*plane+bd.out:][:n], 1, 1, b.Lo, b.Hi)
		}
	}
}

// expandRows makes the expanded rows that a band meets, and keeps those that
// the one before it has made.
func (b *BlockBands) expandRows(in []float32, bd *band, w *blockBandsWork) {
	p := &b.conv.p
	from, to := bd.firstRow, bd.firstRow+max(0, bd.rows)
	width, pitch := p.In[2], b.tall*p.In[2]
	if from >= w.to || from < w.from {
		w.from, w.to = from, from
	}
	if keep := w.to - from; from > w.from {
		for c := range p.C {
			x := w.expanded[c*pitch:][:pitch]
			copy(x, x[(from-w.from)*width:][:keep*width])
		}
		w.from = from
	}
	if to > w.to {
		at, n := (w.to-from)*width, (to-w.to)*width
		b.expand.multiply(w.expanded[at:], pitch, in[w.to*width:], p.In[1]*p.In[2], n)
		for c := 0; c < p.C && b.expand.activate != nil; c++ {
			b.expand.activate(w.expanded[c*pitch+at:][:n])
		}
		w.to = to
	}
}

// filter computes a band of one channel of the depthwise convolution. src is
// the channel's rows from w.from on.
func (b *BlockBands) filter(src, dst []float32, channel int, bd *band, w *blockBandsWork) {
	c := b.conv
	base, at := 0, bd.in
	if b.expand != nil {
		base = w.from
	}
	if c.pitch > 0 {
		moved := *bd
		moved.firstRow -= base
		c.fill(w.split, src, 1, &moved)
		src = w.split
	} else {
		at -= base * c.p.In[2]
	}
	weights := c.weights[channel*c.weightsOf():][:c.weightsOf()]
	c.p.ISA.DirectNCHW(bd.tile, dst, src, at, weights, c.bias[channel:], 1)
}

// matrix is the weights of a 1x1 convolution in panels of the tile's rows.
type matrix struct {
	isa       kernel.ISA
	k, out    int
	rows      int
	panels    []float32
	bias      []float32
	lo, hi    float32
	tileLanes int
	activate  func(y []float32)
}

func newMatrix(l kernel.ISA, w *dense.Pointwise, k int) *matrix {
	m := &matrix{isa: l, k: k, out: w.Out, lo: w.Lo, hi: w.Hi, activate: w.Activate}
	m.rows, m.tileLanes = l.GemmTile()
	m.tileLanes /= l.Block()
	n := (w.Out + m.rows - 1) / m.rows * m.rows
	m.panels, m.bias = make([]float32, n*k), make([]float32, n)
	copy(m.bias, w.Bias)
	for o := range w.Out {
		panel := m.panels[o/m.rows*m.rows*k:]
		for i, v := range w.Weights[o*k:][:k] {
			panel[i*m.rows+o%m.rows] = v
		}
	}
	return m
}

func (m *matrix) packed() int { return 4 * (len(m.panels) + len(m.bias)) }

// matrixDepth bounds the rows of a product, so that a panel of weights stays
// in the first-level cache.
const matrixDepth = 384

// multiply writes n columns of the product with b: rows of c are ldc apart,
// those of b ldb.
func (m *matrix) multiply(c []float32, ldc int, b []float32, ldb, n int) {
	lanes := m.isa.Block()
	vectors := (n + lanes - 1) / lanes
	tiles := (vectors + m.tileLanes - 1) / m.tileLanes
	parts := (m.k + matrixDepth - 1) / matrixDepth
	for i := range tiles {
		from, to := vectors*i/tiles*lanes, min(n, vectors*(i+1)/tiles*lanes)
		for part := range parts {
			k0, k1 := m.k*part/parts, m.k*(part+1)/parts
			for o := 0; o < m.out; o += m.rows {
				bias, lo, hi := m.bias[o:][:m.rows], float32(math.Inf(-1)), float32(math.Inf(1))
				if part > 0 {
					bias = nil
				}
				if part == parts-1 {
					lo, hi = m.lo, m.hi
				}
				a := m.panels[o*m.k+k0*m.rows:][:(k1-k0)*m.rows]
				m.isa.Gemm(c[o*ldc+from:], ldc, a, b[k0*ldb+from:], ldb, k1-k0, min(m.rows, m.out-o), to-from, bias, lo, hi, part > 0)
			}
		}
	}
}
