// Package npy reads and writes NumPy's .npy and .npz files and reads .safetensors, as float32 or float64 tensors.
//
// The format is NumPy's NEP 1 (https://numpy.org/neps/nep-0001-npy-format.html): a magic string, a version, a header
// that is a Python dictionary, and the raw elements. Files come from strangers, so nothing in a header is believed:
// the size that it claims is checked for overflow, against the caller's limit and, where the length of the input is known,
// against the input. Where it is not known, memory grows with the data that arrives, never ahead of it.
package npy

import (
	"errors"
	"io"
	"math"
	"unsafe"

	"convx/internal/lang"
	"convx/internal/report"
	"convx/internal/tensor"
)

// DefaultMaxBytes is the limit of a reader that was given none: more than the memory of a workstation, far less than
// what a forged header can claim.
const DefaultMaxBytes = 64 << 30

// ErrLimit reports an array that would take more memory than the caller allows.
var ErrLimit = lang.New("more memory than may be used")

// Info is what a file says about an array, and what became of it.
type Info struct {
	Shape     []int
	DType     DType // of the elements in the file
	BigEndian bool
	Fortran   bool // the first axis was contiguous in the file; tensors are always in C order
	Version   int  // of the .npy format: 1, 2 or 3; 0 in .safetensors

	// Inexact counts the elements whose value changed on the way into the tensor's element type beyond what rounding a
	// fraction does: integers past the mantissa (2^53 in float64, 2^24 in float32) and finite numbers that became infinite.
	Inexact int
}

// bytes is the size of the elements in the file; the reader of the header has seen that it fits.
func (info Info) bytes() int64 {
	n, _ := tensor.Size(info.Shape)
	return int64(n) * int64(info.DType.Size())
}

// body is a stream that stands at the first element of an array.
type body struct {
	r       io.Reader
	info    Info
	size    int64 // bytes that are left, -1 when unknown
	trusted bool  // size was measured, not claimed: memory may be allocated on its word
}

// readBody decodes the elements as T and demands that the stream ends with them.
func readBody[T tensor.Float](b body, maxBytes int64) (*tensor.Tensor[T], Info, error) {
	info := b.info
	n, err := b.check(native[T]().Size(), maxBytes)
	if err != nil {
		return nil, Info{}, err
	}
	data, inexact, err := readElements[T](b.r, info, n, b.trusted)
	if err != nil {
		return nil, Info{}, err
	}
	if err := checkEnd(b.r); err != nil {
		return nil, Info{}, err
	}
	if info.Fortran {
		data = rowMajor(data, info.Shape)
	}
	info.Inexact = inexact
	return tensor.Of(data, info.Shape...), info, nil
}

// check refuses an array of elements that take so many bytes each when it would not fit in the memory, counting the second
// copy that a change of order takes, or when the input does not have its length. It returns the number of elements.
func (b body) check(element int, maxBytes int64) (int, error) {
	n, err := tensor.Size(b.info.Shape)
	if err != nil {
		return 0, err
	}
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	need := uint64(n) * uint64(element) // tensor.Size keeps 8 n below 2^63
	if b.info.Fortran && reorders(b.info.Shape) {
		need *= 2
	}
	if need > uint64(maxBytes) {
		return 0, lang.Errorf("shape %s needs %s: %w (%s)", tensor.Format(b.info.Shape),
			report.Bytes(int(min(need, math.MaxInt))), ErrLimit, report.Bytes(int(maxBytes)))
	}
	return n, checkLength(b.info, n, b.size)
}

// checkLength compares the header's claim with the bytes that are there, before anything is allocated on its word.
func checkLength(info Info, n int, size int64) error {
	if size < 0 {
		return nil
	}
	need := int64(n) * int64(info.DType.Size())
	if size < need {
		return truncated(size, need, info)
	}
	if size > need {
		return errTrailing
	}
	return nil
}

var errTrailing = lang.New("the data goes on after the array that the header describes: the header is damaged, " +
	"or several arrays were appended (save them as .npz)")

func truncated(have, need int64, info Info) error {
	return lang.Errorf("the data ends after %d of the %d bytes that the header promises (%s of shape %s)",
		have, need, info.DType, tensor.Format(info.Shape))
}

// checkEnd reads past the last element: there must be nothing, and a checksum that is verified at the end must hold.
func checkEnd(r io.Reader) error {
	var one [1]byte
	switch _, err := io.ReadFull(r, one[:]); {
	case err == nil:
		return errTrailing
	case errors.Is(err, io.EOF):
		return nil
	default:
		return err
	}
}

// mantissa is the number of significant bits of T: integers of up to that many bits are exact.
func mantissa[T tensor.Float]() int {
	if unsafe.Sizeof(T(0)) == 4 {
		return 24
	}
	return 53
}
