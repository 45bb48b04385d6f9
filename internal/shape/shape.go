package shape

import (
	"math"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Formula is one axis of an output size with the user's own numbers in it.
type Formula struct {
	Axis       string `json:"axis"`
	Expression string `json:"expression"`
	Value      int    `json:"value"`
}

// Stage is what a primitive makes of its inputs. Shapes are N x C x spatial.
type Stage struct {
	Name     string
	Kind     layer.Kind
	Inputs   [][]int
	Output   []int
	Formulas []Formula
	// Pads is the padding in use, one pair per spatial axis, where the primitive has a window.
	Pads []layer.Pad
	// OutputPadding is what a transposed convolution adds at the end, per axis.
	OutputPadding []int
	// Notes say what is lost or odd: pixels that a floor drops, uneven overlaps.
	Notes []string
}

// Result is the shape of a whole layer.
type Result struct {
	Layer  layer.Layer
	Input  []int
	Output []int
	Stages []Stage
	Field  Field
}

// MaxOutput bounds every output extent, so that rules can follow one another without overflowing: 2^31, or 2^29
// where an int has 32 bits.
const MaxOutput = min(1<<31, math.MaxInt>>2+1)

// rule computes a primitive's output for given input shapes. It may leave out Name, Kind and Inputs.
type rule func(op layer.Op, in [][]int) (Stage, error)

// Each primitive's rule lives in a file of its name.
var rules = map[layer.Kind]rule{
	layer.KindConv:       conv,
	layer.KindTransposed: transposed,
	layer.KindDeformable: deformable,
	layer.KindPool:       pool,
	layer.KindLinear:     linear,
	layer.KindActivation: activation,
	layer.KindScale:      scale,
	layer.KindAdd:        add,
	layer.KindConcat:     concat,
	layer.KindResize:     resize,
	layer.KindROIPool:    roiPool,
	layer.KindNorm:       norm,

	layer.KindDepthToSpace: depthToSpace,
}

// OfStage applies the rule of one primitive to its input shapes. Errors are *layer.Error.
func OfStage(st layer.Stage, in [][]int) (Stage, error) {
	r, ok := rules[st.Op.Kind()]
	if !ok {
		return Stage{}, lang.Errorf("no shape rule for %s", st.Op.Kind())
	}
	out, err := r(st.Op, in)
	if err != nil {
		return Stage{}, err
	}
	for _, d := range out.Output {
		if d > MaxOutput {
			return Stage{}, layer.Errorf("output %s of %s has an axis longer than %d", layer.FormatShape(out.Output), layer.StageText(st.Name), MaxOutput)
		}
	}
	if _, err := layer.Times(8, out.Output...); err != nil {
		return Stage{}, layer.Errorf("output %s of %s has more elements than 64 bits can count", layer.FormatShape(out.Output), layer.StageText(st.Name))
	}
	out.Name, out.Kind, out.Inputs = st.Name, st.Op.Kind(), in
	return out, nil
}

// OfSpec builds a layer and folds it: Of(layer.Build(s)).
func OfSpec(s layer.Spec) (Result, error) {
	l, err := layer.Build(s)
	if err != nil {
		return Result{}, err
	}
	return Of(l)
}

// Of folds the rules over a layer's stages. Errors are *layer.Error.
func Of(l layer.Layer) (Result, error) {
	res := Result{Layer: l, Input: l.Input}
	known := map[string][]int{layer.Input: l.Input}
	fields := map[string]Field{layer.Input: Start(l.Dims)}
	for _, st := range l.Stages {
		in := make([][]int, len(st.Inputs))
		var from []Field
		for i, name := range st.Inputs {
			s, ok := known[name]
			if !ok {
				s = externalShape(name, st.Op, in[0])
			}
			in[i] = s
			if f, ok := fields[name]; ok {
				from = append(from, f)
			}
		}
		out, err := OfStage(st, in)
		if err != nil {
			return Result{}, err
		}
		known[st.Name] = out.Output
		fields[st.Name] = OfField(st.Op, out, from)
		res.Stages = append(res.Stages, out)
		res.Output, res.Field = out.Output, fields[st.Name]
	}
	return res, nil
}

// externalShape is the shape that an operand given from outside must have; nil where the rule computes it itself.
func externalShape(name string, op layer.Op, x []int) []int {
	switch op := op.(type) {
	case layer.ROIPool:
		if name == "rois" {
			return []int{op.ROIs, 5}
		}
		return []int{op.ROIs, 2, op.Pooled[0], op.Pooled[1]}
	case layer.Deformable:
		out, err := conv(op.Conv, [][]int{x})
		if err != nil {
			return nil
		}
		planes := op.OffsetGroups * op.Kernel[0] * op.Kernel[1]
		if name == "offset" {
			planes *= 2
		}
		return []int{x[0], planes, out.Output[2], out.Output[3]}
	}
	return nil
}

// External gives the shape that a given operand (offset, mask, rois) must have in a layer.
func External(r Result, name string) []int {
	for _, st := range r.Stages {
		for i, in := range r.Layer.Stages[slices.IndexFunc(r.Layer.Stages, func(s layer.Stage) bool { return s.Name == st.Name })].Inputs {
			if in == name {
				return st.Inputs[i]
			}
		}
	}
	return nil
}
