package ops

import (
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// interleave writes rows from..to of the block's output.
func (r *phases[T]) interleave(worker, from, to int) {
	for i := from; i < to; i++ {
		o, d, h := i/r.Out[1]/r.Out[0], i/r.Out[1]%r.Out[0], i%r.Out[1]
		row := r.y[((r.first+o)*r.Out[0]+d)*r.Out[1]*r.Out[2]+h*r.Out[2]:][:r.Out[2]]
		r.interleaveRow(worker, row, o, d, h)
	}
}

// interleaveRow writes one row of the output from the rows of its phases.
func (r *phases[T]) interleaveRow(worker int, row []T, o, d, h int) {
	rows, constant := r.rows[worker], r.constants[worker]
	phase := (d%r.Stride[0]*r.Stride[1] + h%r.Stride[1]) * r.Stride[2]
	whole := len(row) / r.Stride[2] // columns that every phase has
	for w := range rows {
		rows[w] = r.phaseRow(r.where[phase+w], o, d/r.Stride[0], h/r.Stride[1])
		if rows[w] == nil {
			fill(constant, r.biasOnly(o))
			rows[w] = constant
		}
	}
	r.weaveRow(row, rows, whole)
	for j := whole * len(rows); j < len(row); j++ {
		row[j] = rows[j-whole*len(rows)][whole]
	}
}

// place is where a phase's planes are: its part, and its number in it; part is -1 if the phase has no taps.
type place struct{ part, index int }

// phaseRow is the row (d, h) of a phase's plane for output channel o of the block, nil if the phase has no taps.
func (r *phases[T]) phaseRow(at place, o, d, h int) []T {
	if at.part < 0 {
		return nil
	}
	q := &r.parts[at.part]
	wide := r.block / r.groups
	channel := (o/wide*len(q.phases)+at.index)*wide + o%wide
	w := q.out[2]
	row := q.at + ((channel*q.out[0]+d+q.class[0].shift)*q.out[1]+h+q.class[1].shift)*w
	return r.planes[row+q.class[2].shift : row+w]
}

// biasOnly is what a phase without taps holds.
func (r *phases[T]) biasOnly(o int) T {
	if !r.Problem.Bias {
		return T(math.Min(math.Max(0, r.Lo), r.Hi))
	}
	b := r.operands.Bias[r.first%r.O+o]
	if b != b {
		return b
	}
	return T(math.Min(math.Max(float64(b), r.Lo), r.Hi))
}

func fill[T tensor.Float](v []T, x T) {
	for i := range v {
		v[i] = x
	}
}

// weaveOf interleaves src into dst, for elements of T.
func weaveOf[T tensor.Float]() func(dst []T, src [][]T, n int) {
	var f any = kernel.Best().Weave
	if isFloat64[T]() {
		f = weave64
	}
	return f.(func(dst []T, src [][]T, n int))
}

func weave64(dst []float64, src [][]float64, n int) {
	for r, s := range src {
		for i, v := range s[:n] {
			dst[i*len(src)+r] = v
		}
	}
}
