package onnx

import (
	"encoding/binary"
	"math"

	"convx/internal/layer"
	"convx/internal/shape"
)

// decodeTensor reads a TensorProto: its name, type and dimensions, and its numbers if there are few.
func decodeTensor(f field) *Tensor {
	t := &Tensor{from: f.from, to: f.to}
	f.w.keep(160)
	var payload []field
	for f := range f.message() {
		switch f.num {
		case 1:
			t.Dims = f.appendDims(t.Dims)
		case 2:
			t.Elem = Elem(f.int())
		case 4, 5, 7, 9, 10, 11:
			// Repeated numbers need not be packed: one field each. More than the limit are not kept.
			if len(payload) <= maxConstant {
				payload = append(payload, f)
			}
		case 8:
			t.Name = f.text()
		case 14:
			t.External = f.int() == 1
		}
	}
	n, err := layer.Product(t.Dims...)
	if err != nil {
		f.w.failf(f.from, "tensor %q: %w", t.Name, err)
	}
	if f.w.err == nil && !t.External && n <= t.Elem.kept() {
		t.numbers(payload, n)
	}
	return t
}

// kept is how many elements of a type are worth keeping. Shapes are computed in int64, now and then through a few
// numbers of another type; what is longer is weights.
func (e Elem) kept() int {
	if e == elemInt64 {
		return maxConstant
	}
	return 64
}

// decodeSparse reads a SparseTensorProto as the dense tensor that it stands for.
func decodeSparse(f field) *Tensor {
	t := &Tensor{from: f.from, to: f.to, sparse: true}
	for f := range f.message() {
		switch f.num {
		case 1:
			values := decodeTensor(f)
			t.Name, t.Elem = values.Name, values.Elem
		case 3:
			t.Dims = f.appendDims(t.Dims)
		}
	}
	if _, err := layer.Product(t.Dims...); err != nil {
		f.w.failf(f.from, "tensor %q: %w", t.Name, err)
	}
	return t
}

// numbers decodes the payload of a small tensor. A payload of the wrong length leaves the numbers unknown: shapes that
// need them will say so.
func (t *Tensor) numbers(payload []field, n int) {
	for _, f := range payload {
		switch {
		case f.to-f.from > maxConstant*10: // longer than any encoding of numbers that few
			return
		case f.num == 9:
			t.raw(f, n)
		case f.num == 4:
			t.floats = f.appendFloats(t.floats)
		case f.num == 10:
			t.floats = f.appendDoubles(t.floats)
		default:
			t.ints = f.appendInts(t.ints)
		}
	}
	if t.Elem == elemFloat16 || t.Elem == elemBfloat16 {
		t.halves()
	}
	if len(t.ints) != n {
		t.ints = nil
	}
	if len(t.floats) != n {
		t.floats = nil
	}
}

// raw decodes little-endian raw_data.
func (t *Tensor) raw(f field, n int) {
	bits := elemBits.Get()[t.Elem]
	if bits < 8 || bits > 64 || !f.is(bytesType) || f.to-f.from != int64(n*bits/8) {
		return
	}
	b := f.w.read(f, maxConstant*8)
	for ; len(b) > 0; b = b[bits/8:] {
		switch t.Elem {
		case elemFloat:
			t.floats = append(t.floats, float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
		case elemDouble:
			t.floats = append(t.floats, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		case elemInt32:
			t.ints = append(t.ints, int64(int32(binary.LittleEndian.Uint32(b))))
		case elemInt64, elemUint64:
			t.ints = append(t.ints, int64(binary.LittleEndian.Uint64(b)))
		case elemInt8:
			t.ints = append(t.ints, int64(int8(b[0])))
		case elemUint8, elemBool:
			t.ints = append(t.ints, int64(b[0]))
		case elemFloat16, elemBfloat16:
			t.ints = append(t.ints, int64(binary.LittleEndian.Uint16(b)))
		default:
			return
		}
	}
}

// halves turns the bit patterns of 16-bit floats, which are stored as integers, into numbers.
func (t *Tensor) halves() {
	for _, bits := range t.ints {
		v := math.Float32frombits(uint32(bits) << 16)
		if t.Elem == elemFloat16 {
			v = half(uint16(bits))
		}
		t.floats = append(t.floats, float64(v))
	}
	t.ints = nil
}

// half widens an IEEE 754 binary16.
func half(h uint16) float32 {
	sign, exp, frac := h>>15, int(h>>10&31), float64(h&1023)
	v := math.Ldexp(1+frac/1024, exp-15)
	switch exp {
	case 0:
		v = math.Ldexp(frac, -24)
	case 31:
		v = math.Inf(1)
		if frac != 0 {
			v = math.NaN()
		}
	}
	if sign == 1 {
		v = -v
	}
	return float32(v)
}

// appendInts reads a repeated integer field: one number, or many packed.
func (f field) appendInts(to []int64) []int64 {
	if f.typ == varintType {
		f.w.keep(8)
		return append(to, int64(f.value))
	}
	f.packed(func(f field, pos *int64) { to = append(to, int64(f.varint(pos))) })
	return to
}

func (f field) appendFloats(to []float64) []float64 {
	if f.typ == fixed32Type {
		f.w.keep(8)
		return append(to, float64(math.Float32frombits(uint32(f.value))))
	}
	f.packed(func(f field, pos *int64) {
		to = append(to, float64(math.Float32frombits(uint32(f.fixed(pos, fixed32Type)))))
	})
	return to
}

func (f field) appendDoubles(to []float64) []float64 {
	if f.typ == fixed64Type {
		return append(to, math.Float64frombits(f.value))
	}
	f.packed(func(f field, pos *int64) {
		to = append(to, math.Float64frombits(f.fixed(pos, fixed64Type)))
	})
	return to
}

// packed hands out the positions of packed numbers, one after the other.
func (f field) packed(number func(field, *int64)) {
	if !f.is(bytesType) {
		return
	}
	for pos := f.from; pos < f.to && f.w.err == nil; {
		f.w.keep(8)
		number(f, &pos)
	}
}

// appendDims reads tensor dimensions.
func (f field) appendDims(to []int) []int {
	for _, d := range f.appendInts(nil) {
		if d < 0 || d > shape.MaxOutput || len(to) == maxRank {
			f.w.failf(f.from, "a tensor of impossible dimensions")
			return to
		}
		to = append(to, int(d))
	}
	return to
}
