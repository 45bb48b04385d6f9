package elementwise

import (
	"context"

	"convx/internal/lang"
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
	join    func(l kernel.ISA, dst []float32, ds int, src []float32, ss int, offsets []int, n, rows int)
	loop    *workers.Loop
	windows [2][]poolWindow // over depth and height
	// divisors of as many rows of averages as are reduced at once, by those of their depth and height; nil for the maximum.
	divisors map[int][]float32

	width  int // of a reduced row with its padding: a multiple of the stride
	phase  int // columns of one phase of it
	bands  int // of a plane's rows
	planes int // that are reduced at once, where one is less than a band
	spaces []rowSpace
	x, y   []float32
	reduce func(worker, from, to int)
}

// rowSpace is a worker's memory: reduced rows with their padding, those by phase, and where what is joined stands.
type rowSpace struct {
	rows, phases []float32
	offsets      []int
}

const (
	rowPoolBand    = 4096     // columns that are reduced at once: with phases they stay in the first cache
	rowPoolWidest  = 1 << 19  // columns of a row: the workspace of a thread is at most 8 MiB
	rowPoolLargest = 64 << 10 // taps of an average, which is summed in float32
)

// RowPoolAccepts says why NewRowPool does not compute p.
func RowPoolAccepts(p *problem.Problem) error {
	op := p.Stage.Op.(layer.Pool)
	switch {
	case op.Global || op.Adaptive != nil:
		return lang.Errorf("it needs windows of one size")
	case p.Out[2] < 4:
		return lang.Errorf("it needs rows of at least 4 outputs")
	case (p.Out[2]-1)*p.Stride[2]+(p.Kernel[2]-1)*p.Dilation[2]+p.Stride[2] > rowPoolWidest, p.Taps() > rowPoolLargest:
		return lang.Errorf("its rows or windows are too large for the workspace")
	}
	return nil
}

// RowPoolCost estimates nanoseconds: of joining the rows of windows, and then their columns, and of each row of output.
func RowPoolCost(p *problem.Problem) float64 {
	rows := float64(p.N * p.O * p.Out[0] * p.Out[1])
	joined := float64(p.Kernel[0]*p.Kernel[1]*p.In[2] + p.Kernel[2]*p.Out[2])
	return rows * (20 + 0.1*joined)
}

// NewRowPool prepares p, which RowPoolAccepts accepts.
func NewRowPool(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	op := p.Stage.Op.(layer.Pool)
	r := &rowPool{Problem: p, isa: kernel.Best(), loop: p.NewLoop()}
	r.join = kernel.ISA.JoinLargest
	empty := minusInf
	if op.Func == layer.AveragePool {
		empty = 0
		r.join = kernel.ISA.JoinSum
	}
	for axis := range r.windows {
		for at := range p.Out[axis] {
			r.windows[axis] = append(r.windows[axis], poolWindowOf(p, axis, at, false))
		}
	}
	r.phase = p.Out[2] + (p.Kernel[2]-1)*p.Dilation[2]/p.Stride[2]
	r.width = r.phase * p.Stride[2]
	if op.Func == layer.AveragePool {
		r.divide(op.CountPadding)
	}
	r.bands, r.planes = (p.Out[1]+r.tall()-1)/r.tall(), 1
	if r.bands == 1 && p.Out[0] == 1 {
		r.planes = max(1, rowPoolBand/(p.Out[1]*r.width))
	}
	for range r.loop.Threads {
		s := rowSpace{rows: workers.Apart[float32](r.planes * r.tall() * r.width), offsets: workers.Apart[int](max(p.Kernel[0]*p.Kernel[1], p.Kernel[2]))}
		for i := range s.rows {
			s.rows[i] = empty
		}
		if p.Stride[2] > 1 {
			s.phases = workers.Apart[float32](len(s.rows))
		}
		r.spaces = append(r.spaces, s)
	}
	r.reduce = r.items
	return r, nil
}

// tall is the rows of output that are reduced at once.
func (r *rowPool) tall() int {
	most := r.Out[1]
	if r.byRows() {
		most = (most-1)/r.loop.Threads + 1
	}
	return max(1, min(most, rowPoolBand/r.width))
}

func (r *rowPool) byRows() bool { return workers.ByRows(r.loop.Threads, r.N, r.InPlane()) }

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
			rows := make([]float32, r.tall()*r.Out[2])
			for i := range rows {
				rows[i] = float32(n * count(poolWindowOf(r.Problem, 2, i%r.Out[2], false)))
			}
			r.divisors[n] = rows
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

// items computes bands of rows, each of one depth of one plane, or whole planes.
func (r *rowPool) items(worker, from, to int) {
	s := &r.spaces[worker]
	for i := from; i < to; {
		band, slice := i%r.bands, i/r.bands
		if r.byRows() {
			slices := r.C * r.Out[0]
			band, slice = i/slices, i%slices
		}
		plane, d := slice/r.Out[0], slice%r.Out[0]
		first, planes := band*r.tall(), min(r.planes, to-i)
		n := min(r.tall(), r.Out[1]-first)
		r.lines(s, r.x[plane*r.InPlane():][:planes*r.InPlane()], r.windows[0][d], first, n, planes)
		y := r.y[(slice*r.Out[1]+first)*r.Out[2]:][:planes*n*r.Out[2]]
		r.columns(s, y, planes*n)
		for p := 0; p < planes && r.divisors != nil; p++ {
			r.average(y[p*n*r.Out[2]:], r.windows[0][d].divisor, first, n)
		}
		i += planes
	}
}

// average divides n rows of sums, as many at once as have the same divisors.
func (r *rowPool) average(y []float32, depth, first, n int) {
	windows := r.windows[1][first:][:n]
	for h := 0; h < n; {
		same := 1
		for h+same < n && windows[h+same].divisor == windows[h].divisor {
			same++
		}
		rows := y[h*r.Out[2]:][:same*r.Out[2]]
		r.isa.Quotient(rows, rows, r.divisors[depth*windows[h].divisor][:len(rows)])
		h += same
	}
}

// lines reduces the rows of some planes that n windows of height read, from the first on, to one each, between their padding: as
// many at once as follow each other a stride apart, or a plane.
func (r *rowPool) lines(s *rowSpace, x []float32, d poolWindow, first, n, planes int) {
	left := r.Pads[2].Begin
	width := min(r.In[2], r.width-left)
	if width <= 0 {
		return // nothing but padding is read
	}
	windows := r.windows[1][first:][:n]
	for h := 0; h < n; {
		w := windows[h]
		same := 1
		for h+same < n && windows[h+same].count == w.count && windows[h+same].first == w.first+same*r.Stride[1] {
			same++
		}
		rows := s.rows[h*r.width+left:]
		if d.count*w.count == 0 {
			for p := range planes {
				r.fill(rows[p*n*r.width:], width, same)
			}
		} else {
			offsets := s.offsets[:0]
			for i := range d.count {
				for k := range w.count {
					offsets = append(offsets, ((d.first+i*r.Dilation[0])*r.In[1]+w.first+k*r.Dilation[1])*r.In[2])
				}
			}
			next, below := r.Stride[1]*r.In[2], r.InPlane()
			if planes > same {
				for k := range same {
					r.join(r.isa, rows[k*r.width:], n*r.width, x[k*next:], below, offsets, width, planes)
				}
			} else {
				for p := range planes {
					r.join(r.isa, rows[p*n*r.width:], r.width, x[p*below:], next, offsets, width, same)
				}
			}
		}
		h += same
	}
}

// fill writes what windows of padding alone hold.
func (r *rowPool) fill(rows []float32, width, n int) {
	fill := minusInf
	if r.divisors != nil {
		fill = 0
	}
	for h := range n {
		for i := range width {
			rows[h*r.width+i] = fill
		}
	}
}

// columns reduces the columns of n rows, which are a whole number of strides each: parted by phase they are one long row.
func (r *rowPool) columns(s *rowSpace, y []float32, n int) {
	stride, source := r.Stride[2], s.phases
	switch stride {
	case 1:
		source = s.rows
	case 2:
		r.isa.DeinterleavePairs(s.phases, s.phases[n*r.phase:], 0, s.rows, 0, n*r.width, 1)
	default:
		r.isa.Deinterleave(s.phases, n*r.phase, s.rows, stride, min(stride, (r.Kernel[2]-1)*r.Dilation[2]+1), n*r.phase)
	}
	offsets := s.offsets[:0]
	for k := range r.Kernel[2] {
		at := k * r.Dilation[2]
		offsets = append(offsets, at%stride*n*r.phase+at/stride)
	}
	r.join(r.isa, y, r.Out[2], source, r.phase, offsets, r.Out[2], n)
}

func (r *rowPool) Bytes() (workspace, packed int) {
	for _, s := range r.spaces {
		workspace += 4*(len(s.rows)+len(s.phases)) + 8*cap(s.offsets)
	}
	return workspace, 0
}
