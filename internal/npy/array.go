package npy

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"convx/internal/tensor"
)

// elems are the element types of arrays, by those of files.
var elems = [...]tensor.Elem{
	Bool: tensor.Bool, Int8: tensor.Int8, Int16: tensor.Int16, Int32: tensor.Int32, Int64: tensor.Int64,
	Uint8: tensor.Uint8, Uint16: tensor.Uint16, Uint32: tensor.Uint32, Uint64: tensor.Uint64,
	Float16: tensor.Float16, BFloat16: tensor.BFloat16, Float32: tensor.Float32, Float64: tensor.Float64,
}

// Elem is the element type that an array of this file type has in memory.
func (d DType) Elem() tensor.Elem { return elems[d] }

// LoadArray decodes the array called name in its own element type. Errors name the file and the array.
func LoadArray(f *File, name string) (*tensor.Array, error) {
	b, done, err := f.find(name)
	if err != nil {
		return nil, err
	}
	defer done()
	a, err := readArray(b, f.maxBytes)
	if err != nil {
		return nil, f.failedArray(name, err)
	}
	return a, nil
}

// readArray is readBody without a change of element type.
func readArray(b body, maxBytes int64) (*tensor.Array, error) {
	n, err := tensor.Size(b.info.Shape)
	if err != nil {
		return nil, err
	}
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	size := b.info.DType.Size()
	if need := uint64(n) * uint64(size); need > uint64(maxBytes) {
		return nil, fmt.Errorf("shape %s needs %s: %w (%s)", tensor.Format(b.info.Shape), humanize.IBytes(need), ErrLimit, humanize.IBytes(uint64(maxBytes)))
	}
	if err := checkLength(b.info, n, b.size); err != nil {
		return nil, err
	}
	raw, err := readBytes(b, n*size)
	if err != nil {
		return nil, err
	}
	if err := checkEnd(b.r); err != nil {
		return nil, err
	}
	if b.info.BigEndian == littleEndian {
		swap(raw, size)
	}
	if b.info.DType == Bool {
		for i, v := range raw {
			raw[i] = min(v, 1)
		}
	}
	a := tensor.ArrayAt(b.info.DType.Elem(), raw, b.info.Shape...)
	if b.info.Fortran {
		a = inRows(a)
	}
	return a, nil
}

// readBytes reads n bytes into memory that is aligned for every element type. It grows with what arrives where the length
// of the stream is not known.
func readBytes(b body, n int) ([]byte, error) {
	first := n
	if !b.trusted {
		first = min(n, firstBytes)
	}
	room := func(n int) []byte { return view[byte](make([]uint64, (n+7)/8))[:n] }
	raw := room(first)
	for done := 0; done < n; {
		if done == len(raw) {
			larger := room(min(n, 2*len(raw)))
			copy(larger, raw)
			raw = larger
		}
		got, err := io.ReadFull(b.r, raw[done:min(len(raw), done+chunk)])
		done += got
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, truncated(int64(done), int64(n), b.info)
		}
		if err != nil {
			return nil, err
		}
	}
	return raw, nil
}

// inRows brings an array from Fortran order into C order.
func inRows(a *tensor.Array) *tensor.Array {
	raw := a.Raw()
	switch a.Elem.Size() {
	case 1:
		raw = rowMajor(raw, a.Shape)
	case 2:
		raw = view[byte](rowMajor(view[uint16](raw), a.Shape))
	case 4:
		raw = view[byte](rowMajor(view[uint32](raw), a.Shape))
	case 8:
		raw = view[byte](rowMajor(view[uint64](raw), a.Shape))
	}
	return tensor.ArrayAt(a.Elem, raw, a.Shape...)
}

// descrOf are NumPy's type codes, without the byte order. NumPy has no bfloat16 and no four-bit integers: they are written
// as float32, int8 and uint8, which hold the same values.
var descrOf = map[tensor.Elem]string{
	tensor.Bool: "b1", tensor.Int8: "i1", tensor.Int16: "i2", tensor.Int32: "i4", tensor.Int64: "i8",
	tensor.Uint8: "u1", tensor.Uint16: "u2", tensor.Uint32: "u4", tensor.Uint64: "u8",
	tensor.Float16: "f2", tensor.Float32: "f4", tensor.Float64: "f8",
	tensor.BFloat16: "f4", tensor.Int4: "i1", tensor.Uint4: "u1",
}

// WriteArray writes a as numpy.save does.
func WriteArray(w io.Writer, a *tensor.Array) error {
	if a.Elem == tensor.String {
		return writeStrings(w, a)
	}
	descr := descrOf[a.Elem]
	switch order := map[bool]string{true: "<", false: ">"}[littleEndian]; {
	case descr[1] == '1':
		descr = "|" + descr
	default:
		descr = order + descr
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
	return writeBytes(w, raw)
}

// writeBytes writes in chunks, so that a writer that watches for a cancelled context is asked often.
func writeBytes(w io.Writer, raw []byte) error {
	for len(raw) > 0 {
		n, err := w.Write(raw[:min(len(raw), chunk)])
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
	order := map[bool]string{true: "<", false: ">"}[littleEndian]
	if _, err := w.Write(headerOf(fmt.Sprintf("%sU%d", order, width), a.Shape)); err != nil {
		return err
	}
	row := make([]rune, width)
	for _, s := range data {
		clear(row)
		copy(row, []rune(s))
		if err := writeBytes(w, view[byte](row)); err != nil {
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
