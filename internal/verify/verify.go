// Package verify holds the identities between variants: two ways to say the same thing that must give the same numbers,
// checked on random layers. A convolution engine that fools its own tests does not fool these: each side takes another
// path through it.
//
// Data is integer-valued, so that both sides are exact and must be equal, not close. Where an algorithm rounds integers
// too (Winograd), or the identity passes through a sigmoid, a stated tolerance applies.
package verify

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// Identity is a statement about variants that must hold for every layer.
type Identity struct {
	Name      string
	Statement string
	// sides draws a layer and computes both sides of the identity.
	sides func(*draw) (left, right *tensor.Tensor[float32])
}

// Identities lists them all.
func Identities() []Identity {
	return slices.Concat(convolutions, transposes, deformables, compositions)
}

// Result is what came of checking an identity.
type Result struct {
	Layers  int     // how many random layers were tried
	Largest float64 // the largest difference of any output
	Allowed float64 // how large it may be: 0 where every algorithm is exact, otherwise what the rounding of the worst layer may make it
	// Failed describes the first layer on which the identity does not hold; empty if it held on all.
	Failed string
}

// Holds reports whether no layer broke the identity.
func (r Result) Holds() bool { return r.Failed == "" }

// roundingTolerance is how far the sides may differ, relative to their largest output, where something rounds.
const roundingTolerance = 1e-4

// Check tries the identity on some random layers, the same ones for the same seed. An algorithm that is named in opt is
// used where it accepts. The error is ctx's, or of a layer that could not be computed at all.
func (id Identity) Check(ctx context.Context, seed uint64, layers int, opt ops.Options) (res Result, err error) {
	for i := range layers {
		d := &draw{Stream: tensor.NewStream(seed, fmt.Sprintf("%s/%d", id.Name, i)), ctx: ctx, opt: opt}
		diff, allowed, err := id.once(d)
		if err != nil {
			return res, err
		}
		res.Layers++
		res.Largest, res.Allowed = max(res.Largest, diff), max(res.Allowed, allowed)
		if !(diff <= allowed) && res.Failed == "" {
			res.Failed = lang.Sprintf("%s differ by %g (seed %d, layer %d)", strings.Join(d.layers, " and "), diff, seed, i)
		}
	}
	return res, nil
}

func (id Identity) once(d *draw) (diff, allowed float64, err error) {
	defer catch(&err)
	left, right := id.sides(d)
	if !slices.Equal(left.Shape, right.Shape) {
		return math.Inf(1), 0, nil
	}
	largest := 0.0
	for i, v := range left.Data {
		// A NaN makes the difference NaN, which no bound allows.
		if delta := math.Abs(float64(v) - float64(right.Data[i])); delta > diff || math.IsNaN(delta) {
			diff = delta
		}
		largest = max(largest, math.Abs(float64(v)))
	}
	if d.rounds {
		allowed = roundingTolerance * largest
	}
	return diff, allowed, nil
}
