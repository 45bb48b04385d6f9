package ops

import (
	"fmt"
	"math"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/ops/workers"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Problem is one stage on inputs of known shapes, with everything resolved: what an algorithm accepts or declines.
//
// Sliding stages (conv, transposed, deformable, pool) fill the Geometry: always three spatial axes, so that 1-D, 2-D and
// 3-D share every algorithm. A padding mode other than zeros is resolved before an algorithm sees the problem (see
// padded): all but the reference meet zeros only.
type Problem struct {
	Stage  layer.Stage
	Inputs [][]int // N x C x spatial, one shape per input of the stage
	Output []int
	reference.Geometry
	Bias bool
	// Lo and Hi clamp the output: a ReLU (0, +Inf) or ReLU6 (0, 6) that follows the stage and is fused into its store.
	// -Inf and +Inf are no activation. NaN passes. Every algorithm for conv, transposed, deformable and linear honours them.
	Lo, Hi  float64
	Float64 bool
	Threads int
	workers *workers.Pool // nil until it is asked for: see workerPool
}

// operands are the weights of one stage in the element type of the plan; Bias is nil where there is none.
type operands[T tensor.Float] struct{ Weight, Bias []T }

// newProblem checks a stage against its input shapes. Errors are *layer.Error.
func newProblem(st layer.Stage, in [][]int, opt Options) (*Problem, error) {
	s, err := shape.OfStage(st, in)
	if err != nil {
		return nil, err
	}
	p := &Problem{Stage: st, Inputs: s.Inputs, Output: s.Output, Lo: math.Inf(-1), Hi: math.Inf(1), Threads: opt.threads(), workers: opt.workers}
	p.Groups = 1
	switch op := st.Op.(type) {
	case layer.Conv:
		p.convolution(op, s)
	case layer.Deformable:
		p.convolution(op.Conv, s)
	case layer.Transposed:
		p.window(op.Window, s)
		p.Groups, p.Bias = op.Groups, op.Bias
	case layer.Pool:
		p.pool(op, s)
	case layer.Linear:
		p.Bias = op.Bias
	case layer.Norm:
		p.Bias = op.Affine
	}
	return p, nil
}

func (p *Problem) convolution(c layer.Conv, s shape.Stage) {
	p.window(c.Window, s)
	p.Groups, p.Bias = c.Groups, c.Bias
	p.PadMode = c.PadMode
	if p.PadMode == "" || p.Pads == [3]layer.Pad{} {
		p.PadMode = layer.PadZeros
	}
}

func (p *Problem) pool(op layer.Pool, s shape.Stage) {
	if op.Global {
		n := s.Inputs[0][2:]
		one := slices.Repeat([]int{1}, len(n))
		op.Window = layer.Window{Kernel: n, Stride: one, Dilation: one}
	}
	if op.Adaptive != nil { // windows differ: the kernel reads In and Out alone
		one := slices.Repeat([]int{1}, len(op.Adaptive))
		op.Window = layer.Window{Kernel: one, Stride: one, Dilation: one}
	}
	p.window(op.Window, s)
}

// window fills the geometry from a window, with 1s in front of the axes that it has.
func (p *Problem) window(w layer.Window, s shape.Stage) {
	x, y := s.Inputs[0], s.Output
	p.N, p.C, p.O = x[0], x[1], y[1]
	p.In, p.Out = three(x[2:]), three(y[2:])
	p.Kernel, p.Stride, p.Dilation = three(w.Kernel), three(w.Stride), three(w.Dilation)
	copy(p.Pads[3-len(s.Pads):], s.Pads)
	p.PadMode = layer.PadZeros
}

// three puts 1s in front of one or two spatial extents.
func three(v []int) [3]int {
	out := [3]int{1, 1, 1}
	copy(out[3-len(v):], v)
	return out
}

// Clamped reports whether an activation is fused into the store.
func (p *Problem) Clamped() bool { return !math.IsInf(p.Lo, -1) || !math.IsInf(p.Hi, 1) }

// foldable reports whether the algorithms of a primitive honour Lo and Hi.
func foldable(k layer.Kind) bool {
	switch k {
	case layer.KindConv, layer.KindTransposed, layer.KindDeformable, layer.KindLinear:
		return true
	}
	return false
}

// MACs is the multiply-accumulates of a sliding stage's definition, in floating point so that it cannot overflow: the
// measure by which algorithms cut their work into chunks.
func (p *Problem) MACs() float64 {
	pixels := p.OutPlane()
	if p.Stage.Op.Kind() == layer.KindTransposed {
		pixels = p.InPlane()
	}
	return float64(p.N) * float64(p.O) * float64(p.C/p.Groups) * float64(p.Taps()) * float64(pixels)
}

// elements is the size of the output.
func (p *Problem) elements() int { return product(p.Output) }

// rows is the number of rows of the output: its contiguous last axis.
func (p *Problem) rows() int { return product(p.Output[:len(p.Output)-1]) }

// channels is the number of channels, and plane the size of each, of an input of N x C x anything.
func (p *Problem) channels() int { return p.Inputs[0][1] }
func (p *Problem) plane() int    { return product(p.Inputs[0][2:]) }

func product(v []int) int {
	n := 1
	for _, d := range v {
		n *= d
	}
	return n
}

// elementSize is the bytes of an element.
func (p *Problem) elementSize() int {
	if p.Float64 {
		return 8
	}
	return 4
}

func (p *Problem) dtype() string {
	if p.Float64 {
		return "float64"
	}
	return "float32"
}

// bind finds a stage's weights among named tensors and checks their shapes. Names are the stage's own, with its prefix.
func bind[T tensor.Float](p *Problem, weights map[string]*tensor.Tensor[T]) (operands[T], error) {
	var out operands[T]
	for i, o := range p.Stage.Operands(p.Inputs) {
		t, ok := weights[o.Name]
		if !ok {
			return out, layer.Errorf("%s (%s) is missing", o.Name, layer.FormatShape(o.Shape))
		}
		if !slices.Equal(t.Shape, o.Shape) {
			return out, wrongShape(o.Name, t.Shape, o.Shape)
		}
		if i == 0 {
			out.Weight = t.Data
		} else {
			out.Bias = t.Data
		}
	}
	return out, nil
}

func wrongShape(name string, got, want []int) error {
	return layer.Errorf("%s is %s; this layer needs %s", name, layer.FormatShape(got), layer.FormatShape(want))
}

// String describes the problem for error texts: "conv of 1x64x56x56".
func (p *Problem) String() string {
	return fmt.Sprintf("%s of %s", p.Stage.Op.Kind(), layer.FormatShape(p.Inputs[0]))
}
