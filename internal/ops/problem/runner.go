package problem

import (
	"context"

	"convx/internal/tensor"
)

// Runner is a problem that an algorithm has prepared.
type Runner[T tensor.Float] interface {
	// Run overwrites out from in, allocates nothing, may be called again, and leaves inputs and weights as they are. It
	// returns ctx's error if it was stopped; out is then unspecified.
	Run(ctx context.Context, out []T, in [][]T) error
	// Bytes is the workspace of all threads and the transformed weights.
	Bytes() (workspace, packed int)
}

// IsFloat64 reports whether T is float64.
func IsFloat64[T tensor.Float]() bool {
	_, ok := any(T(0)).(float64)
	return ok
}

// SizeOf is the bytes of an element.
func SizeOf[T tensor.Float]() int {
	if IsFloat64[T]() {
		return 8
	}
	return 4
}
