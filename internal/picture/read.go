package picture

import (
	"io"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// bandBytes is about how many bytes of samples go from one goroutine to another at a time: a few hundred rows of a small
// picture, a few of a large one, always well inside the second-level cache.
const bandBytes = 1 << 18

// bandRows is how many rows of h make about n bytes, at least one.
func bandRows(h Header, n int) int { return min(h.Height, max(1, n/h.RowBytes())) }

// ReadTensor reads the rows of rd, none of which may have been read, as a 1 x C x H x W tensor in [0, 1]. Decoding and
// conversion to planes overlap.
func ReadTensor[T tensor.Float](rd *Reader, c Color) (*tensor.Tensor[T], error) {
	h := rd.Header()
	shape := []int{1, c.Channels(h.Channels), h.Height, h.Width}
	if _, err := tensor.Size(shape); err != nil {
		return nil, lang.Errorf("failed to hold the picture: %w", err)
	}
	t := tensor.New[T](shape...)
	u := NewUnpacker[T](h, c)
	plane := h.Height * h.Width

	type band struct {
		pix  []byte
		y, n int
	}
	rows := bandRows(h, bandBytes)
	free, full := make(chan []byte, 2), make(chan band, 2)
	free <- make([]byte, rows*h.RowBytes())
	free <- make([]byte, rows*h.RowBytes())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range full {
			u.Unpack(t.Data[b.y*h.Width:], plane, b.pix, b.n*h.Width)
			free <- b.pix
		}
	}()
	var err error
	for y := 0; err == nil; {
		pix := <-free
		var n int
		n, err = rd.ReadRows(pix)
		full <- band{pix, y, n}
		y += n
	}
	close(full)
	<-done
	if err != io.EOF {
		return nil, err
	}
	return t, nil
}
