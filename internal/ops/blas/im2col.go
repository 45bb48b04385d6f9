// Package blas computes convolutions (im2col) and linear layers as products of gonum's BLAS, in float32 and float64.
package blas

import (
	"context"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// im2col writes the input pixels under the kernel, for a panel of output pixels, as rows of a matrix and multiplies the
// weights by it with gonum's Gemm. The panel is bounded, never the whole matrix: it should stay in a level 2 cache.
//
// The product is taken with the panel transposed, as dot products: gonum's other forms skip weights that are zero and so
// lose a NaN or an infinity of the input that they should have met.
type im2col[T tensor.Float] struct {
	*problem.Problem
	problem.Operands[T]
	loop     *workers.Loop
	depth    int // products summed into one output: channels of a group x taps
	panel    int // output pixels at once
	panels   int // per plane
	cols     [][]T
	gemm     func(m, n, k int, a, b, c []T, ldc int)
	clamp    func([]T)
	multiply func(worker, from, to int)
	x, y     []T
}

const (
	// gonum runs a product on goroutines of its own from 4 blocks of 64 x 64 on; these stay below.
	gemmRows, gemmCols = 64, 192
	panelBytes         = 256 << 10
)

// NewIm2col prepares p.
func NewIm2col[T tensor.Float](p *problem.Problem, w problem.Operands[T]) (problem.Runner[T], error) {
	r := &im2col[T]{Problem: p, Operands: w, loop: p.NewLoop(), depth: p.C / p.Groups * p.Taps(), gemm: gemmOf[T](), clamp: problem.ClampFor[T](p)}
	r.panel = min(max(1, panelBytes/problem.SizeOf[T]()/r.depth), gemmCols, p.OutPlane())
	r.panels = (p.OutPlane()-1)/r.panel + 1
	for range r.loop.Threads {
		r.cols = append(r.cols, problem.Aligned16[T](r.panel*r.depth))
	}
	r.multiply = r.chunk
	return r, nil
}

func (r *im2col[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	work := float64(r.panel) * float64(r.depth) * float64(r.O/r.Groups)
	return r.loop.Each(ctx, r.N*r.Groups*r.panels, workers.Grain(work), r.multiply)
}

// chunk computes panels from..to, counted over samples, groups and pixels.
func (r *im2col[T]) chunk(worker, from, to int) {
	og, plane := r.O/r.Groups, r.OutPlane()
	cols := r.cols[worker]
	for i := from; i < to; i++ {
		n, g, first := i/r.panels/r.Groups, i/r.panels%r.Groups, i%r.panels*r.panel
		pixels := min(r.panel, plane-first)
		r.fill(cols, n, g, first, pixels)
		for o := g * og; o < (g+1)*og; o += gemmRows {
			rows := min(gemmRows, (g+1)*og-o)
			y := r.y[(n*r.O+o)*plane+first:]
			for j := range rows {
				r.begin(y[j*plane:][:pixels], o+j)
			}
			r.gemm(rows, pixels, r.depth, r.Weight[o*r.depth:], cols, y, plane)
			if r.clamp != nil {
				for j := range rows {
					r.clamp(y[j*plane:][:pixels])
				}
			}
		}
	}
}

// begin fills an output row with the bias that the product is added to.
func (r *im2col[T]) begin(row []T, o int) {
	b := T(0)
	if r.Problem.Bias {
		b = r.Operands.Bias[o]
	}
	for i := range row {
		row[i] = b
	}
}

// fill writes one row of cols for each pixel: channels, then taps, as in the weights.
func (r *im2col[T]) fill(cols []T, n, g, first, pixels int) {
	cg, plane := r.C/r.Groups, r.InPlane()
	x := r.x[(n*r.C+g*cg)*plane:][:cg*plane]
	for i := range pixels {
		q := first + i
		h := q / r.Out[2]
		at := [3]int{h / r.Out[1], h % r.Out[1], q % r.Out[2]}
		for axis := range at {
			at[axis] = at[axis]*r.Stride[axis] - r.Pads[axis].Begin
		}
		row := cols[i*r.depth:][:r.depth]
		for c := range cg {
			r.fillTaps(row[c*r.Taps():][:r.Taps()], x[c*plane:][:plane], at)
		}
	}
}

// fillTaps writes the taps of one channel for the window that begins at a position, outside of the input possibly.
func (r *im2col[T]) fillTaps(taps, plane []T, at [3]int) {
	kw := r.Kernel[2]
	for k := range r.Kernel[0] * r.Kernel[1] {
		d, h := at[0]+k/r.Kernel[1]*r.Dilation[0], at[1]+k%r.Kernel[1]*r.Dilation[1]
		dst := taps[k*kw:][:kw]
		if d < 0 || d >= r.In[0] || h < 0 || h >= r.In[1] {
			clear(dst)
			continue
		}
		src := plane[(d*r.In[1]+h)*r.In[2]:][:r.In[2]]
		w := at[2]
		for j := range dst {
			if uint(w) < uint(len(src)) {
				dst[j] = src[w]
			} else {
				dst[j] = 0
			}
			w += r.Dilation[2]
		}
	}
}

func (r *im2col[T]) buffers() []*[]T {
	var list []*[]T
	for i := range r.cols {
		list = append(list, &r.cols[i])
	}
	return list
}

func (r *im2col[T]) WorkspaceSize() int      { return problem.BuffersSize(r.buffers()) }
func (r *im2col[T]) UseWorkspace(memory []T) { problem.UseBuffers(r.buffers(), memory) }

func (r *im2col[T]) Bytes() (workspace, packed int) {
	return len(r.cols) * r.panel * r.depth * problem.SizeOf[T](), 0
}

// chain is how many products gonum adds up at a time: where it has no assembly it adds them one by one, and a longer chain would
// lose more than the exact algorithms may.
const chain = 512

// gemmOf is c[m x n] += a[m x k] * transposed b[n x k] in T; c's rows are ldc apart.
func gemmOf[T tensor.Float]() func(m, n, k int, a, b, c []T, ldc int) {
	var product any = func(m, n, k int, a, b []float32, stride int, c []float32, ldc int) {
		blas32.Gemm(blas.NoTrans, blas.Trans, 1,
			blas32.General{Rows: m, Cols: k, Stride: stride, Data: a},
			blas32.General{Rows: n, Cols: k, Stride: stride, Data: b},
			1, blas32.General{Rows: m, Cols: n, Stride: ldc, Data: c})
	}
	if problem.IsFloat64[T]() {
		product = func(m, n, k int, a, b []float64, stride int, c []float64, ldc int) {
			blas64.Gemm(blas.NoTrans, blas.Trans, 1,
				blas64.General{Rows: m, Cols: k, Stride: stride, Data: a},
				blas64.General{Rows: n, Cols: k, Stride: stride, Data: b},
				1, blas64.General{Rows: m, Cols: n, Stride: ldc, Data: c})
		}
	}
	of := product.(func(m, n, k int, a, b []T, stride int, c []T, ldc int))
	return func(m, n, k int, a, b, c []T, ldc int) {
		for from := 0; from < k; from += chain {
			of(m, n, min(chain, k-from), a[from:], b[from:], k, c, ldc)
		}
	}
}
