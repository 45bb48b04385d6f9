package dense

import (
	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// Patches is convolution whose windows do not overlap: each input element meets one tap, so that the taps become
// channels of their own (space to depth) and the convolution is 1x1. It suits the patches of vision transformers,
// downsampling by 2x2 of stride 2, and 1x1 with a stride, which leaves most of the input out.
type Patches struct {
	copied // [channel][tap][output pixel]
}

// patchesBytes bounds the copy of one image.
const patchesBytes = 4 << 20

// patched is the 1x1 convolution of one image.
func patched(p *problem.Convolution) problem.Convolution {
	one := [3]int{1, 1, 1}
	q := *p
	q.N, q.C = 1, p.C*volume(p.Kernel)
	q.In, q.Kernel, q.Stride, q.Dilation = p.Out, one, one, one
	clear(q.Pads[:])
	return q
}

// PatchesDeclines says why NewPatches will not compute p, or "".
func PatchesDeclines(p *problem.Convolution) string {
	q := patched(p)
	for a := range 3 {
		if p.Kernel[a] > p.Stride[a] || p.Dilation[a] > 1 && p.Kernel[a] > 1 {
			return lang.Text("its windows overlap or have gaps")
		}
	}
	switch {
	case p.Stride == [3]int{1, 1, 1}:
		return lang.Text("it has no stride")
	case 4*q.C*volume(q.In) > patchesBytes:
		return lang.Text("the copy of its input is too large")
	}
	return DirectNCHWcDeclines(&q)
}

// unweaving is the nanoseconds to part more than two taps of a pixel, a vector of them.
var unweaving = [...]float64{
	kernel.CoreGeneric: 6, kernel.CoreAVX2: 0.5, kernel.CoreAVX512: 2.7,
	kernel.CoreNEON1: 4, kernel.CoreNEON2: 1.2, kernel.CoreNEON4: 0.7,
}

// PatchesCost is the model's estimate for NewPatches.
func PatchesCost(p *problem.Convolution) float64 {
	q := patched(p)
	pixels := float64(p.C * p.Kernel[0] * p.Kernel[1] * volume(p.Out))
	parting := pixels * float64(ceilDiv(p.Kernel[2], p.ISA.Block())) * unweaving[p.ISA.Core()]
	if atOnce(p) && p.Kernel[2] <= 2 {
		parting = pixels * float64(p.Kernel[2]) * rateTable[p.ISA.Core()].pack
	}
	return float64(p.N) * (DirectNCHWcCost(&q) + parting)
}

// NewPatches prepares p, which PatchesDeclines does not decline. The weights are those of the 1x1 convolution as they
// are: channels, and inside each the taps.
func NewPatches(p problem.Convolution, weights, bias []float32) *Patches {
	q := patched(&p)
	s := &Patches{newCopied(p, q, NewDirectNCHWc(q, weights, bias))}
	s.copy = s
	return s
}

// Work implements workers.Job: the copy, a row of the kernel in a channel an item.
func (s *Patches) Work(m *workers.Worker) {
	p := &s.p
	rows := p.Kernel[0] * p.Kernel[1]
	n := p.C * rows
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		c, kd, kh := i/rows, i%rows/p.Kernel[1], i%p.Kernel[1]
		src := s.in[c*volume(p.In):][:volume(p.In)]
		dst := s.planes[i*p.Kernel[2]*volume(p.Out):][:p.Kernel[2]*volume(p.Out)]
		if atOnce(p) {
			s.copyRows(dst, src, kd, kh)
			continue
		}
		for row := range p.Out[0] * p.Out[1] {
			id := row/p.Out[1]*p.Stride[0] + kd - p.Pads[0].Begin
			ih := row%p.Out[1]*p.Stride[1] + kh - p.Pads[1].Begin
			to := dst[row*p.Out[2]:]
			if id < 0 || id >= p.In[0] || ih < 0 || ih >= p.In[1] {
				for kw := range p.Kernel[2] {
					clear(to[kw*volume(p.Out):][:p.Out[2]])
				}
				continue
			}
			s.copyRow(to, src[(id*p.In[1]+ih)*p.In[2]:][:p.In[2]])
		}
	}
}

// atOnce reports whether one call copies all rows of a slice: no window reaches into padding.
func atOnce(p *problem.Convolution) bool {
	for a := range 3 {
		if p.Pads[a].Begin != 0 || (p.Out[a]-1)*p.Stride[a]+p.Kernel[a] > p.In[a] {
			return false
		}
	}
	return true
}

// copyRows parts the rows that one row of the kernel meets in a channel.
func (s *Patches) copyRows(dst, src []float32, kd, kh int) {
	p := &s.p
	rows, width, apart := p.Out[1], p.Out[2], p.Stride[1]*p.In[2]
	for od := range p.Out[0] {
		from := src[((od*p.Stride[0]+kd)*p.In[1]+kh)*p.In[2]:]
		to := dst[od*rows*width:]
		switch {
		case p.Kernel[2] == 1:
			p.ISA.StridedCopy(to, width, from, apart, p.Stride[2], width, rows, volume(p.In)) // the next channel is asked for
		case p.Kernel[2] == 2 && p.Stride[2] == 2:
			p.ISA.DeinterleavePairs(to, to[volume(p.Out):], width, from, apart, 2*width, rows)
		default:
			p.ISA.DeinterleaveRows(to, volume(p.Out), width, from, p.Stride[2], apart, p.Kernel[2], width, rows)
		}
	}
}

// copyRow parts a row of input into the rows of its taps: whole windows at once, those that reach into the padding
// element by element.
func (s *Patches) copyRow(dst, src []float32) {
	p := &s.p
	plane, step, k := volume(p.Out), p.Stride[2], p.Kernel[2]
	from := min(p.Out[2], ceilDiv(p.Pads[2].Begin, step))
	to := from
	if last := len(src) - k + p.Pads[2].Begin; last >= 0 {
		to = max(from, min(p.Out[2], last/step+1))
	}
	if from < to {
		p.ISA.Deinterleave(dst[from:], plane, src[from*step-p.Pads[2].Begin:], step, k, to-from)
	}
	for o := range p.Out[2] {
		if from <= o && o < to {
			continue
		}
		for kw := range k {
			v := float32(0)
			if at := o*step + kw - p.Pads[2].Begin; at >= 0 && at < len(src) {
				v = src[at]
			}
			dst[kw*plane+o] = v
		}
	}
}
