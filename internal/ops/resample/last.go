package resample

import (
	"context"
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
)

// last computes a 1x1 convolution of an enlarged input by enlarging the convolution of the small one: mixing
// pixels and mixing channels commute, and the bias passes since a pixel's weights sum to 1. An activation is applied
// after both. That is as many times fewer multiplications as there are more pixels.
//
// Results differ from the stages in turn only by rounding: each of the two mixes rounds with a relative error of a few
// 2^-24 of the sum of the magnitudes of its products, whichever is first.
//
// A small product is computed at once, by the quickest algorithm; of a large one no more than the rows that a band of
// the output mixes, by GEMM.
type last struct {
	conv   problem.Runner[float32] // nil if there are bands
	gemm   *dense.Gemm             // of one band
	resize *simd
	small  []float32
	pool   *workers.Pool

	batch, in, out int // samples, input and output channels
	rows           int // elements of a row of input
	plane          int // of a plane
	windows        []window
	window         *window   // at hand
	x              []float32 // the sample at hand
}

const (
	smallBytes = 4 << 20 // bounds a product that is computed at once
	bandBytes  = 1 << 20 // and that of a band, which should stay in a second-level cache
)

// LastAccepts takes an enlargement and a 1x1 convolution.
func LastAccepts(c *problem.Chain) (int, error) {
	if len(c.Problems) < 2 || c.Problems[0].Stage.Op.Kind() != layer.KindResize || c.Problems[1].Stage.Op.Kind() != layer.KindConv {
		return 0, lang.Errorf("it computes a resize and a convolution")
	}
	p, q := c.Problems[0], c.Problems[1]
	if q.Taps() != 1 || q.Stride != [3]int{1, 1, 1} || q.In != q.Out || q.Groups != 1 {
		return 0, lang.Errorf("it needs a 1x1 convolution of all channels, without stride or padding")
	}
	in, out := problem.Volume(p.Inputs[0][2:]), problem.Volume(p.Output[2:])
	if in >= out || q.O*in > q.C*out {
		return 0, lang.Errorf("it needs a resize that enlarges")
	}
	if n := problem.Three(p.Inputs[0][2:]); 4*q.O*min(2, n[0])*min(2, n[1])*n[2] > smallBytes {
		return 0, lang.Errorf("the rows under one row of its output are larger than the workspace")
	}
	return 2, nil
}

// Convolve prepares a convolution by the quickest algorithm.
type Convolve func(*problem.Problem, problem.Operands[float32]) (problem.Runner[float32], error)

// NewLast prepares the two stages of a chain that LastAccepts takes.
func NewLast(c *problem.Chain, w []problem.Operands[float32], conv Convolve) (problem.Runner[float32], error) {
	p, q := c.Problems[0], *c.Problems[1]
	q.Inputs = [][]int{p.Inputs[0]}
	q.Output = append([]int{q.N, q.O}, p.Inputs[0][2:]...)
	lo, hi := q.Lo, q.Hi
	q.Lo, q.Hi = math.Inf(-1), math.Inf(1)
	most := bandBytes
	if 4*q.OutputSize() <= smallBytes {
		most = smallBytes
	}
	return NewLastWithin(p, &q, w[1], lo, hi, most, conv)
}

// NewLastWithin computes the product q at once if it has at most these bytes, otherwise by bands of no more, if a band
// can be as small.
func NewLastWithin(p, q *problem.Problem, w problem.Operands[float32], lo, hi float64, most int, conv Convolve) (problem.Runner[float32], error) {
	small := *q // on the axes of the enlargement, which keeps those of extent one where they are
	small.In, small.Out = problem.Three(p.Inputs[0][2:]), problem.Three(p.Inputs[0][2:])
	q = &small
	r := &last{
		pool: q.WorkerPool(), batch: q.N, in: q.C, out: q.O, rows: q.In[2], plane: q.InPlane(),
		resize: newSIMD(p, q.N*q.O, lo, hi),
	}
	if 4*q.OutputSize() <= most {
		r.small = make([]float32, q.OutputSize())
		var err error
		r.conv, err = conv(q, w)
		return r, err
	}
	r.resize.planes = q.O
	r.windows = r.resize.bands(most / 4 / (q.O * q.In[2]))
	band := q.Convolution()
	n := r.windows[0].inN[0] * r.windows[0].inN[1] * q.In[2]
	band.N, band.In, band.Out = 1, [3]int{1, 1, n}, [3]int{1, 1, n}
	r.gemm = dense.NewSampled(*band, w.Weight, w.Bias, r, n)
	r.small = problem.Aligned(q.O * n)
	return r, nil
}

// bands cuts the output into windows that meet at most so many rows of a plane of the input, if four or fewer are enough.
func (r *simd) bands(rows int) []window {
	n := [2]int(r.out[:2])
	met := [2]int{r.meets(0, n[0]), r.meets(1, n[1])}
	for met[0]*met[1] > rows && n[0]*n[1] > 1 {
		axis := 1
		if n[1] == 1 || n[0] > 1 && met[0] > met[1] {
			axis = 0
		}
		n[axis] = (n[axis] + 1) / 2
		met[axis] = r.meets(axis, n[axis])
	}
	var list []window
	for d := 0; d < r.out[0]; d += n[0] {
		for h := 0; h < r.out[1]; h += n[1] {
			w := window{first: [2]int{d, h}, n: n, inN: met}
			for axis := range w.first {
				w.first[axis] = min(w.first[axis], r.out[axis]-n[axis])
				w.inFirst[axis] = min(r.rows[axis][w.first[axis]].at[0], r.in[axis]-met[axis])
			}
			list = append(list, w)
		}
	}
	return list
}

// meets is the most rows of input that n outputs of an axis mix.
func (r *simd) meets(axis, n int) int {
	most := 1
	for o := range len(r.rows[axis]) - n + 1 {
		most = max(most, r.rows[axis][o+n-1].at[1]-r.rows[axis][o].at[0]+1)
	}
	return most
}

func (r *last) Run(ctx context.Context, out []float32, in [][]float32) error {
	if r.conv != nil {
		if err := r.conv.Run(ctx, r.small, in); err != nil {
			return err
		}
		return r.resize.resize(ctx, out, r.small, r.resize.wholeWindow())
	}
	size := r.out * problem.Volume(r.resize.out[:])
	for n := range r.batch {
		r.x = in[0][n*r.in*r.plane:][:r.in*r.plane]
		for i := range r.windows {
			r.window = &r.windows[i]
			if err := r.gemm.Run(ctx, r.small, r.x, r.pool); err != nil {
				return err
			}
			if err := r.resize.resize(ctx, out[n*size:][:size], r.small, r.windows[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Pack implements dense.Source: pixels of the window's rows of input.
func (r *last) Pack(_ int, dst []float32, width, _, _, start, n, from, to int) {
	w := r.window
	slice := w.inN[1] * r.rows // pixels of a depth
	for at := start; at < start+n; {
		depth, i := at/slice, at%slice
		run := min(slice-i, start+n-at)
		first := ((w.inFirst[0]+depth)*r.resize.in[1]+w.inFirst[1])*r.rows + i
		r.resize.isa.StridedCopy(dst[at-start:], width, r.x[from*r.plane+first:], r.plane, 1, run, to-from, n)
		at += run
	}
}

func (r *last) product() problem.Runner[float32] {
	if r.conv != nil {
		return r.conv
	}
	return problem.SharedConv(r.gemm)
}

// WorkspaceSize implements problem.WorkspaceSharer.
func (r *last) WorkspaceSize() int {
	return problem.BuffersSize([]*[]float32{&r.small}) + problem.Sequence[float32]{r.product()}.WorkspaceSize()
}

// UseWorkspace implements problem.WorkspaceSharer.
func (r *last) UseWorkspace(memory []float32) {
	problem.Sequence[float32]{r.product()}.UseWorkspace(problem.UseBuffers([]*[]float32{&r.small}, memory))
}

func (r *last) Bytes() (workspace, packed int) {
	workspace, packed = r.product().Bytes()
	own, _ := r.resize.Bytes()
	return workspace + own + 4*len(r.small), packed
}
