package onnx

import (
	"io"
	"math"
	"slices"
	"strconv"

	"convx/internal/lang"
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/tensor"
)

// storedElems are the element types that can be read into memory.
var storedElems = lazy.Value[map[Elem]tensor.Elem]{Make: func() map[Elem]tensor.Elem {
	return map[Elem]tensor.Elem{
		1: tensor.Float32, 2: tensor.Uint8, 3: tensor.Int8, 4: tensor.Uint16, 5: tensor.Int16, 6: tensor.Int32, 7: tensor.Int64,
		8: tensor.String, 9: tensor.Bool, 10: tensor.Float16, 11: tensor.Float64, 12: tensor.Uint32, 13: tensor.Uint64,
		16: tensor.BFloat16, 21: tensor.Uint4, 22: tensor.Int4,
	}
}}

// weight locates a tensor of the file.
func (m *Model) weight(t *Tensor, name string) *network.Weight {
	w := &network.Weight{Name: name, Elem: storedElems.Get()[t.Elem], Shape: t.Dims}
	if n, err := tensor.Size(t.Dims); err == nil {
		w.Bytes = n * max(1, w.Elem.Size())
	}
	w.ReadInto = func(memory []byte) (*tensor.Array, error) {
		a, err := m.read(t, memory)
		if err != nil {
			return nil, lang.Errorf("reading the weight %q: %w", name, err)
		}
		return a, nil
	}
	w.Read = func() (*tensor.Array, error) { return w.ReadInto(nil) }
	return w
}

// read reads a tensor from where it is in the file, into memory if that is as long as the tensor and its bytes are raw.
func (m *Model) read(t *Tensor, memory []byte) (*tensor.Array, error) {
	elem, known := storedElems.Get()[t.Elem]
	if !known {
		return nil, lang.Errorf("element type %d of ONNX cannot be read", t.Elem)
	}
	r, size, err := m.source.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	w := &wire{r: r, size: size}
	span := field{w: w, typ: bytesType, from: t.from, to: t.to}
	if t.sparse {
		return m.readSparse(span, t)
	}
	return m.readDense(span, elem, t.Dims, memory)
}

// readDense reads a TensorProto whose type and dimensions were decoded before.
func (m *Model) readDense(span field, elem tensor.Elem, dims []int, memory []byte) (*tensor.Array, error) {
	var parts []field
	var outside [][2]string
	for f := range span.message() {
		switch f.num {
		case 4, 5, 6, 7, 9, 10, 11:
			parts = append(parts, f)
		case 13:
			outside = append(outside, pairOf(f))
		}
	}
	if err := span.w.err; err != nil {
		return nil, err
	}
	n, err := tensor.Size(dims)
	if err != nil {
		return nil, err
	}
	switch {
	case len(outside) > 0:
		return m.readExternal(outside, elem, dims, memory)
	case len(parts) == 1 && parts[0].num == 9:
		f := parts[0]
		if !f.is(bytesType) {
			return nil, span.w.err
		}
		return readRaw(span.w.r, f.from, f.to-f.from, elem, dims, memory)
	}
	// Encoded numbers take at least a byte each, or a pair of four-bit integers: a claim beyond the file is refused before memory is
	// allocated for it.
	held, most := int64(0), int64(1)
	for _, f := range parts {
		held += max(1, f.to-f.from)
	}
	if elem == tensor.Int4 || elem == tensor.Uint4 {
		most = 2
	}
	if int64(n) > most*held {
		return nil, lang.Errorf("it holds %d bytes of data, too few for the %d elements of its shape %s", held, n, tensor.Format(dims))
	}
	return readTyped(span.w, parts, elem, dims, n)
}

// pairOf is a StringStringEntryProto.
func pairOf(f field) (e [2]string) {
	for f := range f.message() {
		if f.num == 1 || f.num == 2 {
			e[f.num-1] = f.text()
		}
	}
	return e
}

// readExternal reads a tensor whose bytes are in another file: location, and where given offset and length.
func (m *Model) readExternal(entries [][2]string, elem tensor.Elem, dims []int, memory []byte) (*tensor.Array, error) {
	file := external{folder: m.folder}
	offset, length := int64(0), int64(-1)
	for _, e := range entries {
		var err error
		switch e[0] {
		case "location":
			file.location = e[1]
		case "offset":
			offset, err = strconv.ParseInt(e[1], 10, 64)
		case "length":
			length, err = strconv.ParseInt(e[1], 10, 64)
		}
		if err != nil {
			return nil, lang.Errorf("external data: %s %q is no number", e[0], e[1])
		}
	}
	r, size, err := file.open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if length < 0 {
		length = packedBytes(elem, dims)
	}
	if offset < 0 || offset > size || length > size-offset {
		return nil, lang.Errorf("external data %q: %d bytes from byte %d on of a file of %d", file.location, length, offset, size)
	}
	return readRaw(r, offset, length, elem, dims, memory)
}

// packedBytes is how many bytes raw data take: two four-bit integers share one.
func packedBytes(elem tensor.Elem, dims []int) int64 {
	n, _ := tensor.Size(dims)
	if elem == tensor.Int4 || elem == tensor.Uint4 {
		return int64(n/2 + n%2)
	}
	return int64(n) * int64(elem.Size())
}

// readRaw reads little-endian elements.
func readRaw(r io.ReaderAt, offset, length int64, elem tensor.Elem, dims []int, memory []byte) (*tensor.Array, error) {
	if elem == tensor.String {
		return nil, lang.Errorf("strings cannot be raw data")
	}
	if want := packedBytes(elem, dims); length != want {
		return nil, lang.Errorf("it holds %d bytes where its shape %s of %s takes %d", length, tensor.Format(dims), elem, want)
	}
	a, err := tensor.ArrayIn(elem, memory, dims...)
	if err != nil {
		return nil, err
	}
	raw := a.Raw()
	into := raw[int64(len(raw))-length:] // four-bit integers are unpacked from the end of their own memory
	if _, err := r.ReadAt(into, offset); err != nil {
		return nil, lang.Errorf("at byte %d: %w", offset, err)
	}
	switch elem {
	case tensor.Int4, tensor.Uint4:
		unpackNibbles(raw, slices.Clone(into), elem == tensor.Int4)
	case tensor.Bool:
		for i, b := range raw {
			if b != 0 {
				raw[i] = 1
			}
		}
	default:
		a.LittleEndian()
	}
	return a, nil
}

// unpackNibbles gives every four-bit integer a byte, the low half of a byte first.
func unpackNibbles(to, from []byte, signed bool) {
	for i := range to {
		v := from[i/2] >> (4 * (i % 2)) & 15
		if signed && v > 7 {
			v |= 0xf0
		}
		to[i] = v
	}
}

// readTyped decodes the fields in which a TensorProto holds numbers one by one.
func readTyped(w *wire, parts []field, elem tensor.Elem, dims []int, n int) (*tensor.Array, error) {
	a, err := tensor.NewArray(elem, dims...)
	if err != nil {
		return nil, err
	}
	c := collector{array: a, n: n}
	for _, f := range parts {
		c.take(f)
	}
	if w.err != nil {
		return nil, w.err
	}
	if c.got != c.want() {
		return nil, lang.Errorf("it holds %d numbers where its shape %s has %d", c.got, tensor.Format(dims), n)
	}
	return a, nil
}

// collector puts numbers into an array, whatever the field that they come in.
type collector struct {
	array *tensor.Array
	n     int
	got   int
}

// want is the numbers that a sound tensor has: four-bit integers come in pairs.
func (c *collector) want() int {
	if e := c.array.Elem; e == tensor.Int4 || e == tensor.Uint4 {
		return c.n/2 + c.n%2
	}
	return c.n
}

func (c *collector) take(f field) {
	w := f.w
	switch f.num {
	case 6:
		c.put(func(i int) {
			if c.array.Elem == tensor.String {
				tensor.Data[string](c.array)[i] = f.text()
			}
		})
	case 4:
		c.each(f, fixed32Type, func(v uint64) float64 { return float64(math.Float32frombits(uint32(v))) })
	case 10:
		c.each(f, fixed64Type, math.Float64frombits)
	case 5, 7, 11:
		if f.typ == varintType {
			c.integer(f.value)
			return
		}
		if !f.is(bytesType) {
			return
		}
		for pos := f.from; pos < f.to && w.err == nil; {
			c.integer(f.varint(&pos))
		}
	case 9:
		w.failf(f.from, "raw data beside other data")
	}
}

// each decodes floating-point numbers, one or many packed.
func (c *collector) each(f field, typ wireType, decode func(uint64) float64) {
	if f.typ == typ {
		c.float(decode(f.value))
		return
	}
	if !f.is(bytesType) {
		return
	}
	for pos := f.from; pos < f.to && f.w.err == nil; {
		c.float(decode(f.fixed(&pos, typ)))
	}
}

func (c *collector) put(set func(i int)) {
	if c.got < c.want() {
		set(c.got)
	}
	c.got++
}

func (c *collector) float(v float64) {
	c.put(func(i int) {
		switch c.array.Elem {
		case tensor.Float32:
			tensor.Data[float32](c.array)[i] = float32(v)
		case tensor.Float64:
			tensor.Data[float64](c.array)[i] = v
		}
	})
}

// integer takes a number from int32_data, int64_data or uint64_data: 16-bit floats come as their bits.
func (c *collector) integer(v uint64) {
	c.put(func(i int) {
		a := c.array
		switch a.Elem {
		case tensor.Int8:
			tensor.Data[int8](a)[i] = int8(v)
		case tensor.Int16:
			tensor.Data[int16](a)[i] = int16(v)
		case tensor.Int32:
			tensor.Data[int32](a)[i] = int32(v)
		case tensor.Int64:
			tensor.Data[int64](a)[i] = int64(v)
		case tensor.Uint8:
			tensor.Data[uint8](a)[i] = uint8(v)
		case tensor.Uint16:
			tensor.Data[uint16](a)[i] = uint16(v)
		case tensor.Uint32:
			tensor.Data[uint32](a)[i] = uint32(v)
		case tensor.Uint64:
			tensor.Data[uint64](a)[i] = v
		case tensor.Bool:
			tensor.Data[bool](a)[i] = v != 0
		case tensor.Float16:
			tensor.Data[tensor.F16](a)[i] = tensor.F16(v)
		case tensor.BFloat16:
			tensor.Data[tensor.BF16](a)[i] = tensor.BF16(v)
		case tensor.Int4, tensor.Uint4:
			raw := a.Raw()
			unpackNibbles(raw[2*i:min(2*i+2, len(raw))], []byte{byte(v)}, a.Elem == tensor.Int4)
		}
	})
}

// readSparse reads a SparseTensorProto as the dense tensor that it stands for: values at indices, zero elsewhere.
func (m *Model) readSparse(span field, t *Tensor) (*tensor.Array, error) {
	var values, indices *tensor.Array
	for f := range span.message() {
		if f.num != 1 && f.num != 2 {
			continue
		}
		if f.num == 2 && values == nil {
			return nil, lang.Errorf("a sparse tensor whose indices come before its values")
		}
		part := decodeTensor(f)
		elem, known := storedElems.Get()[part.Elem]
		if !known || f.num == 2 && elem != tensor.Int64 {
			return nil, lang.Errorf("a sparse tensor of an element type that cannot be read")
		}
		a, err := m.readDense(f, elem, part.Dims, nil)
		if err != nil {
			return nil, err
		}
		if f.num == 1 {
			values = a
		} else {
			indices = a
		}
	}
	if span.w.err != nil {
		return nil, span.w.err
	}
	if values == nil || indices == nil {
		return nil, lang.Errorf("a sparse tensor without values and indices")
	}
	return scatter(values, tensor.Data[int64](indices), t.Dims)
}

// scatter places values at linear indices, or at coordinates if there are as many numbers as axes for each.
func scatter(values *tensor.Array, at []int64, dims []int) (*tensor.Array, error) {
	out, err := tensor.NewArray(values.Elem, dims...)
	if err != nil {
		return nil, err
	}
	n := values.Len()
	width := values.Elem.Size()
	to, from := out.Raw(), values.Raw()
	if to == nil || len(at) != n && len(at) != n*len(dims) {
		return nil, lang.Errorf("a sparse tensor of %d values and %d indices", n, len(at))
	}
	for i := range n {
		place := int64(0)
		if len(at) == n {
			place = at[i]
		} else {
			for axis, d := range dims {
				v := at[i*len(dims)+axis]
				if v < 0 || v >= int64(d) {
					return nil, lang.Errorf("index %d is outside of the shape %s", v, tensor.Format(dims))
				}
				place = place*int64(d) + v
			}
		}
		if place < 0 || place >= int64(out.Len()) {
			return nil, lang.Errorf("index %d is outside of the shape %s", place, tensor.Format(dims))
		}
		copy(to[int(place)*width:][:width], from[i*width:][:width])
	}
	return out, nil
}
