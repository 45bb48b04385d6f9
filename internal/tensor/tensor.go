// Package tensor holds dense float32 and float64 arrays in row-major (C) order.
//
// A convolution's activations are N x C x spatial (NCHW, NCW or NCDHW): the last axis is contiguous, as in
// PyTorch and ONNX. There are no strided views: every tensor owns one contiguous slice, which is what the kernels want.
package tensor

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Float is the set of element types that convx computes in.
type Float interface{ float32 | float64 }

// Tensor is a dense row-major array: len(Data) is the product of Shape.
type Tensor[T Float] struct {
	Shape []int
	Data  []T
}

// ErrTooLarge reports a shape whose element or byte count does not fit in an int.
var ErrTooLarge = lang.New("the size overflows %d bits", strconv.IntSize)

// New returns a zeroed tensor. It panics on a shape that Size refuses: callers check shapes that come from outside.
func New[T Float](shape ...int) *Tensor[T] {
	n, err := Size(shape)
	if err != nil {
		panic("tensor: " + err.Error())
	}
	return &Tensor[T]{Shape: slices.Clone(shape), Data: make([]T, n)}
}

// Of wraps data, which must hold exactly the shape's elements.
func Of[T Float](data []T, shape ...int) *Tensor[T] {
	if n, err := Size(shape); err != nil || n != len(data) {
		panic(lang.Sprintf("tensor: %d elements for shape %v", len(data), shape))
	}
	return &Tensor[T]{Shape: slices.Clone(shape), Data: data}
}

// Len is the number of elements.
func (t *Tensor[T]) Len() int { return len(t.Data) }

// Clone copies shape and data.
func (t *Tensor[T]) Clone() *Tensor[T] {
	return &Tensor[T]{Shape: slices.Clone(t.Shape), Data: slices.Clone(t.Data)}
}

// Reshape returns a tensor that shares t's data under another shape of the same size.
func (t *Tensor[T]) Reshape(shape ...int) *Tensor[T] { return Of(t.Data, shape...) }

// Int is v, or the int nearest to it where an int has 32 bits and v does not fit: what is checked next, against the axes of a
// shape or the memory of one, then refuses it.
func Int(v int64) int { return int(min(max(v, math.MinInt), math.MaxInt)) }

// Size is the number of elements of a shape: 1 for a scalar (no axes). It is an error when an extent is negative
// or when the bytes of that many float64 elements would not fit in an int.
func Size(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 {
			return 0, lang.Errorf("negative extent %d in shape %s", d, Format(shape))
		}
		if d != 0 && n > math.MaxInt/8/d {
			return 0, lang.Errorf("shape %s: %w", Format(shape), ErrTooLarge)
		}
		n *= d
	}
	return n, nil
}

// Format writes a shape as its extents joined by x: 1x3x224x224.
func Format(shape []int) string {
	parts := make([]string, len(shape))
	for i, d := range shape {
		parts[i] = strconv.Itoa(d)
	}
	return strings.Join(parts, "x")
}
