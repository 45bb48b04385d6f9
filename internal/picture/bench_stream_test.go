package picture

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// sobelRows is a 3x3 filter (horizontal Sobel plus one half) on 8-bit rows, in floating point as run does it but without
// its kernels: it stands for the arithmetic in measurements of the whole way from file to file.
func sobelRows(h Header, first, last int, in Window, out []byte) {
	n, c := h.RowBytes(), h.Channels
	zero := make([]byte, n)
	row := func(y int) []byte {
		if y < in.From || y >= in.From+in.Rows {
			return zero
		}
		return in.Pix[(y-in.From)*n:][:n]
	}
	for y := first; y < last; y++ {
		up, mid, down, dst := row(y-1), row(y), row(y+1), out[(y-first)*n:][:n]
		for i := c; i < n-c; i++ {
			left := float32(up[i-c]) + 2*float32(mid[i-c]) + float32(down[i-c])
			right := float32(up[i+c]) + 2*float32(mid[i+c]) + float32(down[i+c])
			dst[i] = byte(min(max((right-left)/8+128, 0), 255))
		}
	}
}

func sobelFile(dst io.Writer, src io.Reader) error {
	rd, err := NewReader(src, ReadOptions{})
	if err != nil {
		return err
	}
	h := rd.Header()
	w, err := NewWriter(dst, h, WriteOptions{})
	if err != nil {
		return err
	}
	o := StreamOptions{Needs: func(first, last int) (int, int) { return first - 1, last + 1 }}
	err = Stream(context.Background(), rd, w, o, func(_, first, last int, in Window, out []byte) error {
		sobelRows(h, first, last, in, out)
		return nil
	})
	if err != nil {
		return err
	}
	return w.Close()
}

// From file to file with a 3x3 filter: decoding, filtering and encoding overlap.
func BenchmarkStreamSobel(b *testing.B) {
	data := photoPNG()
	b.SetBytes(int64(len(photo().Pix)))
	for b.Loop() {
		if err := sobelFile(io.Discard, bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}
