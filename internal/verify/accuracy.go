package verify

import (
	"context"
	"fmt"
	"math"
	"slices"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Ulp is the unit of Accuracy: a unit in the last place of a float32 of 1.
const Ulp = 0x1p-23

// Accuracy is how far one algorithm was from the definition in float64, over the stages of some layers that it accepts. Errors are
// in ulps of a sum of magnitudes S = |bias| + sum |weight * input|: of the output's own, and of the largest in the layer.
type Accuracy struct {
	Kind      layer.Kind
	Algorithm string
	Stages    int
	Own       float64 // the largest error, in ulps of the output's own S
	Largest   float64 // in ulps of the layer's largest S
	At        string  // the layer of the bound's largest error
	// Allowed is what is promised, in ulps: of each output's own S, or where OfLargest says so, of the layer's largest.
	Allowed   float64
	OfLargest bool
}

// Holds reports whether no output was further off than is promised.
func (a Accuracy) Holds() bool { return a.error() <= a.Allowed }

// error is the largest one that the promise is about.
func (a Accuracy) error() float64 {
	if a.OfLargest {
		return a.Largest
	}
	return a.Own
}

// Subject is a layer to measure errors on, by the name that a report gives it.
type Subject struct {
	Name  string
	Layer layer.Layer
}

// MostOutputs bounds the outputs that are looked at along each spatial axis, and mostChannels the output channels: several tiles
// of every algorithm, while how long the sums are, which errors depend on, stays the layer's own.
const (
	MostOutputs  = 10
	mostChannels = 24
)

// narrowed is the primitive with fewer output channels, where they are not in groups.
func narrowed(op layer.Op) layer.Op {
	switch op := op.(type) {
	case layer.Conv:
		return narrowedConv(op)
	case layer.Deformable:
		op.Conv = narrowedConv(op.Conv)
		return op
	case layer.Transposed:
		if op.Groups == 1 {
			op.OutChannels = min(op.OutChannels, mostChannels)
		}
		return op
	case layer.Linear:
		op.Out = min(op.Out, mostChannels)
		return op
	}
	return op
}

func narrowedConv(c layer.Conv) layer.Conv {
	if c.Groups == 1 {
		c.OutChannels = min(c.OutChannels, mostChannels)
	}
	return c
}

// MeasureAccuracy runs every algorithm on the stages of the layers that sum products, cut to a few outputs along each axis,
// on the same numbers for the same seed (input and weights uniform in [-1, 1)), and compares with float64. visit is told of each
// layer before it is computed.
func MeasureAccuracy(ctx context.Context, subjects []Subject, seed uint64, threads int, visit func(name string)) ([]Accuracy, error) {
	var all []Accuracy
	for _, s := range subjects {
		visit(s.Name)
		shapes, err := shape.Of(s.Layer)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Name, err)
		}
		for i, st := range s.Layer.Stages {
			if !st.Op.Kind().Multiplies() {
				continue
			}
			st.Op = narrowed(st.Op)
			crop, err := cropped(st, shapes.Stages[i])
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			e, err := exactly(ctx, st, crop, tensor.NewStream(seed, s.Name+"/"+st.Name))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.Name, err)
			}
			for _, name := range ops.Algorithms() {
				if all, err = e.measure(ctx, all, name, s.Name, threads); err != nil {
					return nil, fmt.Errorf("%s by %s: %w", s.Name, name, err)
				}
			}
		}
	}
	return all, nil
}

// outputs is how many are looked at along an axis: fewer where a stage has three.
func outputs(axes int) int {
	if axes == 3 {
		return MostOutputs / 2
	}
	return MostOutputs
}

// cropped are a stage's input shapes with the planes cut to what so many outputs read. Offsets and masks lie on the output.
func cropped(st layer.Stage, s shape.Stage) ([][]int, error) {
	in := make([][]int, len(s.Inputs))
	for i := range in {
		in[i] = slices.Clone(s.Inputs[i])
	}
	plane := in[0][2:]
	var conv layer.Conv
	deformed := false
	switch op := st.Op.(type) {
	case layer.Conv:
		conv = op
	case layer.Deformable:
		conv, deformed = op.Conv, true
	case layer.Transposed:
		for i := range plane {
			plane[i] = min(plane[i], outputs(len(plane)))
		}
		return in, nil
	default:
		return in, nil
	}
	for i := range plane {
		plane[i] = min(plane[i], shape.Effective(conv.Kernel[i], conv.Dilation[i])+(outputs(len(plane))-1)*conv.Stride[i])
	}
	if !deformed {
		return in, nil
	}
	out, err := shape.OfStage(layer.Stage{Name: st.Name, Op: conv}, in[:1])
	if err != nil {
		return nil, err
	}
	for _, given := range in[1:] {
		copy(given[2:], out.Output[2:])
	}
	return in, nil
}

// exact is a stage on drawn data, and what it comes to.
type exact struct {
	stage   layer.Stage
	in      []*tensor.Tensor[float32]
	weights map[string]*tensor.Tensor[float32]
	want    *tensor.Tensor[float64] // by the definition
	sums    *tensor.Tensor[float64] // of magnitudes
	largest float64
}

func exactly(ctx context.Context, st layer.Stage, shapes [][]int, s *tensor.Stream) (e *exact, err error) {
	e = &exact{stage: st, weights: map[string]*tensor.Tensor[float32]{}}
	for _, sh := range shapes {
		x := tensor.New[float32](sh...)
		tensor.FillUniform(x, s, 1)
		e.in = append(e.in, x)
	}
	for _, o := range st.Operands(shapes) {
		x := tensor.New[float32](o.Shape...)
		tensor.FillUniform(x, s, 1)
		e.weights[o.Name] = x
	}
	asIs := func(v float64) float64 { return v }
	if e.want, err = e.wide(ctx, asIs); err != nil {
		return nil, err
	}
	if e.sums, err = e.wide(ctx, math.Abs); err != nil {
		return nil, err
	}
	e.largest = slices.Max(e.sums.Data)
	return e, nil
}

// wide computes the stage in float64, of the input and the weights as `of` has them. Offsets and masks stay.
func (e *exact) wide(ctx context.Context, of func(float64) float64) (*tensor.Tensor[float64], error) {
	widened := func(x *tensor.Tensor[float32], change bool) *tensor.Tensor[float64] {
		y := tensor.New[float64](x.Shape...)
		for i, v := range x.Data {
			if y.Data[i] = float64(v); change {
				y.Data[i] = of(y.Data[i])
			}
		}
		return y
	}
	weights := map[string]*tensor.Tensor[float64]{}
	for name, w := range e.weights {
		weights[name] = widened(w, true)
	}
	var in []*tensor.Tensor[float64]
	for i, x := range e.in {
		in = append(in, widened(x, i == 0))
	}
	plan, err := ops.Prepare(e.stage, e.shapes(), weights, ops.Options{})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float64](plan.Output...)
	return out, plan.Run(ctx, out, in...)
}

func (e *exact) shapes() [][]int {
	var all [][]int
	for _, x := range e.in {
		all = append(all, x.Shape)
	}
	return all
}

// mostByReference bounds the products that the reference adds up: it is slow, and rounds once however many there are.
const mostByReference = 2 << 20

// products is about how many the stage adds up.
func (e *exact) products() int {
	n := 1
	for _, w := range e.weights {
		n = max(n, len(w.Data)/w.Shape[0])
	}
	return n * len(e.want.Data)
}

// measure adds an algorithm's errors to what is known of it; nothing, where it declines.
func (e *exact) measure(ctx context.Context, all []Accuracy, algorithm, name string, threads int) ([]Accuracy, error) {
	if algorithm == "reference" && e.products() > mostByReference {
		return all, nil
	}
	plan, err := ops.Prepare(e.stage, e.shapes(), e.weights, ops.Options{Algorithm: algorithm, Threads: threads})
	if err != nil {
		return all, nil // declined
	}
	out := tensor.New[float32](plan.Output...)
	if err := plan.Run(ctx, out, e.in...); err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(a Accuracy) bool { return a.Kind == e.stage.Op.Kind() && a.Algorithm == algorithm })
	if i < 0 {
		i = len(all)
		a := Accuracy{Kind: e.stage.Op.Kind(), Algorithm: algorithm, Allowed: ops.OwnTolerance / Ulp}
		// A position between pixels is rounded to float32 too, whatever an output sums there.
		a.OfLargest = a.Kind == layer.KindDeformable
		if plan.Tolerance > 0 {
			a.Allowed, a.OfLargest = plan.Tolerance/Ulp, true
		}
		all = append(all, a)
	}
	a := &all[i]
	a.Stages++
	before := a.error()
	for k, v := range out.Data {
		diff := math.Abs(float64(v)-e.want.Data[k]) / Ulp
		if !(diff <= math.MaxFloat64) {
			diff = math.Inf(1)
		}
		if s := e.sums.Data[k]; s > 0 {
			a.Own = max(a.Own, diff/s)
		} else if diff > 0 {
			a.Own = math.Inf(1)
		}
		a.Largest = max(a.Largest, diff/e.largest)
	}
	if a.error() > before || a.At == "" {
		a.At = name
	}
	return all, nil
}
