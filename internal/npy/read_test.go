package npy

import (
	"io"
	"os"

	"convx/internal/tensor"
)

// readStream decodes the one array of a .npy stream. The tensor may take up to maxBytes of memory (0: DefaultMaxBytes); what
// would take more is refused with the estimate, wrapping ErrLimit, before it is allocated. Anything after the array is
// an error. Errors do not name the stream.
func readStream[T tensor.Float](r io.Reader, maxBytes int64) (*tensor.Tensor[T], Info, error) {
	size := remaining(r)
	info, header, err := readHeader(r)
	if err != nil {
		return nil, Info{}, err
	}
	if size >= 0 {
		size -= header
	}
	return readBody[T](body{r: r, info: info, size: size, trusted: size >= 0}, maxBytes)
}

// remaining is the number of bytes that r still holds, -1 where it cannot be known (a pipe).
func remaining(r io.Reader) int64 {
	switch r := r.(type) {
	case interface{ Len() int }: // bytes.Reader, bytes.Buffer, strings.Reader
		return int64(r.Len())
	case *os.File:
		stat, err := r.Stat()
		if err != nil || !stat.Mode().IsRegular() {
			return -1
		}
		at, err := r.Seek(0, io.SeekCurrent)
		if err != nil || at > stat.Size() {
			return -1
		}
		return stat.Size() - at
	}
	return -1
}
