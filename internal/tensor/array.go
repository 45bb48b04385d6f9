package tensor

import (
	"math"
	"slices"
	"unsafe"

	"convx/internal/lang"
)

// Array is a dense row-major array of any element type and any rank. Its elements are one slice of the Go type that Item
// names for Elem: Data returns it.
type Array struct {
	Elem  Elem
	Shape []int
	data  any // a slice of Elem's Go type, of the size of Shape
}

// NewArray returns an array of zeros (empty strings). It is an error when an extent is negative or when the bytes do not
// fit in an int; whether there is so much memory is the caller's question.
func NewArray(e Elem, shape ...int) (*Array, error) {
	if e == Invalid || e >= elems {
		return nil, lang.Errorf("%v cannot be stored", e)
	}
	n, err := Size(shape)
	if err == nil && n > math.MaxInt/16 {
		err = lang.Errorf("shape %s: %w", Format(shape), ErrTooLarge)
	}
	if err != nil {
		return nil, err
	}
	return &Array{Elem: e, Shape: slices.Clone(shape), data: kinds[e].make(n)}, nil
}

// ArrayOf wraps data without a copy; it must hold exactly the shape's elements, or ArrayOf panics.
func ArrayOf[T Item](data []T, shape ...int) *Array {
	if n, err := Size(shape); err != nil || n != len(data) {
		panic(lang.Sprintf("tensor: %d elements for shape %v", len(data), shape))
	}
	return &Array{Elem: ElemOf[T](), Shape: slices.Clone(shape), data: data}
}

// FromTensor wraps t without a copy.
func FromTensor[T Float](t *Tensor[T]) *Array { return ArrayOf(t.Data, t.Shape...) }

// ToTensor is a as a tensor that shares its data; ok is false when a holds another element type.
func ToTensor[T Float](a *Array) (t *Tensor[T], ok bool) {
	data, ok := a.data.([]T)
	if !ok {
		return nil, false
	}
	return &Tensor[T]{Shape: slices.Clone(a.Shape), Data: data}, true
}

// Data is a's elements, not a copy. It panics when a holds another element type: look at Elem first.
func Data[T Item](a *Array) []T {
	data, ok := a.data.([]T)
	if !ok {
		panic(lang.Sprintf("tensor: an array of %v read as %v", a.Elem, ElemOf[T]()))
	}
	return data
}

// Len is the number of elements.
func (a *Array) Len() int { return kinds[a.Elem].len(a.data) }

// Bytes is the size of the elements in memory, without the text of strings.
func (a *Array) Bytes() int { return a.Len() * a.Elem.Size() }

// Clone copies shape and data.
func (a *Array) Clone() *Array {
	c := &Array{Elem: a.Elem, Shape: slices.Clone(a.Shape), data: kinds[a.Elem].make(a.Len())}
	kinds[a.Elem].copy(c.data, a.data)
	return c
}

// CopyFrom copies the elements of b, which must hold as many of the same type; it does nothing when both share them.
func (a *Array) CopyFrom(b *Array) {
	if a.Elem != b.Elem || a.Len() != b.Len() {
		panic(lang.Sprintf("tensor: %d of %v copied to %d of %v", b.Len(), b.Elem, a.Len(), a.Elem))
	}
	kinds[a.Elem].copy(a.data, b.data)
}

// View shares a's data under another shape of the same size.
func (a *Array) View(shape ...int) *Array {
	if n, err := Size(shape); err != nil || n != a.Len() {
		panic(lang.Sprintf("tensor: %d elements seen as shape %v", a.Len(), shape))
	}
	return &Array{Elem: a.Elem, Shape: slices.Clone(shape), data: a.data}
}

// String describes the array: float32 1x3x224x224.
func (a *Array) String() string {
	if len(a.Shape) == 0 {
		return a.Elem.String() + " scalar"
	}
	return a.Elem.String() + " " + Format(a.Shape)
}

// Bits is a's elements as unsigned integers of their size, which Size must be, or as floats of it; it is for moving elements,
// whatever they are. Strings have none.
func Bits[T uint8 | uint16 | uint32 | uint64 | float32](a *Array) []T {
	if size := a.Elem.Size(); size != int(unsafe.Sizeof(T(0))) {
		panic(lang.Sprintf("tensor: elements of %d bytes read as %d", size, unsafe.Sizeof(T(0))))
	}
	return unsafe.Slice((*T)(kinds[a.Elem].start(a.data)), a.Len())
}

// Raw is the memory of a's elements, which must not be strings.
func Raw(a *Array) []byte {
	if a.Elem == String {
		panic("tensor: strings have no bytes of their own")
	}
	return unsafe.Slice((*byte)(kinds[a.Elem].start(a.data)), a.Bytes())
}
