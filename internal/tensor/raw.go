package tensor

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unsafe"

	"convx/internal/lang"
)

// littleEndian tells the byte order of this machine.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// Raw is the memory of a's elements, in this machine's byte order; nil for strings. Bools are bytes of 0 and 1.
func (a *Array) Raw() []byte {
	switch a.Elem {
	case Float32:
		return raw[float32](a)
	case Float64:
		return raw[float64](a)
	case Float16:
		return raw[F16](a)
	case BFloat16:
		return raw[BF16](a)
	case Int8:
		return raw[int8](a)
	case Int16:
		return raw[int16](a)
	case Int32:
		return raw[int32](a)
	case Int64:
		return raw[int64](a)
	case Uint8:
		return raw[uint8](a)
	case Uint16:
		return raw[uint16](a)
	case Uint32:
		return raw[uint32](a)
	case Uint64:
		return raw[uint64](a)
	case Bool:
		return raw[bool](a)
	case Int4:
		return raw[I4](a)
	case Uint4:
		return raw[U4](a)
	}
	return nil
}

func raw[T Item](a *Array) []byte {
	data := Data[T](a)
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(data))), len(data)*int(unsafe.Sizeof(*new(T))))
}

// LittleEndian turns a's elements from little-endian bytes, as files hold them, into this machine's order, or back.
func (a *Array) LittleEndian() {
	if littleEndian {
		return
	}
	switch b := a.Raw(); a.Elem.Size() {
	case 2:
		for ; len(b) > 0; b = b[2:] {
			binary.NativeEndian.PutUint16(b, bits.ReverseBytes16(binary.NativeEndian.Uint16(b)))
		}
	case 4:
		for ; len(b) > 0; b = b[4:] {
			binary.NativeEndian.PutUint32(b, bits.ReverseBytes32(binary.NativeEndian.Uint32(b)))
		}
	case 8:
		for ; len(b) > 0; b = b[8:] {
			binary.NativeEndian.PutUint64(b, bits.ReverseBytes64(binary.NativeEndian.Uint64(b)))
		}
	}
}

// ArrayAt is an array of this type and shape over memory that someone else owns, which must be as long as the elements take and
// aligned for them. There are none of strings.
func ArrayAt(e Elem, memory []byte, shape ...int) *Array {
	a := &Array{Elem: e, Shape: slices.Clone(shape)}
	switch e {
	case Float32:
		a.data = seen[float32](memory)
	case Float64:
		a.data = seen[float64](memory)
	case Float16:
		a.data = seen[F16](memory)
	case BFloat16:
		a.data = seen[BF16](memory)
	case Int8:
		a.data = seen[int8](memory)
	case Int16:
		a.data = seen[int16](memory)
	case Int32:
		a.data = seen[int32](memory)
	case Int64:
		a.data = seen[int64](memory)
	case Uint8:
		a.data = seen[uint8](memory)
	case Uint16:
		a.data = seen[uint16](memory)
	case Uint32:
		a.data = seen[uint32](memory)
	case Uint64:
		a.data = seen[uint64](memory)
	case Bool:
		a.data = seen[bool](memory)
	case Int4:
		a.data = seen[I4](memory)
	case Uint4:
		a.data = seen[U4](memory)
	}
	if n, err := Size(shape); err != nil || a.data == nil || n != a.Len() {
		panic(lang.Sprintf("tensor: %d bytes for %v of shape %v", len(memory), e, shape))
	}
	return a
}

func seen[T Item](memory []byte) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(memory))), len(memory)/int(unsafe.Sizeof(*new(T))))
}

// ArrayIn is an array in memory that is as long, whatever it holds, or else in its own.
func ArrayIn(e Elem, memory []byte, shape ...int) (*Array, error) {
	if n, err := Size(shape); err == nil && n > 0 && len(memory) == n*e.Size() {
		return ArrayAt(e, memory, shape...), nil
	}
	return NewArray(e, shape...)
}
