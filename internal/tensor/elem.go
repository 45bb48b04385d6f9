package tensor

import (
	"unsafe"

	"convx/internal/lang"
)

// Elem is the element type of an Array: every one that an ONNX tensor can have and that convx computes with.
type Elem uint8

// The element types. The zero Elem is none of them.
const (
	Invalid Elem = iota
	Float32
	Float64
	Float16
	BFloat16
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Bool
	String
	Int4
	Uint4
	// Sequence is of arrays: no type of ONNX's tensors, but what its sequences are here, arrays of one axis.
	Sequence
	elems
)

// FloatNames are the element types that layers are computed in, the default first.
func FloatNames() []string { return []string{Float32.String(), Float64.String()} }

// I4 and U4 are four-bit integers, one to a byte: files pack two, memory does not.
type (
	I4 int8
	U4 uint8
)

// Item is the set of Go types that hold the elements of an Array, one for each Elem.
type Item interface {
	float32 | float64 | F16 | BF16 | int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | bool | string | I4 | U4 | *Array
}

// kind is what is known of an element type.
type kind interface {
	name() string // NumPy's
	size() int    // bytes in memory
	make(n int) any
	len(data any) int
	copy(dst, src any)
	start(data any) unsafe.Pointer
}

// of is the kind of a Go type, which has a name and no state: the compiler lays the table of them out in the program.
type of[T Item] struct{ text string }

func (k of[T]) name() string                { return k.text }
func (of[T]) size() int                     { var zero T; return int(unsafe.Sizeof(zero)) }
func (of[T]) make(n int) any                { return make([]T, n) }
func (of[T]) len(data any) int              { return len(data.([]T)) }
func (of[T]) copy(dst, src any)             { copy(dst.([]T), src.([]T)) }
func (of[T]) start(data any) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(data.([]T))) }

// none is the kind of Invalid, of which there are no arrays.
type none struct{ kind }

func (none) name() string { return "invalid" }
func (none) size() int    { return 0 }

var kinds = [elems]kind{
	Invalid: none{},
	Float32: of[float32]{"float32"}, Float64: of[float64]{"float64"},
	Float16: of[F16]{"float16"}, BFloat16: of[BF16]{"bfloat16"},
	Int8: of[int8]{"int8"}, Int16: of[int16]{"int16"}, Int32: of[int32]{"int32"}, Int64: of[int64]{"int64"},
	Uint8: of[uint8]{"uint8"}, Uint16: of[uint16]{"uint16"}, Uint32: of[uint32]{"uint32"}, Uint64: of[uint64]{"uint64"},
	Bool: of[bool]{"bool"}, String: of[string]{"str"},
	Int4: of[I4]{"int4"}, Uint4: of[U4]{"uint4"}, Sequence: of[*Array]{"sequence"},
}

// String is NumPy's name of the type (ml_dtypes' for bfloat16, int4 and uint4).
func (e Elem) String() string {
	if e >= elems {
		return lang.Sprintf("element type %d", uint8(e))
	}
	return kinds[e].name()
}

// Size is the number of bytes that one element takes in memory: 1 for four-bit integers, 16 for a string beside its text.
func (e Elem) Size() int {
	if e >= elems {
		return 0
	}
	return kinds[e].size()
}

// Elems lists every element type of tensors.
func Elems() []Elem {
	all := make([]Elem, 0, Sequence-1)
	for e := Invalid + 1; e < Sequence; e++ {
		all = append(all, e)
	}
	return all
}

// IsFloat reports float16, bfloat16, float32 and float64.
func (e Elem) IsFloat() bool { return e >= Float32 && e <= BFloat16 }

// IsSigned reports the signed integers, int4 among them.
func (e Elem) IsSigned() bool { return e >= Int8 && e <= Int64 || e == Int4 }

// IsUnsigned reports the unsigned integers, uint4 among them.
func (e Elem) IsUnsigned() bool { return e >= Uint8 && e <= Uint64 || e == Uint4 }

// IsInteger reports the integers of either kind; a bool is none.
func (e Elem) IsInteger() bool { return e.IsSigned() || e.IsUnsigned() }

// ElemOf is the element type that T holds.
func ElemOf[T Item]() Elem {
	var zero T
	switch any(zero).(type) {
	case float32:
		return Float32
	case float64:
		return Float64
	case F16:
		return Float16
	case BF16:
		return BFloat16
	case int8:
		return Int8
	case int16:
		return Int16
	case int32:
		return Int32
	case int64:
		return Int64
	case uint8:
		return Uint8
	case uint16:
		return Uint16
	case uint32:
		return Uint32
	case uint64:
		return Uint64
	case bool:
		return Bool
	case string:
		return String
	case I4:
		return Int4
	case *Array:
		return Sequence
	default:
		return Uint4
	}
}
