package dense

import (
	"context"

	"convx/internal/ops/crew"
)

// Strided is Winograd for stride 2: the input's even and odd rows and columns
// become channels of their own (space to depth), over which the convolution
// has stride 1 and half the taps a side. A kernel of 3x3 becomes 2x2 over four
// times the channels, 16 products for 9; F(5x5, 2x2) then needs 5.76 of them
// for an output. 7x7 becomes 4x4, and F(5x5, 4x4) does with 10.24 of 49.
type Strided struct {
	p      Problem
	inner  *Winograd
	planes []float32 // [channel][row phase][column phase][row][column], padded

	in []float32
}

// stridedBytes bounds the copy of one image.
const stridedBytes = 5 << 19

// halved is the problem over phases, of one image.
func (p *Problem) halved() Problem {
	q := *p
	q.Batch, q.Channels = 1, 4*p.Channels
	q.Stride, q.Pad = [3]int{1, 1, 1}, [3]int{}
	for a := 1; a < 3; a++ {
		q.Kernel[a] = ceilDiv(p.Kernel[a], 2)
		q.In[a] = p.Out[a] + q.Kernel[a] - 1
	}
	return q
}

// StridedDeclines says why F(m x m, r x r) over the phases cannot compute p,
// or "".
func StridedDeclines(p *Problem, m int) string {
	q := p.halved()
	switch {
	case p.Stride != [3]int{1, 2, 2}:
		return "the stride is not 2"
	case p.Dilation != [3]int{1, 1, 1} || p.Kernel[0] != 1 || p.In[0] != 1 || p.Pad[0] != 0:
		return "it is dilated or has depth"
	case 4*q.Channels*volume(q.In) > stridedBytes:
		return "the copy of its input is too large"
	}
	return WinogradDeclines(&q, m)
}

// NewStrided prepares p, which StridedDeclines does not decline with m.
func NewStrided(p Problem, m int, weights, bias []float32) *Strided {
	q := p.halved()
	kh, kw, rh, rw := p.Kernel[1], p.Kernel[2], q.Kernel[1], q.Kernel[2]
	w := make([]float32, p.OutChannels*q.groupIn()*rh*rw)
	for oc := range p.OutChannels * p.groupIn() {
		for y := range kh {
			for x := range kw {
				phase := y%2*2 + x%2
				w[((oc*4+phase)*rh+y/2)*rw+x/2] = weights[(oc*kh+y)*kw+x]
			}
		}
	}
	return &Strided{p: p, inner: NewWinograd(q, m, w, bias), planes: aligned(q.Channels * volume(q.In))}
}

// Workspace implements Conv.
func (s *Strided) Workspace() int { return s.inner.Workspace() + 4*len(s.planes) }

// Packed implements Conv.
func (s *Strided) Packed() int { return s.inner.Packed() }

// Run implements Conv: image by image, a copy and a convolution.
func (s *Strided) Run(ctx context.Context, out, in []float32, t *crew.Crew) error {
	inSize, outSize := s.p.Channels*volume(s.p.In), s.p.OutChannels*volume(s.p.Out)
	for b := range s.p.Batch {
		s.in = in[b*inSize:][:inSize]
		err := t.RunOn(ctx, s.p.Threads, s)
		s.in = nil
		if err == nil {
			err = s.inner.Run(ctx, out[b*outSize:][:outSize], s.planes, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Work implements crew.Job: the copy, a channel an item. Padding is never
// written: it is zero from the start.
func (s *Strided) Work(m *crew.Member) {
	p, q := &s.p, &s.inner.p
	h, w, up, left := q.In[1], q.In[2], p.Pad[1], p.Pad[2]
	columns := min(p.In[2], 2*w-left)
	for c := m.Next(p.Channels); c >= 0; c = m.Next(p.Channels) {
		src := s.in[c*volume(p.In):][:volume(p.In)]
		dst := s.planes[c*4*h*w:][:4*h*w]
		for phase := range 2 {
			first := (phase + up) % 2 // of the input's rows
			to := (first + up) / 2
			rows := min(ceilDiv(p.In[1]-first, 2), h-to)
			if rows <= 0 || columns <= 0 {
				continue
			}
			even := dst[(phase*2+left%2)*h*w+to*w+left/2:]
			odd := dst[(phase*2+(left+1)%2)*h*w+to*w+(left+1)/2:]
			p.Level.Split(even, odd, w, src[first*p.In[2]:], 2*p.In[2], columns, rows)
		}
	}
}
