package ops

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// inSequence is a fusion that runs two problems one after the other, the second reading the first: what any fusion must equal.
type inSequence struct {
	runners [2]problem.Runner[float32]
	from    [2][]int
	between []float32
	args    [2][][]float32
}

func (r *inSequence) Run(ctx context.Context, out []float32, in [][]float32) error {
	for i, dst := range [][]float32{r.between, out} {
		for j, f := range r.from[i] {
			if f < 0 {
				r.args[i][j] = in[-1-f]
			} else {
				r.args[i][j] = r.between
			}
		}
		if err := r.runners[i].Run(ctx, dst, r.args[i]); err != nil {
			return err
		}
	}
	return nil
}

func (r *inSequence) Bytes() (workspace, packed int) { return 4 * len(r.between), 0 }

func sequence(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error) {
	r := &inSequence{between: make([]float32, c.Problems[0].Elements())}
	for i, p := range c.Problems {
		a, err := (selection{only: []string{referenceName}}).choose(p)
		if err != nil {
			return nil, err
		}
		if r.runners[i], err = prepareWith(a, p, w[i]); err != nil {
			return nil, err
		}
		r.from[i], r.args[i] = c.From[i], make([][]float32, len(c.From[i]))
	}
	return r, nil
}

// withFusion adds a fusion of two stages of these kinds for the length of a test.
func withFusion(t *testing.T, first, second layer.Kind) {
	before := fusions
	t.Cleanup(func() { fusions = before })
	fusions = []fusion{{Name: "in-sequence", prepare32: sequence, accept: func(c *problem.Chain) (int, error) {
		if len(c.Problems) < 2 || c.Problems[0].Stage.Op.Kind() != first || c.Problems[1].Stage.Op.Kind() != second {
			return 0, errors.New("it takes other stages")
		}
		return 2, nil
	}}}
}

func TestFusionHook(t *testing.T) {
	for _, c := range []struct {
		variant       string
		keys          []string
		first, second layer.Kind
		steps         [][]string
	}{
		{"separable", nil, layer.KindConv, layer.KindConv, [][]string{{"depthwise", "pointwise"}}},
		{"resize-conv", nil, layer.KindResize, layer.KindConv, [][]string{{"resize", "conv"}}},
		{"deformable", nil, layer.KindConv, layer.KindDeformable, [][]string{{"offset", "deformable"}}},
		{"inverted-residual", nil, layer.KindConv, layer.KindAdd, [][]string{{"expand", "expand.relu6"}, {"depthwise", "depthwise.relu6"}, {"project", "add"}}},
		{"inverted-residual", nil, layer.KindConv, layer.KindConv, [][]string{{"expand", "expand.relu6", "depthwise", "depthwise.relu6"}, {"project"}, {"add"}}},
		{"inverted-residual", []string{"expansion=1"}, layer.KindConv, layer.KindAdd, [][]string{{"depthwise", "depthwise.relu6"}, {"project", "add"}}},
	} {
		t.Run(c.variant+"/"+string(c.second), func(t *testing.T) {
			l := exampleLayer(t, c.variant, c.keys...)
			s, err := shape.Of(l)
			if err != nil {
				t.Fatal(err)
			}
			x, operands := layerIntegers[float32](l, s, 1)
			want, _ := runLayer(t, l, x, operands, referenceName)
			withFusion(t, c.first, c.second)
			got, p := runLayer(t, l, x, operands, "in-sequence")
			if i := differs(got, want); i >= 0 {
				t.Errorf("output %d is %v fused, %v in turn", i, got.Data[i], want.Data[i])
			}
			var steps [][]string
			for _, st := range p.Steps() {
				steps = append(steps, st.Stages)
			}
			if !reflect.DeepEqual(steps, c.steps) {
				t.Errorf("steps %q, not %q", steps, c.steps)
			}
			if _, p := runLayer(t, l, x, operands, "auto,-in-sequence"); slices.ContainsFunc(p.steps, func(s step[float32]) bool { return s.Algorithm == "in-sequence" }) {
				t.Error("a fusion that was left out took part")
			}
		})
	}
}

// TestFusionKeepsWhatIsRead checks that a result which a later stage reads is not fused away.
func TestFusionKeepsWhatIsRead(t *testing.T) {
	withFusion(t, layer.KindConv, layer.KindActivation)
	l := exampleLayer(t, "deformable", "modulated=true")
	// The last stage reads the activation's input as well.
	last := &l.Stages[len(l.Stages)-1]
	last.Inputs = []string{last.Inputs[0], last.Inputs[1], "mask.conv"}
	operands := map[string]*tensor.Tensor[float32]{}
	if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: "in-sequence"}); err == nil {
		t.Error("the mask's convolution was fused with its sigmoid, though it is read later")
	}
}

// runLayer computes a layer by a named algorithm.
func runLayer(t *testing.T, l layer.Layer, x *tensor.Tensor[float32], operands map[string]*tensor.Tensor[float32], algorithm string) (*tensor.Tensor[float32], *Pipeline[float32]) {
	t.Helper()
	p, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: algorithm})
	if err != nil {
		t.Fatal(err)
	}
	out := tensor.New[float32](p.Output...)
	if err := p.Run(t.Context(), out, x); err != nil {
		t.Fatal(err)
	}
	return out, p
}
