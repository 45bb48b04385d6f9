package dense

import (
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// packPanel writes rows depth of the im2col matrix at the panel's pixels: a
// row is one tap of one channel.
func (g *Gemm) packPanel(dst, in []float32, pn panel, depth span, worker int) {
	p := &g.p
	plane, width := volume(p.In), pn.width
	if p.Pointwise() {
		p.ISA.StridedCopy(dst, width, in[depth.from*plane+pn.start:], plane, 1, pn.n, depth.len(), pn.n)
		return
	}
	runs := appendRuns(p, g.runs[worker][:0], pn)
	cin := p.GroupIn()
	for k := depth.from; k < depth.to; {
		tap, c := k/cin, k%cin
		if g.partsRows() && c == 0 && tap%p.Kernel[2] == 0 && k+p.Kernel[2]*cin <= depth.to {
			for i := range runs {
				g.packTaps(dst[(k-depth.from)*width:], width, in, &runs[i], tap)
			}
			k += p.Kernel[2] * cin
			continue
		}
		n := min(cin-c, depth.to-k)
		rows := dst[(k-depth.from)*width:]
		for i := range runs {
			g.packRun(rows, width, in[c*plane:], &runs[i], tap, n)
		}
		k += n
	}
}

// partsRows reports whether all taps along a row are packed at once: pixels further apart than two are read once for them,
// not once for each.
func (g *Gemm) partsRows() bool { return partsRows(&g.p) }

func partsRows(p *problem.Convolution) bool {
	return p.Stride[2] > 2 && p.Kernel[2] > 1 && p.Dilation[2] == 1
}

// packTaps writes the run's columns of all channels and of the taps along a row, from one on. Those that meet padding are
// written tap by tap.
func (g *Gemm) packTaps(dst []float32, width int, in []float32, r *run, tap int) {
	p := &g.p
	cin, step := p.GroupIn(), p.Stride[2]
	from, to := r.ow, r.ow+r.n
	for kw := range p.Kernel[2] {
		from, to = max(from, g.valid[2][kw].from), min(to, g.valid[2][kw].to)
	}
	kh, kd := tap/p.Kernel[2]%p.Kernel[1], tap/p.Kernel[2]/p.Kernel[1]
	h, d := g.valid[1][kh], g.valid[0][kd]
	if from >= to || r.oh < h.from || r.oh >= h.to || r.od < d.from || r.od >= d.to {
		from, to = r.ow+r.n, r.ow+r.n // nothing at once
	}
	for _, part := range [2]run{
		{od: r.od, oh: r.oh, ow: r.ow, n: from - r.ow, col: r.col},
		{od: r.od, oh: r.oh, ow: to, n: r.ow + r.n - to, col: r.col + to - r.ow},
	} {
		for kw := 0; kw < p.Kernel[2] && part.n > 0; kw++ {
			g.packRun(dst[kw*cin*width:], width, in, &part, tap+kw, cin)
		}
	}
	if from == to {
		return
	}
	id := r.od*p.Stride[0] - p.Pads[0].Begin + kd*p.Dilation[0]
	ih := r.oh*p.Stride[1] - p.Pads[1].Begin + kh*p.Dilation[1]
	src := in[(id*p.In[1]+ih)*p.In[2]+from*step-p.Pads[2].Begin:]
	p.ISA.DeinterleaveRows(dst[r.col+from-r.ow:], cin*width, width, src, step, volume(p.In), p.Kernel[2], to-from, cin)
}

// packRun writes the run's columns of n rows of the same tap.
func (g *Gemm) packRun(dst []float32, width int, in []float32, r *run, tap, n int) {
	p := &g.p
	kw := tap % p.Kernel[2]
	kh := tap / p.Kernel[2] % p.Kernel[1]
	kd := tap / p.Kernel[2] / p.Kernel[1]
	h, d, w := g.valid[1][kh], g.valid[0][kd], g.valid[2][kw]
	from, to := max(r.ow, w.from), min(r.ow+r.n, w.to)
	if r.oh < h.from || r.oh >= h.to || r.od < d.from || r.od >= d.to || from >= to {
		p.ISA.StridedCopy(dst[r.col:], width, g.zeros, 0, 1, r.n, n, 0)
		return
	}
	if from > r.ow {
		p.ISA.StridedCopy(dst[r.col:], width, g.zeros, 0, 1, from-r.ow, n, 0)
	}
	if end := r.ow + r.n; to < end {
		p.ISA.StridedCopy(dst[r.col+to-r.ow:], width, g.zeros, 0, 1, end-to, n, 0)
	}
	id := r.od*p.Stride[0] - p.Pads[0].Begin + kd*p.Dilation[0]
	ih := r.oh*p.Stride[1] - p.Pads[1].Begin + kh*p.Dilation[1]
	iw := from*p.Stride[2] - p.Pads[2].Begin + kw*p.Dilation[2]
	src := in[(id*p.In[1]+ih)*p.In[2]+iw:]
	p.ISA.StridedCopy(dst[r.col+from-r.ow:], width, src, volume(p.In), p.Stride[2], to-from, n, g.ahead)
}

// strided writes the elements x of a row, padded by left zeros, that have
// x mod s = phase; zeros follow the last.
func strided(l kernel.ISA, dst, src []float32, left, s, phase int) {
	from := ceilDiv(max(0, left-phase), s) // of dst, the first that is input
	n := 0
	if start := phase + s*from - left; start < len(src) {
		n = min(max(0, len(dst)-from), (len(src)-start-1)/s+1)
	}
	from = min(from, len(dst))
	clear(dst[:from])
	clear(dst[from+n:])
	if n > 0 {
		l.StridedCopy(dst[from:], n, src[phase+s*from-left:], 0, s, n, 1, 0)
	}
}
