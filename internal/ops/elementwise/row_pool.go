package elementwise

import (
	"context"
	"errors"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// rowPool reduces the rows that a row of output reads to one, column by column, and then the columns of several such rows at
// once: vectors in both directions. A stride parts the columns by phase, so that neighbouring outputs read neighbours.
type rowPool struct {
	*problem.Problem
	isa     kernel.ISA
	join    func(l kernel.ISA, dst, x, y []float32)
	loop    *workers.Loop
	windows [2][]poolWindow // over depth and height
	// divisors of a row of averages by those of its depth and height; nil for the maximum.
	divisors map[int][]float32

	width  int // of a reduced row with its padding: a multiple of the stride
	phase  int // columns of one phase of it
	bands  int // of a plane's rows
	spaces []rowSpace
	x, y   []float32
	reduce func(worker, from, to int)
}

// rowSpace is a worker's memory: reduced rows with their padding, those by phase, and the sums over columns so far.
type rowSpace struct{ rows, phases, sums []float32 }

const (
	rowPoolBand    = 4096     // columns that are reduced at once: with phases and sums they stay in the first cache
	rowPoolWidest  = 1 << 19  // columns of a row: the workspace of a thread is at most 8 MiB
	rowPoolLargest = 64 << 10 // taps of an average, which is summed in float32
)

// RowPoolAccepts says why NewRowPool does not compute p.
func RowPoolAccepts(p *problem.Problem) error {
	op := p.Stage.Op.(layer.Pool)
	switch {
	case op.Global || op.Adaptive != nil:
		return errors.New("it needs windows of one size")
	case p.Out[2] < 4:
		return errors.New("it needs rows of at least 4 outputs")
	case (p.Out[2]-1)*p.Stride[2]+(p.Kernel[2]-1)*p.Dilation[2]+p.Stride[2] > rowPoolWidest, p.Taps() > rowPoolLargest:
		return errors.New("its rows or windows are too large for the workspace")
	}
	return nil
}

// NewRowPool prepares p, which RowPoolAccepts accepts.
func NewRowPool(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	op := p.Stage.Op.(layer.Pool)
	r := &rowPool{Problem: p, isa: kernel.Best(), loop: p.NewLoop()}
	r.join = kernel.ISA.Largest
	empty := minusInf
	if op.Func == layer.AveragePool {
		empty = 0
		r.join = func(l kernel.ISA, dst, x, y []float32) { l.Blend(dst, x, y, 1, 1, minusInf, plusInf) }
	}
	for axis := range r.windows {
		for at := range p.Out[axis] {
			r.windows[axis] = append(r.windows[axis], poolWindowOf(p, axis, at, false))
		}
	}
	if op.Func == layer.AveragePool {
		r.divide(op.CountPadding)
	}
	r.phase = p.Out[2] + (p.Kernel[2]-1)*p.Dilation[2]/p.Stride[2]
	r.width = r.phase * p.Stride[2]
	r.bands = (p.Out[1] + r.tall() - 1) / r.tall()
	for range r.loop.Threads {
		s := rowSpace{rows: make([]float32, r.tall()*r.width)}
		for i := range s.rows {
			s.rows[i] = empty
		}
		if p.Stride[2] > 1 {
			s.phases = make([]float32, len(s.rows))
		}
		if p.Kernel[2] > 2 {
			s.sums = make([]float32, r.tall()*r.phase)
		}
		r.spaces = append(r.spaces, s)
	}
	r.reduce = r.items
	return r, nil
}

// tall is the rows of output that are reduced at once.
func (r *rowPool) tall() int { return max(1, min(r.Out[1], rowPoolBand/r.width)) }

// divide fills divisors.
func (r *rowPool) divide(countPadding bool) {
	count := func(w poolWindow) int {
		if countPadding {
			return w.divisor
		}
		return w.count
	}
	r.divisors = map[int][]float32{}
	for _, d := range r.windows[0] {
		for _, h := range r.windows[1] {
			n := count(d) * count(h)
			if r.divisors[n] != nil {
				continue
			}
			row := make([]float32, r.Out[2])
			for at := range row {
				row[at] = float32(n * count(poolWindowOf(r.Problem, 2, at, false)))
			}
			r.divisors[n] = row
		}
	}
	for _, list := range r.windows {
		for i := range list {
			list[i].divisor = count(list[i])
		}
	}
}

func (r *rowPool) Run(ctx context.Context, out []float32, in [][]float32) error {
	r.x, r.y = in[0], out
	outputs := float64(r.Out[1]*r.Out[2]) / float64(r.bands)
	err := r.loop.Each(ctx, r.N*r.C*r.Out[0]*r.bands, workers.Grain(float64(r.Taps())*outputs/4), r.reduce)
	r.x, r.y = nil, nil
	return err
}

// items computes bands of rows, each of one depth of one plane.
func (r *rowPool) items(worker, from, to int) {
	s := &r.spaces[worker]
	for i := from; i < to; i++ {
		band, slice := i%r.bands, i/r.bands
		plane, d := slice/r.Out[0], slice%r.Out[0]
		first := band * r.tall()
		n := min(r.tall(), r.Out[1]-first)
		x := r.x[plane*r.InPlane():][:r.InPlane()]
		for h := range n {
			r.lines(s.rows[h*r.width:][:r.width], x, r.windows[0][d], r.windows[1][first+h])
		}
		r.columns(s, r.y[(slice*r.Out[1]+first)*r.Out[2]:][:n*r.Out[2]], n)
		for h := range n {
			if r.divisors != nil {
				row := r.y[(slice*r.Out[1]+first+h)*r.Out[2]:][:r.Out[2]]
				r.isa.Quotient(row, row, r.divisors[r.windows[0][d].divisor*r.windows[1][first+h].divisor])
			}
		}
	}
}

// lines reduces the rows of a plane that windows at d and h read to one, between its padding.
func (r *rowPool) lines(row, x []float32, d, h poolWindow) {
	left := r.Pads[2].Begin
	n := min(r.In[2], r.width-left)
	if n <= 0 {
		return // nothing but padding is read
	}
	row = row[left:][:n]
	line := func(i int) []float32 {
		at := (d.first+i/h.count*r.Dilation[0])*r.In[1] + h.first + i%h.count*r.Dilation[1]
		return x[at*r.In[2]:][:n]
	}
	switch lines := d.count * h.count; lines {
	case 0:
		fill := minusInf
		if r.divisors != nil {
			fill = 0
		}
		for i := range row {
			row[i] = fill
		}
	case 1:
		copy(row, line(0))
	default:
		r.join(r.isa, row, line(0), line(1))
		for i := 2; i < lines; i++ {
			r.join(r.isa, row, row, line(i))
		}
	}
}

// columns reduces the columns of n rows.
func (r *rowPool) columns(s *rowSpace, y []float32, n int) {
	stride := r.Stride[2]
	switch stride {
	case 1:
		s = &rowSpace{phases: s.rows, sums: s.sums}
	case 2:
		r.isa.DeinterleavePairs(s.phases, s.phases[n*r.phase:], r.phase, s.rows, r.width, r.width, n)
	default:
		for f := range min(stride, (r.Kernel[2]-1)*r.Dilation[2]+1) {
			r.isa.StridedCopy(s.phases[f*n*r.phase:], r.phase, s.rows[f:], r.width, stride, r.phase, n, 0)
		}
	}
	size := (n-1)*r.phase + r.Out[2]
	tap := func(k int) []float32 {
		at := k * r.Dilation[2]
		return s.phases[at%stride*n*r.phase+at/stride:][:size]
	}
	so, last := tap(0), r.Kernel[2]-1
	for k := 1; k < last; k++ {
		r.join(r.isa, s.sums[:size], so, tap(k))
		so = s.sums[:size]
	}
	for h := range n {
		row := y[h*r.Out[2]:][:r.Out[2]]
		if last == 0 {
			copy(row, so[h*r.phase:])
			continue
		}
		r.join(r.isa, row, so[h*r.phase:][:len(row)], tap(last)[h*r.phase:][:len(row)])
	}
}

func (r *rowPool) Bytes() (workspace, packed int) {
	for _, s := range r.spaces {
		workspace += 4 * (len(s.rows) + len(s.phases) + len(s.sums))
	}
	return workspace, 0
}
