package layer

import (
	"errors"
	"math/bits"
)

// ErrOverflow reports a count that does not fit in a signed 64-bit integer. It is an error, never a wrapped number.
var ErrOverflow = errors.New("the count does not fit in 64 bits")

// Product multiplies non-negative integers.
func Product(factors ...int) (int, error) {
	n := uint64(1)
	overflow := false
	for _, f := range factors {
		if f == 0 {
			return 0, nil
		}
		hi, lo := bits.Mul64(n, uint64(f))
		overflow = overflow || f < 0 || hi != 0 || lo > 1<<63-1
		n = lo
	}
	if overflow {
		return 0, ErrOverflow
	}
	return int(n), nil
}

// Sum adds non-negative integers.
func Sum(terms ...int) (int, error) {
	n := uint64(0)
	for _, t := range terms {
		n += uint64(t)
		if t < 0 || n > 1<<63-1 {
			return 0, ErrOverflow
		}
	}
	return int(n), nil
}
