package fourier

import (
	"math"

	"convx/internal/ops/kernel"
)

// line is a complex Fourier transform of size elements, each of them a vector
// across channels. Forward it decimates in frequency, and leaves the
// frequencies in the order of where; the inverse decimates in time, takes that
// order, and divides by nothing. So nothing is ever permuted.
type line struct {
	isa    kernel.ISA
	size   int
	passes []pass
	where  []int32 // the element that holds frequency f
}

// pass is blocks of butterflies, in each block m of them.
type pass struct {
	radix, m, blocks int
	twiddles         []float32 // of butterfly j: e^(-2 pi i p j / (radix*m)), p from 1; nil if m is 1
}

func newLine(l kernel.ISA, size int) *line {
	t := &line{isa: l, size: size, where: make([]int32, size)}
	left, blocks := size, 1
	radices, _ := factor(l.Core(), size)
	for _, r := range radices {
		left /= r
		p := pass{radix: r, m: left, blocks: blocks}
		if p.m > 1 {
			p.twiddles = twiddles(r, p.m)
		}
		t.passes = append(t.passes, p)
		blocks *= r
	}
	for f := range t.where {
		// Output p of a butterfly is the frequencies that are p modulo its radix.
		rest := f
		for _, p := range t.passes {
			t.where[f] += int32(rest % p.radix * p.m)
			rest /= p.radix
		}
	}
	return t
}

// factor returns the radices whose product is n that take the least time, and
// that time an element; it is infinite if there are none.
func factor(c kernel.Core, n int) (radices []int, cost float64) {
	if n == 1 {
		return nil, 0
	}
	cost = math.Inf(1)
	for _, r := range kernel.FFTRadices {
		if n%r != 0 {
			continue
		}
		if rest, least := factor(c, n/r); least+rateTable[c].radix[r] < cost {
			radices, cost = append([]int{r}, rest...), least+rateTable[c].radix[r]
		}
	}
	return radices, cost
}

func twiddles(radix, m int) []float32 {
	var s []float32
	for j := range m {
		for p := 1; p < radix; p++ {
			sin, cos := math.Sincos(-2 * math.Pi * float64(p*j) / float64(radix*m))
			s = append(s, float32(cos), float32(sin))
		}
	}
	return s
}

// forward transforms n lines from src into dst, by way of buf; dst may be buf.
func (t *line) forward(dst, src kernel.FFTOperand, buf []float32, n int) {
	between := t.buffer(buf)
	if t.size == 1 {
		t.copy(&dst, &src, n)
	}
	for i := range t.passes {
		from, to := between, between
		if i == 0 {
			from = src
		}
		if i == len(t.passes)-1 {
			to = dst
		}
		t.pass(i, kernel.FFTAfter, to, from, n)
	}
}

// inverse transforms n lines from src into dst, by way of buf; src may be buf.
func (t *line) inverse(dst, src kernel.FFTOperand, buf []float32, n int) {
	between := t.buffer(buf)
	if t.size == 1 {
		t.copy(&dst, &src, n)
	}
	dst.Swap, src.Swap, between.Swap = true, true, true
	for i := len(t.passes) - 1; i >= 0; i-- {
		from, to := between, between
		if i == len(t.passes)-1 {
			from = src
		}
		if i == 0 {
			to = dst
		}
		t.pass(i, kernel.FFTBefore, to, from, n)
	}
}

// pass runs one pass on n lines. Their blocks are Block apart, as lines are,
// if there is one of each line or if lines follow each other.
func (t *line) pass(i int, kind kernel.FFTKind, dst, src kernel.FFTOperand, n int) {
	p := &t.passes[i]
	if p.m == 1 {
		kind = kernel.FFTPlain
	}
	if p.blocks == 1 {
		t.isa.FFTPass(p.radix, kind, &dst, &src, p.twiddles, p.m, n)
		return
	}
	lines, blocks := n, p.blocks
	if dst.Block == t.size*dst.Step && src.Block == t.size*src.Step {
		lines, blocks = 1, n*p.blocks
	}
	toNext, fromNext := dst.Block, src.Block
	dst.Block, src.Block = p.radix*p.m*dst.Step, p.radix*p.m*src.Step
	for range lines {
		t.isa.FFTPass(p.radix, kind, &dst, &src, p.twiddles, p.m, blocks)
		dst.Data, src.Data = dst.Data[min(toNext, len(dst.Data)):], src.Data[min(fromNext, len(src.Data)):]
	}
}

// buffer is lines that stand one after the other in s.
func (t *line) buffer(s []float32) kernel.FFTOperand {
	w := t.isa.Block()
	return kernel.FFTOperand{Data: s, Step: 2 * w, Block: 2 * w * t.size, Imag: w}
}

// copy is the transform of lines of one element.
func (t *line) copy(dst, src *kernel.FFTOperand, n int) {
	w := t.isa.Block()
	for b := range n {
		copy(dst.Data[b*dst.Block:][:w], src.Data[b*src.Block:])
		copy(dst.Data[b*dst.Block+dst.Imag:][:w], src.Data[b*src.Block+src.Imag:])
	}
}
