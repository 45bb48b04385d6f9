package ops

import (
	"maps"
	"math"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/ops/reference"
	"convx/internal/tensor"
)

// softmax is the one activation that looks at more than one element.
const softmax = "softmax"

// ActivationNames lists the functions that an activation stage can compute.
func ActivationNames() []string {
	return append(slices.Sorted(maps.Keys(reference.Activations)), softmax)
}

func refActivation[T tensor.Float](p *Problem, _ operands[T]) (runner[T], error) {
	name := p.Stage.Op.(layer.Activation).Func
	if name == softmax {
		return newLiteral(p, p.Output[0], 20, func(out []T, in [][]T, from, to int) {
			reference.Softmax(p.channels(), p.plane(), out, in[0], from, to)
		}), nil
	}
	f, ok := reference.Activations[name]
	if !ok {
		return nil, layer.Errorf("unknown activation %q", name).Hint("activations are " + strings.Join(ActivationNames(), ", "))
	}
	return newLiteral(p, p.elements(), 10, func(out []T, in [][]T, from, to int) {
		reference.Activation(f, out, in[0], from, to)
	}), nil
}

// clampOf is the range that an activation keeps values within, if that is all it does: such a one can be fused into
// the store of the stage before.
func clampOf(op layer.Op) (lo, hi float64, ok bool) {
	a, _ := op.(layer.Activation)
	switch a.Func {
	case "relu":
		return 0, math.Inf(1), true
	case "relu6":
		return 0, 6, true
	}
	return 0, 0, false
}
