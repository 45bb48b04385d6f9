package coverage

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// View is what the counts are of.
type View string

const (
	FieldView   View = "field"   // paths from one output to each input pixel
	OverlapView View = "overlap" // products in each output
	ReadsView   View = "reads"   // windows that read each input pixel
)

// Title says what the counts of a view are of, in words.
func (v View) Title() string {
	return lang.Text(map[View]string{
		FieldView:   lang.Key("paths from one output to each input pixel of its receptive field"),
		OverlapView: lang.Key("products that meet in each output pixel"),
		ReadsView:   lang.Key("windows that read each input pixel"),
	}[v])
}

// Axis is what was counted along one axis.
type Axis struct {
	Name string
	Line
	Summary
	steps []Step
}

// Result is the counts along each axis; a pixel's count is their product.
type Result struct {
	View View
	Dims int
	Axes []Axis
}

// Of counts: a stack of layers from one output backwards, a single layer over its whole input or output. Errors of layers
// that cannot be, or cannot be counted, are *layer.Error.
func Of(specs []layer.Spec) (Result, error) {
	if len(specs) > 1 {
		return ofStack(specs)
	}
	steps, stage, l, err := stepsOf(specs[0])
	if err != nil {
		return Result{}, err
	}
	r, count := Result{View: ReadsView, Dims: l.Dims}, Reads
	if steps[0][0].Transposed {
		r.View, count = OverlapView, Overlap
	}
	in, out := stage.Inputs[0], stage.Output
	return r.along(steps, func(i int) (Line, error) { return count(steps[i][0], in[2+i], out[2+i]) })
}

// ofStack follows one output back through every layer. The input's size does not matter: one that every kernel fits is
// assumed where none was given.
func ofStack(specs []layer.Spec) (Result, error) {
	r := Result{View: FieldView}
	var all [][]Step // by axis
	for i, s := range specs {
		if s.Input == nil || i > 0 {
			s.Input = roomy(s)
		}
		steps, _, l, err := stepsOf(s)
		if err != nil {
			return r, err
		}
		if all == nil {
			r.Dims, all = l.Dims, make([][]Step, l.Dims)
		}
		if l.Dims != r.Dims {
			return r, layer.Errorf("the layers of a stack have as many axes as each other: --dims")
		}
		for axis := range steps {
			all[axis] = append(all[axis], steps[axis]...)
		}
	}
	return r.along(all, func(i int) (Line, error) { return Field(all[i]) })
}

// along counts each axis.
func (r Result) along(steps [][]Step, count func(axis int) (Line, error)) (Result, error) {
	for i, name := range layer.AxisNames(r.Dims) {
		line, err := count(i)
		if err != nil {
			return r, layer.Errorf("%s: %v", name, err)
		}
		r.Axes = append(r.Axes, Axis{name, line, line.Summary(), steps[i]})
	}
	return r, nil
}

// stepsOf builds a layer and takes it apart into its sliding steps.
func stepsOf(s layer.Spec) ([][]Step, shape.Stage, layer.Layer, error) {
	l, err := layer.Build(s)
	if err != nil {
		return nil, shape.Stage{}, l, err
	}
	r, err := shape.Of(l)
	if err != nil {
		return nil, shape.Stage{}, l, err
	}
	steps, stage, err := slidingSteps(r)
	return steps, stage, l, err
}
