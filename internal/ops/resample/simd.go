package resample

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// simd mixes the rows around an output row into one and then that row's elements, a vector at a time. Its
// weights are rounded to float32.
type simd struct {
	isa     kernel.ISA
	in, out [3]int
	planes  int
	rows    [2][]lerp // of depth and height
	row     *kernel.ResizeRow
	lo, hi  float32
	lines   [][]float32 // by worker: a mixed row, and zeros
	chunk   int         // output rows an item
	threads int
	pool    *workers.Pool

	x, y   []float32
	window window
}

// window is a box of output rows, over the planes, and the box of input rows that x holds of each plane: firsts and
// numbers of depths and heights.
type window struct {
	first, n     [2]int
	inFirst, inN [2]int
}

// wholeWindow is all rows.
func (r *simd) wholeWindow() window {
	return window{n: [2]int(r.out[:2]), inN: [2]int(r.in[:2])}
}

// simdChunk is the elements of an item.
const simdChunk = 1 << 14

// NewSIMD prepares p, a resize.
func NewSIMD(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	return newSIMD(p, problem.Volume(p.Inputs[0][:2]), math.Inf(-1), math.Inf(1)), nil
}

// newSIMD resizes as many planes as p does one, and keeps results within lo and hi.
func newSIMD(p *problem.Problem, planes int, lo, hi float64) *simd {
	r := &simd{isa: kernel.Best(), planes: planes, lo: float32(lo), hi: float32(hi), threads: p.Threads, pool: p.WorkerPool()}
	r.in, r.out = problem.Three(p.Inputs[0][2:]), problem.Three(p.Output[2:])
	nearest, scale := p.Stage.Op.(layer.Resize).Nearest, p.ResizeScale()
	for axis := range r.rows {
		for o := range r.out[axis] {
			r.rows[axis] = append(r.rows[axis], lerpAt(o, r.in[axis], scale[axis], nearest))
		}
	}
	var mixes []kernel.ResizeMix
	for o := range r.out[2] {
		m := lerpAt(o, r.in[2], scale[2], nearest)
		mixes = append(mixes, kernel.ResizeMix{At: m.at, Weight: [2]float32{float32(m.weight[0]), float32(m.weight[1])}})
	}
	r.row = r.isa.NewResizeRow(r.in[2], mixes)
	for range max(1, p.Threads) {
		r.lines = append(r.lines, workers.Apart[float32](r.in[2]+kernel.ResizeSlack))
	}
	r.chunk = max(1, simdChunk/(r.in[2]+r.out[2]))
	if r.planes*(problem.Volume(r.in[:])+problem.Volume(r.out[:])) < 4*simdChunk {
		r.threads = 1
	}
	return r
}

func (r *simd) Bytes() (workspace, packed int) { return 4 * len(r.lines) * len(r.lines[0]), 0 }

func (r *simd) Run(ctx context.Context, out []float32, in [][]float32) error {
	return r.resize(ctx, out, in[0], r.wholeWindow())
}

// resize computes the rows of a window of the outputs y from those that x holds.
func (r *simd) resize(ctx context.Context, y, x []float32, w window) error {
	r.x, r.y, r.window = x, y, w
	err := r.pool.RunOn(ctx, r.threads, r)
	r.x, r.y = nil, nil
	return err
}

// Work implements workers.Job: an item is some output rows.
func (r *simd) Work(m *workers.Worker) {
	w := &r.window
	total := r.planes * w.n[0] * w.n[1]
	n := (total-1)/r.chunk + 1
	for i := m.Next(n); i >= 0; i = m.Next(n) {
		for row := i * r.chunk; row < min(total, (i+1)*r.chunk); row++ {
			plane, d, h := row/w.n[1]/w.n[0], w.first[0]+row/w.n[1]%w.n[0], w.first[1]+row%w.n[1]
			line := r.lines[m.ID]
			r.mixRows(line[:r.in[2]], plane, r.rows[0][d], r.rows[1][h])
			r.isa.Resize(r.y[((plane*r.out[0]+d)*r.out[1]+h)*r.out[2]:][:r.out[2]], line, r.row, r.lo, r.hi)
		}
	}
}

// mixRows writes the mix of the one, two or four input rows around an output row.
func (r *simd) mixRows(line []float32, plane int, d, h lerp) {
	w := &r.window
	x := r.x[plane*w.inN[0]*w.inN[1]*r.in[2]:]
	low, high := float32(math.Inf(-1)), float32(math.Inf(1))
	var first []float32
	weight, n := float32(0), 0
	for a := range 2 {
		for b := range 2 {
			f := float32(d.weight[a] * h.weight[b])
			if f == 0 {
				continue
			}
			src := x[((d.at[a]-w.inFirst[0])*w.inN[1]+h.at[b]-w.inFirst[1])*r.in[2]:][:r.in[2]]
			switch n {
			case 0:
				first, weight = src, f
			case 1:
				r.isa.Blend(line, first, src, weight, f, low, high)
			default:
				r.isa.Blend(line, src, line, f, 1, low, high)
			}
			n++
		}
	}
	if n == 1 {
		copy(line, first)
	}
}
