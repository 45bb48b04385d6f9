package onnx

import (
	"encoding/binary"
	"errors"
	"io"
	"iter"

	"convx/internal/lang"
)

// Limits on what is held in memory, however large the file claims to be.
const (
	windowSize  = 64 << 10  // of the file, read at a time
	maxKept     = 256 << 20 // bytes of names, attributes and nodes
	maxDepth    = 64        // of messages within messages: If in If in …
	maxText     = 1 << 20   // bytes of one name
	maxConstant = 4096      // elements of a constant whose numbers are kept
	maxRank     = 32        // axes of a tensor
)

// wireType says how a field is encoded, as protocol buffers do (https://protobuf.dev/programming-guides/encoding).
type wireType uint8

const (
	varintType  wireType = 0
	fixed64Type wireType = 1
	bytesType   wireType = 2
	fixed32Type wireType = 5
)

// maxField is the largest number that a field may have.
const maxField = 1<<29 - 1

var errTooLarge = lang.New("its graph (without weights) is larger than 256 MiB")

// wire is a window that slides over the file. The first error sticks.
type wire struct {
	r      io.ReaderAt
	size   int64
	window []byte // the file from offset at
	at     int64
	kept   int64
	err    error
	pipe   *pipe // where r is one, whose size is not known before its end
}

func (w *wire) failf(pos int64, format string, args ...any) {
	if w.err == nil {
		w.err = lang.Errorf("at byte %d: %w", pos, lang.Errorf(format, args...))
	}
}

// keep charges n bytes of memory to the file's account.
func (w *wire) keep(n int) {
	w.kept += int64(n)
	if w.kept > maxKept && w.err == nil {
		w.err = errTooLarge
	}
}

// peek returns up to n bytes at pos, fewer only at the end of the file. They are valid until the next peek.
func (w *wire) peek(pos int64, n int) []byte {
	if pos < w.at || pos+int64(n) > w.at+int64(len(w.window)) {
		w.fill(pos)
	}
	rest := w.window[pos-w.at:]
	return rest[:min(n, len(rest))]
}

func (w *wire) fill(pos int64) {
	if w.window == nil {
		w.window = make([]byte, windowSize)
	}
	n := min(int64(windowSize), w.size-pos)
	w.window, w.at = w.window[:n], pos
	if got, err := w.r.ReadAt(w.window, pos); int64(got) < n {
		w.window = w.window[:got]
		if w.pipe != nil && errors.Is(err, io.EOF) {
			return
		}
		w.failf(pos+int64(got), "%w", err)
	}
}

// over reports whether a pipe ends at pos, where a message may end.
func (w *wire) over(pos int64) bool {
	if w.pipe == nil || len(w.peek(pos, 1)) > 0 {
		return false
	}
	if pos > w.pipe.end() {
		w.failf(w.pipe.end(), "the file is cut short")
	}
	return true
}

// read copies the bytes of a field, of which there may be at most limit.
func (w *wire) read(f field, limit int64) []byte {
	n := f.to - f.from
	if n > limit {
		w.failf(f.from, "%d bytes where at most %d make sense", n, limit)
		return nil
	}
	w.keep(int(n))
	if w.err != nil {
		return nil
	}
	out := make([]byte, 0, n)
	for pos := f.from; pos < f.to && w.err == nil; {
		part := w.peek(pos, int(min(f.to-pos, windowSize)))
		if len(part) == 0 {
			w.failf(pos, "the file is cut short")
		}
		out, pos = append(out, part...), pos+int64(len(part))
	}
	if w.err != nil {
		return nil
	}
	return out
}

// field is one entry of a message: a number, or a span of the file.
type field struct {
	w        *wire
	num      uint64
	typ      wireType
	value    uint64 // of varint and fixed fields
	from, to int64  // of length-delimited ones
	depth    int
}

// fields walks a message, stepping over the contents of every span.
func (f field) fields() iter.Seq[field] {
	return func(yield func(field) bool) {
		w, pos := f.w, f.from
		if f.depth > maxDepth {
			w.failf(pos, "messages nested more than %d deep", maxDepth)
		}
		for pos < f.to && w.err == nil && !(f.depth == 0 && w.over(pos)) {
			next := f.field(&pos)
			if w.err != nil || !yield(next) {
				return
			}
		}
	}
}

// field reads the entry at pos and moves pos behind it.
func (f field) field(pos *int64) field {
	w, start := f.w, *pos
	tag := f.varint(pos)
	num, typ := tag>>3, wireType(tag&7)
	out := field{w: w, num: num, typ: typ, depth: f.depth + 1}
	if w.err == nil && (num < 1 || num > maxField) {
		w.failf(start, "not a protocol-buffer field")
	}
	switch typ {
	case varintType:
		out.value = f.varint(pos)
	case fixed32Type, fixed64Type:
		out.value = f.fixed(pos, typ)
	case bytesType:
		n := f.varint(pos)
		if w.err == nil && n > uint64(f.to-*pos) {
			w.failf(start, "a field of %d bytes where %d are left: the file is cut short or damaged", n, f.to-*pos)
			return out
		}
		out.from, out.to = *pos, *pos+int64(n)
		*pos = out.to
	default:
		w.failf(start, "not a protocol-buffer field")
	}
	return out
}

func (f field) varint(pos *int64) uint64 {
	if f.w.err != nil {
		return 0
	}
	v, n := binary.Uvarint(f.w.peek(*pos, int(min(f.to-*pos, 10))))
	if n <= 0 {
		f.w.failf(*pos, "the file is cut short or damaged")
		return 0
	}
	*pos += int64(n)
	return v
}

// fixed reads a number of fixed size, the least significant byte first.
func (f field) fixed(pos *int64, typ wireType) uint64 {
	size := 4
	if typ == fixed64Type {
		size = 8
	}
	var number [8]byte
	if copy(number[:size], f.w.peek(*pos, int(min(f.to-*pos, int64(size))))) < size {
		f.w.failf(*pos, "the file is cut short or damaged")
		return 0
	}
	*pos += int64(size)
	return binary.LittleEndian.Uint64(number[:])
}

// is demands a wire type; a field of another type is an error.
func (f field) is(typ wireType) bool {
	if f.typ != typ && f.w.err == nil {
		f.w.failf(f.from, "field %d has wire type %d, not %d: not an ONNX model", f.num, f.typ, typ)
	}
	return f.typ == typ && f.w.err == nil
}

func (f field) text() string {
	if !f.is(bytesType) {
		return ""
	}
	return string(f.w.read(f, maxText))
}

func (f field) int() int64 {
	if !f.is(varintType) {
		return 0
	}
	return int64(f.value)
}

// message walks the fields of an embedded message.
func (f field) message() iter.Seq[field] {
	if !f.is(bytesType) {
		return func(func(field) bool) {}
	}
	return f.fields()
}
