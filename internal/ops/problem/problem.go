// Package problem holds what the ways of computing are asked, and what they answer: a Problem is one stage with everything
// resolved, a Runner is prepared to compute it, again and again. Beside them is what several ways need to keep their
// promises: workspace that runners share in turn, padding other than zeros, large pictures in tiles.
//
// It knows layers and shapes, but no algorithm: package ops, above, chooses among those, and the rooms beside this one
// (dense, planes, fourier, transposed, …) are they.
package problem

import (
	"fmt"
	"math"
	"slices"

	"convx/internal/layer"
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
	layer.Geometry
	Bias bool
	// Lo and Hi clamp the output: a ReLU (0, +Inf) or ReLU6 (0, 6) that follows the stage and is fused into its store.
	// -Inf and +Inf are no activation. NaN passes. Every algorithm for conv, transposed, deformable and linear honours them.
	Lo, Hi  float64
	Float64 bool
	Threads int
	Runs    int // how often it runs, and whether its weights are in no cache then: as in Convolution
	Cold    bool
	Pool    *workers.Pool // nil until it is asked for: see WorkerPool
}

// Operands are the weights of one stage in the element type of the plan; Bias is nil where there is none.
type Operands[T tensor.Float] struct{ Weight, Bias []T }

// New checks a stage against its input shapes. The pool may be nil. Errors are *layer.Error.
func New(st layer.Stage, in [][]int, threads int, pool *workers.Pool) (*Problem, error) {
	s, err := shape.OfStage(st, in)
	if err != nil {
		return nil, err
	}
	p := &Problem{Stage: st, Inputs: s.Inputs, Output: s.Output, Lo: math.Inf(-1), Hi: math.Inf(1), Threads: threads, Pool: pool}
	p.Groups = 1
	switch op := st.Op.(type) {
	case layer.Conv:
		p.convolution(op, s)
		p.moveIdleAxes()
	case layer.Deformable:
		p.convolution(op.Conv, s)
	case layer.Transposed:
		p.window(op.Window, s)
		p.moveIdleAxes()
		p.Groups, p.Bias = op.Groups, op.Bias
	case layer.Pool:
		p.pooling(op, s)
		p.moveIdleAxes()
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

func (p *Problem) pooling(op layer.Pool, s shape.Stage) {
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
	p.In, p.Out = Three(x[2:]), Three(y[2:])
	p.Kernel, p.Stride, p.Dilation = Three(w.Kernel), Three(w.Stride), Three(w.Dilation)
	copy(p.Pads[3-len(s.Pads):], s.Pads)
	p.PadMode = layer.PadZeros
}

// moveIdleAxes puts axes of extent one before the others, where nothing depends on them: memory is the same, and the last
// axis, along which algorithms are vectors, is a long one. A sequence that is stored as N x C x T x 1 is one of N x C x T.
func (p *Problem) moveIdleAxes() {
	var idle, others []int
	for a := range 3 {
		if p.In[a] != 1 || p.Out[a] != 1 || p.Kernel[a] != 1 || p.Pads[a] != (layer.Pad{}) {
			others = append(others, a)
			continue
		}
		p.Stride[a], p.Dilation[a] = 1, 1
		idle = append(idle, a)
	}
	q := p.Geometry
	for to, from := range append(idle, others...) {
		p.In[to], p.Out[to], p.Kernel[to] = q.In[from], q.Out[from], q.Kernel[from]
		p.Stride[to], p.Dilation[to], p.Pads[to] = q.Stride[from], q.Dilation[from], q.Pads[from]
	}
}

// Three puts 1s in front of one or two spatial extents.
func Three(v []int) [3]int {
	out := [3]int{1, 1, 1}
	copy(out[3-len(v):], v)
	return out
}

// Clamped reports whether an activation is fused into the store.
func (p *Problem) Clamped() bool { return !math.IsInf(p.Lo, -1) || !math.IsInf(p.Hi, 1) }

// MACs is the multiply-accumulates of a sliding stage's definition: the measure by which algorithms cut their work into
// chunks.
func (p *Problem) MACs() float64 {
	if p.Stage.Op.Kind() != layer.KindTransposed {
		return p.Geometry.MACs()
	}
	return float64(p.N) * float64(p.O) * float64(p.GroupIn()) * float64(p.Taps()) * float64(p.InPlane())
}

// Elements is the size of the output.
func (p *Problem) Elements() int { return Volume(p.Output) }

// Rows is the number of rows of the output: its contiguous last axis, that of the geometry in sliding stages.
func (p *Problem) Rows() int {
	if p.Out[2] > 0 {
		return p.N * p.O * p.Out[0] * p.Out[1]
	}
	return Volume(p.Output[:len(p.Output)-1])
}

// Channels is the number of channels, and Plane the size of each, of an input of N x C x anything.
func (p *Problem) Channels() int { return p.Inputs[0][1] }
func (p *Problem) Plane() int    { return Volume(p.Inputs[0][2:]) }

// Volume is the product of some extents: the elements of a tensor of that shape, which is known to be possible.
func Volume(v []int) int {
	n := 1
	for _, d := range v {
		n *= d
	}
	return n
}

// ElementSize is the bytes of an element.
func (p *Problem) ElementSize() int {
	if p.Float64 {
		return 8
	}
	return 4
}

// DType is the element type's name.
func (p *Problem) DType() string {
	if p.Float64 {
		return "float64"
	}
	return "float32"
}

// String describes the problem for error texts: "conv of 1x64x56x56".
func (p *Problem) String() string {
	return fmt.Sprintf("%s of %s", p.Stage.Op.Kind(), layer.FormatShape(p.Inputs[0]))
}

// WorkPerOutput is the multiply-accumulates of one output of a convolution.
func (p *Problem) WorkPerOutput() float64 { return float64(p.C/p.Groups) * float64(p.Taps()) }

// InputSize and OutputSize are the elements of a sliding stage's first input and of its outputs.
func (p *Problem) InputSize() int  { return p.N * p.C * p.InPlane() }
func (p *Problem) OutputSize() int { return p.N * p.O * p.OutPlane() }

// WorkerPool is the pool of the problem's threads. The stages of a layer share one: goroutines that wait for the next
// stage serve it at once, where those of another pool would only keep it from the processors.
func (p *Problem) WorkerPool() *workers.Pool {
	if p.Pool == nil {
		p.Pool = workers.New(p.Threads)
	}
	return p.Pool
}

// NewLoop makes a loop on the problem's pool.
func (p *Problem) NewLoop() *workers.Loop { return workers.NewLoop(p.WorkerPool()) }

// worthThread is the multiply-accumulates that pay for waking a thread, some microseconds of work; an element that is
// read or written takes as long as elementMACs of them, and a weight that comes from a far cache as weightMACs.
const (
	worthThread = 1 << 19
	elementMACs = 12
	weightMACs  = 10
)

// WorthThreads is how many threads a convolution occupies.
func (p *Problem) WorthThreads() int { return worthThreads(p.Threads, p.work()) }

// WorthThreads is how many threads convolutions occupy that are computed at once.
func (c *Chain) WorthThreads() int {
	work := 0.0
	for _, p := range c.Problems {
		work += p.work()
	}
	return worthThreads(c.Problems[0].Threads, work)
}

// work is a convolution's, in multiply-accumulates.
func (p *Problem) work() float64 {
	elements := float64(p.N) * (float64(p.C)*float64(p.InPlane()) + float64(p.O)*float64(p.OutPlane()))
	return p.MACs() + elementMACs*elements + weightMACs*float64(p.O)*p.WorkPerOutput()
}

func worthThreads(threads int, work float64) int { return min(threads, 1+int(work/worthThread)) }
