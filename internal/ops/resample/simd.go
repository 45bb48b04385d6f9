package resample

import (
	"context"
	"math"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// simd mixes a vector's pairs of elements of each row of input, and neighbouring rows, on the way down a plane. Its
// weights are rounded to float32. Depths are mixed before, slice by slice.
type simd struct {
	isa     kernel.ISA
	in, out [3]int
	planes  int
	rows    [2][]lerp // of depth and height
	resizer *kernel.Resizer
	lo, hi  float32
	lines   [][]float32 // by worker: memory of the kernel, and mixed rows of two slices
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

// simdChunk is the elements of an item, simdRows the least rows: neighbouring ones mix the same rows of input.
const simdChunk, simdRows = 1 << 14, 8

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
	columns := mixes(r.in[2], r.out[2], scale[2], nearest)
	r.resizer = r.isa.NewResizer(r.in[2], columns, mixes(r.in[1], r.out[1], scale[1], nearest))
	r.chunk = max(simdRows, simdChunk/(r.in[2]+r.out[2]))
	line := 2 * r.out[2]
	if slices.ContainsFunc(r.rows[0], func(d lerp) bool { return d.weight[1] != 0 }) {
		line += r.meets(1, min(r.chunk, r.out[1])) * r.in[2]
	}
	for range max(1, p.Threads) {
		r.lines = append(r.lines, workers.Apart[float32](line))
	}
	if r.planes*(problem.Volume(r.in[:])+problem.Volume(r.out[:])) < 4*simdChunk {
		r.threads = 1
	}
	return r
}

// mixes are those of an axis, as the kernel has them.
func mixes(in, out int, scale float64, nearest bool) (list []kernel.ResizeMix) {
	for o := range out {
		m := lerpAt(o, in, scale, nearest)
		list = append(list, kernel.ResizeMix{At: m.at, Weight: [2]float32{float32(m.weight[0]), float32(m.weight[1])}})
	}
	return list
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
		for row, to := i*r.chunk, min(total, (i+1)*r.chunk); row < to; {
			slice, h := row/w.n[1], row%w.n[1]
			run := min(w.n[1]-h, to-row)
			r.slice(slice/w.n[0], w.first[0]+slice%w.n[0], w.first[1]+h, run, r.lines[m.ID])
			row += run
		}
	}
}

// slice computes n output rows of a plane at depth d, the first of them h.
func (r *simd) slice(plane, d, h, n int, lines []float32) {
	w := &r.window
	size := w.inN[1] * r.in[2]
	x := r.x[plane*w.inN[0]*size:]
	at := func(i int) []float32 { return x[(r.rows[0][d].at[i]-w.inFirst[0])*size:][:size] }
	src, first := at(0), w.inFirst[1]
	if weight := r.rows[0][d].weight; weight[1] != 0 {
		skip := r.rows[1][h].at[0] - first
		first += skip
		from, to := skip*r.in[2], (r.rows[1][h+n-1].at[1]-w.inFirst[1]+1)*r.in[2]
		mixed := lines[2*r.out[2]:][:to-from]
		low, high := float32(math.Inf(-1)), float32(math.Inf(1))
		r.isa.Blend(mixed, src[from:to], at(1)[from:to], float32(weight[0]), float32(weight[1]), low, high)
		src = mixed
	}
	y := r.y[((plane*r.out[0]+d)*r.out[1]+h)*r.out[2]:][:n*r.out[2]]
	r.isa.Resize(y, src, r.resizer, first, h, h+n, r.lo, r.hi, lines)
}
