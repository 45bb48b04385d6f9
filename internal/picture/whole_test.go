package picture

import (
	"fmt"
	"io"

	"convx/internal/tensor"
)

// readAll reads a whole picture as numbers.
func readAll[T tensor.Float](r io.Reader, c Color, o ReadOptions) (*tensor.Tensor[T], Info, error) {
	rd, err := NewReader(r, o)
	if err != nil {
		return nil, Info{}, err
	}
	t, err := ReadTensor[T](rd, c)
	return t, rd.Info(), err
}

// readPicture reads the rows of rd as they are.
func readPicture(rd *Reader) (*Picture, error) {
	p := New(rd.Header())
	n, err := rd.ReadRows(p.Pix)
	if err == nil && n != p.Height {
		err = fmt.Errorf("%d of %d rows were left", n, p.Height)
	}
	return p, err
}
