package npy

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// descrOf are NumPy's type codes, without the byte order. NumPy has no bfloat16 and no four-bit integers: they are written
// as float32, int8 and uint8, which hold the same values.
var descrOf = lazy.Value[map[tensor.Elem]string]{Make: func() map[tensor.Elem]string {
	return map[tensor.Elem]string{
		tensor.Bool: "b1", tensor.Int8: "i1", tensor.Int16: "i2", tensor.Int32: "i4", tensor.Int64: "i8",
		tensor.Uint8: "u1", tensor.Uint16: "u2", tensor.Uint32: "u4", tensor.Uint64: "u8",
		tensor.Float16: "f2", tensor.Float32: "f4", tensor.Float64: "f8",
		tensor.BFloat16: "f4", tensor.Int4: "i1", tensor.Uint4: "u1",
	}
}}

// WriteArray writes a as numpy.save does.
func WriteArray(w io.Writer, a *tensor.Array) error {
	if a.Elem == tensor.String {
		return writeStrings(w, a)
	}
	descr := descrOf.Get()[a.Elem]
	size := int(descr[1] - '0')
	if size == 1 {
		descr = "|" + descr
	} else {
		descr = "<" + descr
	}
	if _, err := w.Write(headerOf(descr, a.Shape)); err != nil {
		return err
	}
	raw := a.Raw()
	if a.Elem == tensor.BFloat16 {
		wide := make([]float32, a.Len())
		for i, v := range tensor.Data[tensor.BF16](a) {
			wide[i] = v.Float32()
		}
		raw = view[byte](wide)
	}
	return writeBytes(w, raw, size)
}

// writeBytes writes elements of so many bytes as little-endian, in chunks, so that a writer that watches for a cancelled context
// is asked often.
func writeBytes(w io.Writer, raw []byte, size int) error {
	for len(raw) > 0 {
		part := raw[:min(len(raw), chunk)]
		if !littleEndian && size > 1 {
			part = slices.Clone(part)
			swap(part, size)
		}
		n, err := w.Write(part)
		if err != nil {
			return err
		}
		raw = raw[n:]
	}
	return nil
}

// writeStrings writes text as NumPy's fixed-width UCS-4.
func writeStrings(w io.Writer, a *tensor.Array) error {
	data, width := tensor.Data[string](a), 1
	for _, s := range data {
		width = max(width, utf8.RuneCountInString(s))
	}
	if _, err := w.Write(headerOf(fmt.Sprintf("<U%d", width), a.Shape)); err != nil {
		return err
	}
	row := make([]rune, width)
	for _, s := range data {
		clear(row)
		copy(row, []rune(s))
		if err := writeBytes(w, view[byte](row), 4); err != nil {
			return err
		}
	}
	return nil
}

// WriteArrays writes a .npz of named arrays in their own element types, in the order of their names.
func WriteArrays(w io.Writer, arrays map[string]*tensor.Array) error {
	names := slices.Sorted(maps.Keys(arrays))
	return writeEntries(w, names, false, func(w io.Writer, name string) error { return WriteArray(w, arrays[name]) })
}
