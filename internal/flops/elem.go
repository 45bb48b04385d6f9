package flops

import (
	"slices"

	"convx/internal/layer"
	"convx/internal/lazy"
)

// Elem is an element type, by name. The zero Elem says nothing: float32, or what a model stores.
type Elem string

// The element types that counts can be asked for in.
const (
	Float32  Elem = "float32"
	Float16  Elem = "float16"
	BFloat16 Elem = "bfloat16"
	Int8     Elem = "int8"
	Int4     Elem = "int4"
)

// Elems lists the element types that counts can be asked for in.
func Elems() []Elem { return []Elem{Float32, Float16, BFloat16, Int8, Int4} }

// bits are the widths of all element types that models store.
var bits = lazy.Value[map[Elem]int]{Make: func() map[Elem]int {
	return map[Elem]int{
		"": 32, Float32: 32, Float16: 16, BFloat16: 16, Int8: 8, Int4: 4, "float64": 64, "int64": 64, "uint64": 64, "int32": 32, "uint32": 32,
		"int16": 16, "uint16": 16, "uint8": 8, "uint4": 4, "bool": 8, "float8": 8, "float4": 4, "complex64": 64, "complex128": 128,
	}
}}

// whole are the types of positions, counts and masks: a network that is quantised keeps them.
var whole = []Elem{"int64", "uint64", "int32", "uint32", "bool"}

// Bits is the width of an element.
func (e Elem) Bits() int { return bits.Get()[e] }

// Bytes is what n elements of one tensor take, rounded up to whole bytes. The error wraps layer.ErrOverflow.
func (e Elem) Bytes(n int64) (int64, error) {
	b := int64(e.Bits())
	if b%8 == 0 {
		return layer.Product(n, b/8)
	}
	return n/(8/b) + min(n%(8/b), 1), nil
}

// As is the type itself, or the one that it is asked for in: nothing asked keeps it, and so do positions, counts and masks.
func (e Elem) As(asked Elem) Elem {
	if asked == "" || slices.Contains(whole, e) {
		return e
	}
	return asked
}

// BytesOf is what a tensor of this shape takes. The error wraps layer.ErrOverflow.
func (e Elem) BytesOf(shape []int) (int64, error) {
	n, err := layer.Elements(shape...)
	if err != nil {
		return 0, err
	}
	return e.Bytes(n)
}

// Types are the element types that bytes are counted in; what is zero is float32. The weights of a stage are rounded up to
// whole bytes together, activations tensor by tensor.
type Types struct{ Weights, Activations Elem }
