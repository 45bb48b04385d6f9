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
	// Whole says that every output sees the whole plane: after global pooling, a linear layer, RoI pooling.
	Whole bool
	// Unaligned says that branches with different jumps or centres were joined: their windows do not match up.
	Unaligned bool
}

// Start is the field of the input itself.
func Start(dims int) Field {
	f := Field{Size: make([]float64, dims), Jump: make([]float64, dims), Start: make([]float64, dims)}
	for i := range dims {
		f.Size[i], f.Jump[i] = 1, 1
	}
	return f
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
	case layer.Linear, layer.ROIPool:
		return in[0].whole(st.Inputs[0])
	}
	f := in[0]
	for _, g := range in[1:] {
		f = f.join(g)
	}
	return f
}

func (f Field) step(next func(i int) (grow, start, jump float64)) Field {
	out := Start(len(f.Size))
	out.Whole, out.Unaligned = f.Whole, f.Unaligned
	for i := range f.Size {
		grow, start, jump := next(i)
		out.Size[i] = f.Size[i]
		if !f.Whole {
			out.Size[i] += grow * f.Jump[i]
			out.Start[i] = f.Start[i] + start*f.Jump[i]
		}
		out.Jump[i] = f.Jump[i] * jump
	}
	return out
}

func (f Field) window(w layer.Window, pads []layer.Pad) Field {
	return f.step(func(i int) (float64, float64, float64) {
		return float64(Effective(w.Kernel[i], w.Dilation[i]) - 1), -float64(pads[i].Begin), float64(w.Stride[i])
	})
}

// transposed: output o sums the inputs i with i*stride + t*dilation = o + padding, for taps t.
func (f Field) transposed(t layer.Transposed, pads []layer.Pad) Field {
	return f.step(func(i int) (float64, float64, float64) {
		k, s, d := t.Kernel[i], t.Stride[i], t.Dilation[i]
		apart := s / gcd(s, d) // taps this far apart meet in one output
		span := ((k+apart-1)/apart - 1) * apart * d / s
		first := math.Ceil(float64(pads[i].Begin-d*(k-1)) / float64(s))
		return float64(span), first, 1 / float64(s)
	})
}

// resize: bilinear taps are the two input pixels around (o + 1/2)/scale - 1/2.
func (f Field) resize(r layer.Resize, st Stage) Field {
	return f.step(func(i int) (float64, float64, float64) {
		scale := float64(st.Output[2+i]) / float64(st.Inputs[0][2+i])
		if r.Size == nil {
			scale = r.Scale[i]
		}
		if scale == 1 || r.Nearest {
			return 0, 0, 1 / scale
		}
		return 1, math.Floor(0.5/scale - 0.5), 1 / scale
	})
}

// whole is the field of something that sees all of its input.
func (f Field) whole(in []int) Field {
	out := f.step(func(i int) (float64, float64, float64) {
		n := 1.0
		if 2+i < len(in) {
			n = float64(in[2+i])
		}
		return n - 1, 0, n
	})
	out.Whole = true
	return out
}

// join is the field of two branches that meet: what either sees.
func (f Field) join(g Field) Field {
	out := Start(len(f.Size))
	out.Whole = f.Whole || g.Whole
	out.Unaligned = f.Unaligned || g.Unaligned
	fc, gc := f.Center(), g.Center()
	for i := range f.Size {
		out.Start[i] = min(f.Start[i], g.Start[i])
		end := max(f.Start[i]+f.Size[i], g.Start[i]+g.Size[i])
		out.Size[i] = end - out.Start[i]
		out.Jump[i] = f.Jump[i]
		// A branch that sees everything has no window to line up.
		if !out.Whole && (f.Jump[i] != g.Jump[i] || fc[i] != gc[i]) {
			out.Unaligned = true
		}
	}
	return out
}
