package npy

import (
	"io"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// LoadArray decodes the array called name in the element type that it has in the file. Errors name the file and the array.
func LoadArray(f *File, name string) (*tensor.Array, Info, error) {
	a, err := f.find(name)
	if err != nil {
		return nil, Info{}, err
	}
	if a.held != nil {
		array, info, err := a.held.own()
		return array, info, f.failedArray(name, err)
	}
	b, done, err := a.open()
	if err != nil {
		return nil, Info{}, f.failedArray(name, err)
	}
	defer done()
	array, err := owners.Get()[b.info.DType].read(b, f.maxBytes)
	return array, b.info, f.failedArray(name, err)
}

// owner reads arrays of one element type as they are, and sees their memory as bytes.
type owner struct {
	read  func(body, int64) (*tensor.Array, error)
	bytes func(*tensor.Array) []byte
}

func ownerOf[T tensor.Item]() owner {
	return owner{ownAs[T], func(a *tensor.Array) []byte { return view[byte](tensor.Data[T](a)) }}
}

var owners = lazy.Value[[Float64 + 1]owner]{Make: func() [Float64 + 1]owner {
	return [...]owner{
		Bool: {readBools, ownerOf[bool]().bytes},
		Int8: ownerOf[int8](), Int16: ownerOf[int16](), Int32: ownerOf[int32](), Int64: ownerOf[int64](),
		Uint8: ownerOf[uint8](), Uint16: ownerOf[uint16](), Uint32: ownerOf[uint32](), Uint64: ownerOf[uint64](),
		Float16: ownerOf[tensor.F16](), BFloat16: ownerOf[tensor.BF16](), Float32: ownerOf[float32](), Float64: ownerOf[float64](),
	}
}}

func ownAs[T tensor.Item](b body, maxBytes int64) (*tensor.Array, error) {
	info := b.info
	n, err := b.check(info.DType.Size(), maxBytes)
	if err != nil {
		return nil, err
	}
	data, err := fill(info, n, b.trusted, func(part []T) (int, error) {
		raw := view[byte](part)
		got, err := io.ReadFull(b.r, raw)
		if err == nil && info.swapped() {
			swap(raw, info.DType.Size())
		}
		return got, err
	})
	if err != nil {
		return nil, err
	}
	if err := checkEnd(b.r); err != nil {
		return nil, err
	}
	if info.Fortran {
		data = rowMajor(data, info.Shape)
	}
	return tensor.ArrayOf(data, info.Shape...), nil
}

// readBools reads bytes and makes true of all that are not 0: a Go bool is 0 or 1.
func readBools(b body, maxBytes int64) (*tensor.Array, error) {
	bytes, err := ownAs[uint8](b, maxBytes)
	if err != nil {
		return nil, err
	}
	data := tensor.Data[uint8](bytes)
	for i, v := range data {
		data[i] = min(v, 1)
	}
	return tensor.ArrayOf(view[bool](data), bytes.Shape...), nil
}
