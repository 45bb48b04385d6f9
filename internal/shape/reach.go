package shape

import "convx/internal/layer"

// Reach is what an output position sees along one axis of its input: the positions first, first+step, … last, for each
// output; outputs that are `outputs` apart see positions that are `inputs` apart. The zero value is the same position.
type Reach struct {
	outputs, inputs int64
	at              func(o int64) (first, last, step int64)
	// variance is that of the positions, if all weigh the same.
	variance float64
	// all, if not 0, says that every output sees all of so many positions.
	all int
}

// Everything is the reach of an output that sees all n positions of an axis.
func Everything(n int) Reach { return Reach{all: max(1, n)} }

// Part is the reach of a slice: position start, then step further on (back, if negative) for each output. Padding has a
// negative start.
func Part(start, step int) Reach {
	first, apart := int64(start), int64(step)
	return Reach{outputs: 1, inputs: apart, at: func(o int64) (int64, int64, int64) { return first + o*apart, first + o*apart, 1 }}
}

// Copies is the reach of an output whose neighbours see one position, times over, as depth-to-space and pixels that are
// repeated.
func Copies(times int) Reach {
	n := int64(times)
	return Reach{outputs: n, inputs: 1, at: func(o int64) (int64, int64, int64) { i := floorDiv(o, n); return i, i, 1 }}
}

// Blocks is the reach of an output that sees n positions of its own, as space-to-depth.
func Blocks(n int) Reach { return slideReach(int64(n), int64(n), 1, 0) }

func slideReach(kernel, stride, dilation, begin int64) Reach {
	return Reach{outputs: 1, inputs: stride, variance: spread(float64(kernel), float64(dilation)), at: func(o int64) (int64, int64, int64) {
		first := o*stride - begin
		return first, first + (kernel-1)*dilation, dilation
	}}
}

// transposedReach: output o sums the positions i with i*stride + t*dilation = o + begin, for taps t: every apart-th tap, and
// with it every step-th position.
func transposedReach(kernel, stride, dilation, begin int64) Reach {
	common := gcd(stride, dilation)
	apart, step := stride/common, dilation/common
	inverse := inverseOf(step, apart)
	most := (kernel + apart - 1) / apart
	return Reach{outputs: stride, inputs: 1, variance: spread(float64(most), float64(step)), at: func(o int64) (int64, int64, int64) {
		o += begin
		if floorMod(o, common) != 0 {
			return 0, -1, 1
		}
		tap := floorMod(floorMod(o/common, apart)*inverse, apart) // the first
		if tap >= kernel {
			return 0, -1, 1
		}
		last := (o - tap*dilation) / stride
		return last - (kernel-1-tap)/apart*step, last, step
	}}
}

// Resampled is the reach of resampling n positions (from) to m (to) with half-pixel centres: linearly, the two positions around
// (o + 1/2)*n/m - 1/2, or one where it falls on it; of the nearest, one.
func Resampled(from, to int, nearest bool) Reach {
	common := gcd(from, to)
	n, m := int64(from/common), int64(to/common)
	if nearest {
		return Reach{outputs: m, inputs: n, at: func(o int64) (int64, int64, int64) {
			i := floorDiv((2*o+1)*n, 2*m)
			return i, i, 1
		}}
	}
	r := Reach{outputs: m, inputs: n, at: func(o int64) (int64, int64, int64) {
		twice := (2*o+1)*n - m // of m positions
		first := floorDiv(twice, 2*m)
		if floorMod(twice, 2*m) == 0 {
			return first, first, 1
		}
		return first, first + 1, 1
	}}
	if n != m {
		r.variance = 1.0 / 6 // of weights t and 1-t: t*(1-t), over all phases
	}
	return r
}

// adaptiveReach: output o of m averages the positions from floor(o*n/m) to ceil((o+1)*n/m).
func adaptiveReach(from, to int) Reach {
	if to == 1 {
		return Everything(from)
	}
	size := (from-1)/to + 1
	common := gcd(from, to)
	n, m := int64(from/common), int64(to/common)
	return Reach{outputs: m, inputs: n, variance: spread(float64(size), 1), at: func(o int64) (int64, int64, int64) {
		return floorDiv(o*n, m), floorDiv((o+1)*n-1, m), 1
	}}
}

// Reaches are the reaches of a stage along its spatial axes; nil is the same position along each. st is the stage's shape.
func Reaches(op layer.Op, st Stage) []Reach {
	switch op := op.(type) {
	case layer.Conv:
		return windowReaches(op.Window, st.Pads)
	case layer.Deformable: // the regular grid's; learned offsets can reach anywhere
		return windowReaches(op.Window, st.Pads)
	case layer.Pool:
		if !op.Global && op.Adaptive == nil {
			return windowReaches(op.Window, st.Pads)
		}
	case layer.Transposed, layer.Resize, layer.DepthToSpace, layer.Linear, layer.ROIPool:
	default:
		return nil
	}
	out := make([]Reach, max(0, len(st.Inputs[0])-2))
	switch op := op.(type) {
	case layer.Pool:
		for i, n := range st.Inputs[0][2:] {
			if out[i] = Everything(n); op.Adaptive != nil {
				out[i] = adaptiveReach(n, op.Adaptive[i])
			}
		}
	case layer.Transposed:
		for i := range out {
			out[i] = transposedReach(int64(op.Kernel[i]), int64(op.Stride[i]), int64(op.Dilation[i]), int64(st.Pads[i].Begin))
		}
	case layer.Resize:
		for i, n := range st.Inputs[0][2:] {
			m := st.Output[2+i]
			if op.Size == nil {
				n, m = ratio(op.Scale[i])
			}
			out[i] = Resampled(n, m, op.Nearest)
		}
	case layer.DepthToSpace: // the pixels of a block see the same
		for i := range out {
			out[i] = Copies(op.Block[i])
		}
	case layer.Linear, layer.ROIPool:
		for i, n := range st.Inputs[0][min(2, len(st.Inputs[0])):] {
			out[i] = Everything(n)
		}
	}
	return out
}

func windowReaches(w layer.Window, pads []layer.Pad) []Reach {
	out := make([]Reach, len(w.Kernel))
	for i := range out {
		out[i] = slideReach(int64(w.Kernel[i]), int64(w.Stride[i]), int64(w.Dilation[i]), int64(pads[i].Begin))
	}
	return out
}

// ratio is a scale as input positions n for m output positions, by continued fractions.
func ratio(scale float64) (n, m int) {
	const most = 1 << 10
	p0, q0, p1, q1 := 0, 1, 1, 0
	for x := scale; ; {
		whole := int(x)
		p2, q2 := whole*p1+p0, whole*q1+q0
		if q2 > most || p2 > layer.MaxExtent {
			break
		}
		p0, q0, p1, q1 = p1, q1, p2, q2
		rest := x - float64(whole)
		if rest < 1e-9 {
			break
		}
		x = 1 / rest
	}
	if p1 == 0 || q1 == 0 { // beyond any fraction that is kept
		return most, 1
	}
	return q1, p1
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func floorMod(a, b int64) int64 { return a - floorDiv(a, b)*b }

// inverseOf is the number that a times gives 1 modulo m; they have no common divisor.
func inverseOf(a, m int64) int64 {
	r0, r1, t0, t1 := m, floorMod(a, m), int64(0), int64(1)
	for r1 != 0 {
		q := r0 / r1
		r0, r1, t0, t1 = r1, r0-q*r1, t1, t0-q*t1
	}
	return floorMod(t0, m)
}

// spread is the variance of n points of equal weight, apart from one another.
func spread(n, apart float64) float64 { return apart * apart * (n*n - 1) / 12 }
