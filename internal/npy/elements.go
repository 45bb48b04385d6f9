package npy

import (
	"errors"
	"io"
	"math"
	"math/bits"
	"unsafe"

	"convx/internal/tensor"
)

// chunk is how many bytes are read at once: large enough for the speed of the disk, small enough that a reader that watches
// for a cancelled context is asked often. firstBytes is what a stream of unknown length is trusted with at first.
const (
	chunk      = 1 << 20
	firstBytes = 1 << 20
)

// growth is how many times larger the memory for a stream of unknown length becomes when it is full. Memory that nothing
// was written to costs nothing until it is, so what counts is what was copied: a seventh of the array.
const growth = 8

// readElements reads n elements as T.
func readElements[T tensor.Float](r io.Reader, info Info, n int, trusted bool) ([]T, int, error) {
	d := decoder[T]{r: r, info: info}
	data, err := fill(info, n, trusted, d.read)
	return data, d.inexact, err
}

// fill makes n elements and fills them a part at a time; read says how many bytes it got. Memory is allocated at once when
// the length of the input is trusted to cover it; otherwise it grows as data arrives, in steps that end at n.
func fill[T any](info Info, n int, trusted bool, read func(part []T) (int, error)) ([]T, error) {
	size := info.DType.Size()
	data := make([]T, firstStep(n, size, trusted))
	for done := 0; done < n; {
		if done == len(data) {
			larger := make([]T, nextStep(n, len(data)))
			copy(larger, data)
			data = larger
		}
		part := data[done:min(len(data), done+chunk/size)]
		got, err := read(part)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, truncated(int64(done)*int64(size)+int64(got), int64(n)*int64(size), info)
		}
		if err != nil {
			return nil, err
		}
		done += len(part)
	}
	return data, nil
}

// firstStep is n divided by growth as often as it takes to come to firstBytes, unless the length is trusted.
func firstStep(n, size int, trusted bool) int {
	for !trusted && n > firstBytes/size {
		n = (n + growth - 1) / growth
	}
	return n
}

// nextStep is the step after one of len elements among those that end at n.
func nextStep(n, len int) int {
	for next := n; ; next = (next + growth - 1) / growth {
		if (next+growth-1)/growth <= len {
			return next
		}
	}
}

// decoder turns the bytes of one array into elements of T.
type decoder[T tensor.Float] struct {
	r       io.Reader
	info    Info
	buffer  []uint64 // the bytes of one chunk, aligned for every element type
	inexact int
}

// read fills dst, at most a chunk, and returns how many bytes it got. Where the file's type is T, the bytes go straight into dst.
func (d *decoder[T]) read(dst []T) (int, error) {
	if d.info.DType == native[T]() {
		raw := view[byte](dst)
		n, err := io.ReadFull(d.r, raw)
		if err == nil && d.info.swapped() {
			swap(raw, d.info.DType.Size())
		}
		return n, err
	}
	size := len(dst) * d.info.DType.Size()
	if len(d.buffer)*8 < size { // the first part is the largest, up to doublings of a stream of unknown length
		d.buffer = make([]uint64, (size+7)/8)
	}
	raw := view[byte](d.buffer)[:size]
	n, err := io.ReadFull(d.r, raw)
	if err != nil {
		return n, err
	}
	if d.info.swapped() {
		swap(raw, d.info.DType.Size())
	}
	d.inexact += convert(dst, raw, d.info.DType)
	return n, nil
}

// swapped tells whether the file's byte order is not this machine's.
func (info Info) swapped() bool { return info.BigEndian == littleEndian }

// native is the file's type whose bytes are T's.
func native[T tensor.Float]() DType {
	if unsafe.Sizeof(T(0)) == 4 {
		return Float32
	}
	return Float64
}

// view sees the memory of s as elements of another type. The memory must be aligned for it, which the buffers here are.
func view[To, From any](s []From) []To {
	var to To
	var from From
	n := len(s) * int(unsafe.Sizeof(from)) / int(unsafe.Sizeof(to))
	return unsafe.Slice((*To)(unsafe.Pointer(unsafe.SliceData(s))), n)
}

// swap reverses the bytes of each element.
func swap(raw []byte, size int) {
	switch size {
	case 2:
		for i, v := range view[uint16](raw) {
			view[uint16](raw)[i] = bits.ReverseBytes16(v)
		}
	case 4:
		for i, v := range view[uint32](raw) {
			view[uint32](raw)[i] = bits.ReverseBytes32(v)
		}
	case 8:
		for i, v := range view[uint64](raw) {
			view[uint64](raw)[i] = bits.ReverseBytes64(v)
		}
	}
}

// convert decodes raw, in this machine's byte order, and returns how many elements T could not hold.
func convert[T tensor.Float](dst []T, raw []byte, d DType) int {
	switch d {
	case Bool:
		for i, v := range raw {
			dst[i] = 0
			if v != 0 {
				dst[i] = 1
			}
		}
	case Int8:
		widen(dst, view[int8](raw))
	case Int16:
		widen(dst, view[int16](raw))
	case Int32:
		return roundIntegers(dst, view[int32](raw))
	case Int64:
		return roundIntegers(dst, view[int64](raw))
	case Uint8:
		widen(dst, raw)
	case Uint16:
		widen(dst, view[uint16](raw))
	case Uint32:
		return roundIntegers(dst, view[uint32](raw))
	case Uint64:
		return roundIntegers(dst, view[uint64](raw))
	case Float16:
		for i, v := range view[uint16](raw) {
			dst[i] = T(half(v))
		}
	case BFloat16:
		for i, v := range view[uint16](raw) {
			dst[i] = T(math.Float32frombits(uint32(v) << 16))
		}
	case Float32:
		widen(dst, view[float32](raw))
	case Float64:
		return narrow(dst, view[float64](raw))
	}
	return 0
}

// widen converts elements that float32 holds exactly.
func widen[T tensor.Float, S int8 | int16 | uint8 | uint16 | float32](dst []T, src []S) {
	for i, v := range src {
		dst[i] = T(v)
	}
}

func roundIntegers[T tensor.Float, S int32 | int64 | uint32 | uint64](dst []T, src []S) (inexact int) {
	most := mantissa[T]()
	for i, v := range src {
		dst[i] = T(v)
		magnitude := uint64(v)
		if v < 0 {
			magnitude = -magnitude
		}
		if bits.Len64(magnitude)-bits.TrailingZeros64(magnitude) > most {
			inexact++
		}
	}
	return inexact
}

func narrow[T tensor.Float](dst []T, src []float64) (inexact int) {
	for i, v := range src {
		f := T(v)
		dst[i] = f
		if f-f != 0 && v-v == 0 { // x-x is NaN for an infinity or a NaN, else 0: f overflowed
			inexact++
		}
	}
	return inexact
}

// half decodes an IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of mantissa.
func half(h uint16) float32 {
	sign, exponent, fraction := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&0x3ff)
	switch exponent {
	case 0: // zero and subnormals: multiples of 2^-24
		return math.Float32frombits(sign | math.Float32bits(float32(fraction)*0x1p-24))
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+127-15)<<23 | fraction<<13)
}
