package literal

import (
	"maps"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// softmax is the one activation that looks at more than one element.
const softmax = "softmax"

// ActivationNames lists the functions that an activation stage can compute.
func ActivationNames() []string {
	return append(slices.Sorted(maps.Keys(reference.Activations)), softmax)
}

// Activation is reference.Activation, or reference.Softmax, on some of the outputs at a time.
func Activation[T tensor.Float](p *problem.Problem, _ problem.Operands[T]) (problem.Runner[T], error) {
	name := p.Stage.Op.(layer.Activation).Func
	if name == softmax {
		return problem.NewParts(p, p.Output[0], 20, func(out []T, in [][]T, from, to int) {
			reference.Softmax(p.Channels(), p.Plane(), out, in[0], from, to)
		}), nil
	}
	f, ok := reference.Activations[name]
	if !ok {
		return nil, layer.Errorf("unknown activation %q", name).Hint(lang.Sprintf("activations are %s", lang.List(ActivationNames())))
	}
	return problem.NewParts(p, p.Elements(), 10, func(out []T, in [][]T, from, to int) {
		reference.Activation(f, out, in[0], from, to)
	}), nil
}
