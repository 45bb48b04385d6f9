package shape

import (
	"math"

	"convx/internal/layer"
)

// Field is a receptive field: what part of the layer's input one output position can see, in input pixels, per spatial
// axis. The first output sees Size pixels from Start on (negative: padding); neighbours are Jump pixels apart. Where
// phases differ (upsampling), Size is the largest of them. See Araujo, Norris & Sim 2019, Computing Receptive Fields of
// Convolutional Neural Networks.
type Field struct {
	Size, Jump, Start []float64
	// Variance is that of where an output's influence comes from, in pixels squared, if every tap weighs the same: see
	// Effective.
	Variance []float64
	// Whole says that every output sees the whole plane: after global pooling, a linear layer, RoI pooling.
	Whole bool
	// Unaligned says that branches with different jumps or centres were joined: their windows do not match up.
	Unaligned bool
}

// Start is the field of the input itself.
func Start(dims int) Field {
	f := blank(dims)
	for i := range dims {
		f.Size[i], f.Jump[i] = 1, 1
	}
	return f
}

func blank(dims int) Field {
	all := make([]float64, 4*dims)
	cut := func(i int) []float64 { return all[i*dims : (i+1)*dims : (i+1)*dims] }
	return Field{Size: cut(0), Jump: cut(1), Start: cut(2), Variance: cut(3)}
}

// Effective estimates how much of the field matters, in pixels per axis: influence falls off as a Gaussian from the
// centre, and 95% of it lies within two standard deviations either way. Layers add variances: K taps of equal weight,
// d*j pixels apart, have (d*j)^2 * (K^2-1)/12; branches that meet are taken to weigh the same. Never more than Size. See
// Luo, Li, Urtasun & Zemel 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks.
func (f Field) Effective() []float64 {
	e := make([]float64, len(f.Size))
	for i, v := range f.Variance {
		e[i] = min(f.Size[i], max(1, 4*math.Sqrt(v)))
	}
	return e
}

// Center is the input coordinate in the middle of the first output's field.
func (f Field) Center() []float64 {
	c := make([]float64, len(f.Size))
	for i := range c {
		c[i] = f.Start[i] + (f.Size[i]-1)/2
	}
	return c
}

// OfField gives the field of a stage's output from the fields of its inputs; st is the stage's shape.
func OfField(op layer.Op, st Stage, in []Field) Field {
	switch op := op.(type) {
	case layer.Conv:
		return in[0].window(op.Window, st.Pads)
	case layer.Deformable: // the regular grid's; learned offsets can reach anywhere
		return in[0].window(op.Window, st.Pads)
	case layer.Pool:
		if op.Global || op.Adaptive != nil {
			return in[0].whole(st.Inputs[0])
		}
		return in[0].window(op.Window, st.Pads)
	case layer.Transposed:
		return in[0].transposed(op, st.Pads)
	case layer.Resize:
		return in[0].resize(op, st)
	case layer.DepthToSpace: // the pixels of a block see the same
		return in[0].step(func(i int) reach { return reach{jump: 1 / float64(op.Block[i])} })
	case layer.Linear, layer.ROIPool:
		return in[0].whole(st.Inputs[0])
	}
	f := in[0]
	for _, g := range in[1:] {
		f = f.Join(g)
	}
	return f
}

// reach is how a stage extends its input's field along one axis, in input elements: by how much, from where the first
// output's window starts, how far apart windows are, and the variance of the taps.
type reach struct{ grow, start, jump, variance float64 }

func (f Field) step(next func(i int) reach) Field {
	out := blank(len(f.Size))
	out.Whole, out.Unaligned = f.Whole, f.Unaligned
	for i := range f.Size {
		r := next(i)
		out.Size[i], out.Start[i], out.Variance[i] = f.Size[i], f.Start[i], f.Variance[i]
		if !f.Whole {
			out.Size[i] += r.grow * f.Jump[i]
			out.Start[i] += r.start * f.Jump[i]
			out.Variance[i] += r.variance * f.Jump[i] * f.Jump[i]
		}
		out.Jump[i] = f.Jump[i] * r.jump
	}
	return out
}

// spread is the variance of n points of equal weight, apart from one another.
func spread(n, apart float64) float64 { return apart * apart * (n*n - 1) / 12 }

func (f Field) window(w layer.Window, pads []layer.Pad) Field {
	return f.step(func(i int) reach {
		k, d := w.Kernel[i], w.Dilation[i]
		return reach{
			grow: float64(Effective(k, d) - 1), start: -float64(pads[i].Begin), jump: float64(w.Stride[i]),
			variance: spread(float64(k), float64(d)),
		}
	})
}

// transposed: output o sums the inputs i with i*stride + t*dilation = o + padding, for taps t.
func (f Field) transposed(t layer.Transposed, pads []layer.Pad) Field {
	return f.step(func(i int) reach {
		k, s, d := t.Kernel[i], t.Stride[i], t.Dilation[i]
		apart := s / gcd(s, d) // taps this far apart meet in one output
		taps := (k + apart - 1) / apart
		return reach{
			grow:     float64((taps - 1) * apart * d / s),
			start:    math.Ceil(float64(pads[i].Begin-d*(k-1)) / float64(s)),
			jump:     1 / float64(s),
			variance: spread(float64(taps), float64(apart*d/s)),
		}
	})
}

// resize: bilinear taps are the two input pixels around (o + 1/2)/scale - 1/2; weights t and 1-t have a variance of
// t*(1-t), which is 1/6 over all phases.
func (f Field) resize(r layer.Resize, st Stage) Field {
	return f.step(func(i int) reach {
		scale := float64(st.Output[2+i]) / float64(st.Inputs[0][2+i])
		if r.Size == nil {
			scale = r.Scale[i]
		}
		if scale == 1 || r.Nearest {
			return reach{jump: 1 / scale}
		}
		return reach{grow: 1, start: math.Floor(0.5/scale - 0.5), jump: 1 / scale, variance: 1.0 / 6}
	})
}

// Over is the field of something that sees all of a plane with these spatial extents (fewer than axes: the rest are 1).
func (f Field) Over(extents []int) Field {
	out := f.step(func(i int) reach {
		n := 1.0
		if i < len(extents) {
			n = float64(extents[i])
		}
		return reach{grow: n - 1, jump: n, variance: spread(n, 1)}
	})
	out.Whole = true
	return out
}

// Moved is the field of a part that leaves out so many elements before it, per axis.
func (f Field) Moved(skip []int) Field {
	return f.step(func(i int) reach { return reach{start: float64(skip[i]), jump: 1} })
}

func (f Field) whole(in []int) Field { return f.Over(in[min(2, len(in)):]) }

// Join is the field of two branches that meet: what either sees.
func (f Field) Join(g Field) Field {
	out := blank(len(f.Size))
	out.Whole = f.Whole || g.Whole
	out.Unaligned = f.Unaligned || g.Unaligned
	fc, gc := f.Center(), g.Center()
	for i := range f.Size {
		out.Start[i] = min(f.Start[i], g.Start[i])
		end := max(f.Start[i]+f.Size[i], g.Start[i]+g.Size[i])
		out.Size[i] = end - out.Start[i]
		out.Jump[i] = f.Jump[i]
		apart := (fc[i] - gc[i]) / 2
		out.Variance[i] = (f.Variance[i]+g.Variance[i])/2 + apart*apart
		// Windows line up at their centres, or, causal ones, at their ends. A branch that sees everything has none.
		centred, causal := fc[i] == gc[i], f.Start[i]+f.Size[i] == g.Start[i]+g.Size[i]
		if !out.Whole && (f.Jump[i] != g.Jump[i] || !centred && !causal) {
			out.Unaligned = true
		}
	}
	return out
}
