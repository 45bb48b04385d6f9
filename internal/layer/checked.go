package layer

import (
	"math/bits"
	"strconv"
	"unsafe"

	"convx/internal/lang"
)

// ErrOverflow reports a count that does not fit in a signed 64-bit integer, or a size that does not fit in an int. It is an
// error, never a wrapped number.
var ErrOverflow = lang.New("the count does not fit in 64 bits")

// errSize is ErrOverflow where an int has fewer bits than a count.
var errSize = lang.New("a size here has %d bits: %w", strconv.IntSize, ErrOverflow)

// Integer is what is multiplied and added up with a check: sizes are ints, counts have 64 bits on every machine.
type Integer interface{ int | int64 }

// most is the greatest number of a type, and what to say of greater ones.
func most[T Integer]() (uint64, error) {
	if unsafe.Sizeof(T(0)) == 4 {
		return 1<<31 - 1, errSize
	}
	return 1<<63 - 1, ErrOverflow
}

// Product multiplies non-negative integers.
func Product[T Integer](factors ...T) (T, error) {
	n := uint64(1)
	bound, err := most[T]()
	overflow := false
	for _, f := range factors {
		if f == 0 {
			return 0, nil
		}
		hi, lo := bits.Mul64(n, uint64(f))
		overflow = overflow || f < 0 || hi != 0 || lo > bound
		n = lo
	}
	if overflow {
		return 0, err
	}
	return T(n), nil
}

// Elements is how many elements a shape has: a count, which may be more than a machine of 32 bits can hold.
func Elements(shape ...int) (int64, error) { return Times(1, shape...) }

// Times multiplies a count by extents.
func Times(n int64, extents ...int) (int64, error) {
	var buf [8]int64
	factors := append(buf[:0], n)
	for _, d := range extents {
		factors = append(factors, int64(d))
	}
	return Product(factors...)
}

// Sum adds non-negative integers.
func Sum[T Integer](terms ...T) (T, error) {
	n := uint64(0)
	bound, err := most[T]()
	for _, t := range terms {
		n += uint64(t)
		if t < 0 || n > bound {
			return 0, err
		}
	}
	return T(n), nil
}
