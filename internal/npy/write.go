package npy

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Write writes t as numpy.save does, byte for byte: version 1, C order, little-endian on every machine.
func Write[T tensor.Float](w io.Writer, t *tensor.Tensor[T]) error {
	if _, err := w.Write(header[T](t.Shape)); err != nil {
		return err
	}
	return writeBytes(w, view[byte](t.Data), native[T]().Size())
}

// header is everything before the elements of T.
func header[T tensor.Float](shape []int) []byte {
	return headerOf(fmt.Sprintf("<f%d", native[T]().Size()), shape)
}

// headerOf is everything before the elements, a multiple of 64 bytes so that they can be mapped into memory.
func headerOf(descr string, shape []int) []byte {
	extents := make([]string, len(shape))
	for i, d := range shape {
		extents[i] = strconv.Itoa(d)
	}
	tuple := strings.Join(extents, ", ")
	if len(shape) == 1 {
		tuple += ","
	}
	dict := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, tuple)
	if len(shape) > 0 {
		// NumPy leaves room for the first extent to grow to 21 digits in place.
		dict += strings.Repeat(" ", 21-len(extents[0]))
	}
	const start = 10 // magic, version, length
	length := start + len(dict) + 1
	// NumPy adds a whole block of 64 where none is needed.
	dict += strings.Repeat(" ", 64-length%64) + "\n"
	out := append([]byte(magic), 1, 0)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(dict)))
	return append(out, dict...)
}

// WriteArchive writes a .npz of named arrays, in the order of their names: stored as numpy.savez does, or deflated as
// numpy.savez_compressed does. Equal arrays give equal bytes.
func WriteArchive[T tensor.Float](w io.Writer, arrays map[string]*tensor.Tensor[T], deflate bool) error {
	return writeEntries(w, slices.Sorted(maps.Keys(arrays)), deflate, func(w io.Writer, name string) error { return Write(w, arrays[name]) })
}

// writeEntries writes a .npz whose entries write writes.
func writeEntries(w io.Writer, names []string, deflate bool, write func(w io.Writer, name string) error) error {
	method := zip.Store
	if deflate {
		method = zip.Deflate
	}
	z := zip.NewWriter(w)
	for _, name := range names {
		if name == "" {
			return lang.Errorf("an array of an .npz needs a name")
		}
		entry, err := z.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: method})
		if err != nil {
			return err
		}
		if err := write(entry, name); err != nil {
			return err
		}
	}
	return z.Close()
}
