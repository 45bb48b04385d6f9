package flops

import (
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
)

// referenceBackward walks the loops of the gradients and adds one per multiply: no formula, only loops. dx gathers, for every
// input element, w*dy from each output that read it; dw, for every weight, x*dy from each output that it went into.
func referenceBackward(op layer.Op, s shape.Stage) (byInput, byWeight int64) {
	x := s.Inputs[0]
	conv := func(c layer.Conv) {
		in, out := x[1]/c.Groups, c.OutChannels/c.Groups
		for range x[0] {
			for o := range c.OutChannels {
				indices(s.Output[2:], func() {
					for i := range x[1] {
						if i/in == o/out {
							indices(c.Kernel, func() { byInput++ }) // dx[i, at tap] += w[o, i, tap] * dy[o]
						}
					}
				})
			}
		}
		for o := range c.OutChannels { // dw[o, i, tap] = sum over pictures and positions of x * dy
			for i := range x[1] {
				if i/in == o/out {
					indices(c.Kernel, func() {
						for range x[0] {
							indices(s.Output[2:], func() { byWeight++ })
						}
					})
				}
			}
		}
	}
	switch op := op.(type) {
	case layer.Conv:
		conv(op)
	case layer.Deformable:
		conv(op.Conv)
	case layer.Transposed:
		in, out := x[1]/op.Groups, op.OutChannels/op.Groups
		for i := range x[1] {
			for o := range op.OutChannels {
				if i/in != o/out {
					continue
				}
				for range x[0] {
					indices(x[2:], func() { indices(op.Kernel, func() { byInput++ }) }) // dx[i] += w[i, o, tap] * dy[o, at tap]
				}
				indices(op.Kernel, func() {
					for range x[0] {
						indices(x[2:], func() { byWeight++ })
					}
				})
			}
		}
	case layer.Linear:
		for range x[0] {
			indices(x[1:], func() { byInput += int64(op.Out) })
			for range op.Out {
				indices(x[1:], func() { byWeight++ })
			}
		}
	}
	return byInput, byWeight
}

func TestBackwardAgainstTheLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomLayer(t)
		for i, st := range r.Layer.Stages {
			b, err := BackwardOf(st, r.Stages[i])
			if err != nil {
				t.Fatal(err)
			}
			byInput, byWeight := referenceBackward(st.Op, r.Stages[i])
			if b.ByInput != byInput || b.ByWeight != byWeight {
				t.Fatalf("%s of %+v: %+v, counted %d and %d", st.Name, r.Layer.Spec, b, byInput, byWeight)
			}
		}
	})
}

// PyTorch's FlopCounterMode counts the gradient by the input as the transposed convolution of dy, and that by the weight as the
// convolution of x by dy with batch and channels exchanged, two FLOPs a multiply-accumulate. Without groups that is the same count;
// with groups its gradient by the weight takes every channel, and is so many times larger.
func TestBackwardAsFlopCounterMode(t *testing.T) {
	product := func(v ...int) int64 {
		n := int64(1)
		for _, d := range v {
			n *= int64(d)
		}
		return n
	}
	rapid.Check(t, func(t *rapid.T) {
		r := randomLayer(t)
		for i, st := range r.Layer.Stages {
			c, ok := st.Op.(layer.Conv)
			if !ok {
				continue
			}
			s := r.Stages[i]
			x, y := s.Inputs[0], s.Output
			byInput := 2 * product(y[0]) * product(y[2:]...) * product(c.OutChannels, x[1]/c.Groups) * product(c.Kernel...)
			byWeight := 2 * product(x[1]) * product(c.Kernel...) * product(y[0], y[1]) * product(y[2:]...)
			b, err := BackwardOf(st, s)
			if err != nil || 2*b.ByInput != byInput || 2*b.ByWeight*int64(c.Groups) != byWeight {
				t.Fatalf("%+v: %+v, %v; FlopCounterMode %d and %d", c, b, err, byInput, byWeight)
			}
		}
	})
}
