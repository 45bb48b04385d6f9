package dense

import (
	"convx/internal/lang"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Strided is Winograd for a stride s: the input's rows and columns of each
// phase modulo s become channels of their own (space to depth), over which the
// convolution has stride 1 and an s-th of the taps a side. A kernel of 3x3 and
// stride 2 becomes 2x2 over four times the channels, 16 products for 9;
// F(5x5, 2x2) then needs 5.76 of them for an output. 7x7 becomes 4x4, and
// F(5x5, 4x4) does with 10.24 of 49; 11x11 of stride 4 becomes 3x3 over 16
// times the channels, and F(6x6, 3x3) does with 28.4 of 121.
type Strided struct {
	copied // [channel][row phase][column phase][row][column], padded
}

const (
	stridedBytes = 5 << 19 // of the copy of one image
	stridedMost  = 8       // the widest stride
)

// phased is the problem over phases, of one image.
func phased(p *problem.Convolution) problem.Convolution {
	q := *p
	q.N, q.C = 1, p.Stride[1]*p.Stride[2]*p.C
	q.Stride = [3]int{1, 1, 1}
	clear(q.Pads[:])
	for a := 1; a < 3; a++ {
		q.Kernel[a] = ceilDiv(p.Kernel[a], p.Stride[a])
		q.In[a] = p.Out[a] + q.Kernel[a] - 1
	}
	return q
}

// stridedDeclines says why F(m x m, r x r) over the phases cannot compute p,
// or "".
func stridedDeclines(p *problem.Convolution, m int) string {
	s := p.Stride[1]
	switch {
	case p.Dilation != [3]int{1, 1, 1} || p.Kernel[0] != 1 || p.In[0] != 1 || p.Pads[0].Begin != 0:
		return lang.Text("the stride is not 1, and it is dilated or has depth")
	case p.Stride != [3]int{1, s, s} || s < 2 || s > stridedMost:
		return lang.Text("the stride is not the same on both axes, of up to 8")
	}
	q := phased(p)
	if 4*q.C*volume(q.In) > stridedBytes {
		return lang.Text("the copy of its input is too large")
	}
	return unstridedDeclines(&q, m)
}

// newStrided prepares p, which stridedDeclines does not decline with m.
func newStrided(p problem.Convolution, m int, weights, bias []float32) *Strided {
	q, s := phased(&p), p.Stride[1]
	kh, kw, rh, rw := p.Kernel[1], p.Kernel[2], q.Kernel[1], q.Kernel[2]
	w := make([]float32, p.O*q.GroupIn()*rh*rw)
	for oc := range p.O * p.GroupIn() {
		for y := range kh {
			for x := range kw {
				phase := y%s*s + x%s
				w[((oc*s*s+phase)*rh+y/s)*rw+x/s] = weights[(oc*kh+y)*kw+x]
			}
		}
	}
	r := &Strided{newCopied(p, q, newWinograd(q, m, w, bias))}
	r.copy = r
	return r
}

// Work implements workers.Job: the copy, an item the rows of a phase of a channel. Padding is never
// written: it is zero from the start.
func (s *Strided) Work(m *workers.Worker) {
	p := &s.p
	phases := min(p.Stride[1], p.In[1])
	n := p.C * phases
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		s.copyRows(i/phases, i%phases)
	}
}

// copyRows copies every so many rows of a channel of input from the first on: those of one phase.
func (s *Strided) copyRows(c, first int) {
	p, q := &s.p, &s.q
	step, up := p.Stride[1], p.Pads[1].Begin
	size := step * step * volume(q.In)
	src := s.in[c*volume(p.In):][:volume(p.In)]
	dst := s.planes[c*size:][:size]
	phase, to := (first+up)%step, (first+up)/step
	rows := min(ceilDiv(p.In[1]-first, step), q.In[1]-to)
	if rows <= 0 {
		return
	}
	if step == 2 {
		s.halve(dst[phase*2*volume(q.In)+to*q.In[2]:], src[first*p.In[2]:], rows)
		return
	}
	for row := range rows {
		s.partRow(dst[phase*step*volume(q.In)+(to+row)*q.In[2]:], src[(first+row*step)*p.In[2]:][:p.In[2]])
	}
}

// halve parts every other row of input, by the two phases of its columns.
func (s *Strided) halve(dst, src []float32, rows int) {
	p, w, left := &s.p, s.q.In[2], s.p.Pads[2].Begin
	columns := min(p.In[2], 2*w-left)
	if columns <= 0 {
		return
	}
	plane := volume(s.q.In)
	p.ISA.DeinterleavePairs(dst[left%2*plane+left/2:], dst[(left+1)%2*plane+(left+1)/2:], w, src, 2*p.In[2], columns, rows)
}

// partRow parts a row of input by the phases of its columns: whole pixels of
// all phases at once, those at the ends element by element.
func (s *Strided) partRow(dst, src []float32) {
	p, plane, w := &s.p, volume(s.q.In), s.q.In[2]
	step, left := p.Stride[2], p.Pads[2].Begin
	from := min(w, ceilDiv(left, step))
	to := max(from, min(w, (len(src)+left)/step))
	if from < to {
		p.ISA.Deinterleave(dst[from:], plane, src[from*step-left:], step, step, to-from)
	}
	put := func(x int) { dst[(x+left)%step*plane+(x+left)/step] = src[x] }
	for x := range min(len(src), max(0, from*step-left)) {
		put(x)
	}
	for x := max(0, to*step-left); x < min(len(src), w*step-left); x++ {
		put(x)
	}
}
