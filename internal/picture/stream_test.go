package picture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

// A filter in one dimension, with every kernel, stride and padding, gives the same rows from bands as from the whole picture.
func TestStreamEqualsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernel, stride := rapid.IntRange(1, 9).Draw(t, "kernel"), rapid.IntRange(1, 12).Draw(t, "stride")
		pad := rapid.IntRange(0, 9).Draw(t, "pad")
		h := Header{Width: rapid.IntRange(1, 9).Draw(t, "width"), Height: rapid.IntRange(1, 90).Draw(t, "height"), Channels: 3, Depth: 8}
		outH := (h.Height+2*pad-kernel)/stride + 1
		if h.Height+2*pad < kernel {
			t.Skip("kernel larger than the picture")
		}
		in := New(h)
		noise(in.Pix, 5)
		var file bytes.Buffer
		if err := in.Encode(&file, WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		outHeader := h
		outHeader.Height = outH
		want := New(outHeader)
		for y := range outH {
			sumRows(want.Row(y), Window{0, h.Height, in.Pix}, y*stride-pad, kernel)
		}
		rd, err := NewReader(&file, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, outHeader, WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		o := StreamOptions{
			Needs:    func(first, last int) (int, int) { return first*stride - pad, (last-1)*stride - pad + kernel },
			BandRows: rapid.IntRange(0, 20).Draw(t, "band"),
			Threads:  rapid.IntRange(0, 4).Draw(t, "threads"),
		}
		err = Stream(context.Background(), rd, w, o, func(_, first, last int, win Window, rows []byte) error {
			for y := first; y < last; y++ {
				sumRows(rows[(y-first)*h.RowBytes():][:h.RowBytes()], win, y*stride-pad, kernel)
			}
			return nil
		})
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(samplesOf(t, out.Bytes(), outHeader), want.Pix) {
			t.Fatal("the bands give another picture than the whole")
		}
	})
}

// sumRows adds the kernel rows from top on, those outside of the window being zero.
func sumRows(dst []byte, in Window, top, kernel int) {
	clear(dst)
	for y := max(top, in.From); y < min(top+kernel, in.From+in.Rows); y++ {
		for i := range dst {
			dst[i] += in.Pix[(y-in.From)*len(dst)+i]
		}
	}
}

func TestStreamErrors(t *testing.T) {
	defer goleak.VerifyNone(t)
	in := New(Header{64, 4000, 3, 8})
	noise(in.Pix, 3)
	var file bytes.Buffer
	if err := in.Encode(&file, WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	run := func(ctx context.Context, data []byte, to io.Writer, needs func(int, int) (int, int), fail error) error {
		rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w, err := NewWriter(to, in.Header, WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		err = Stream(ctx, rd, w, StreamOptions{Needs: needs, BandRows: 7}, func(_, first, _ int, win Window, out []byte) error {
			if first > 2000 {
				return fail
			}
			return nil
		})
		return errors.Join(err, w.Close())
	}
	cut, bad := file.Bytes()[:file.Len()/2], errors.New("bad band")
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	full := failAfter(100)
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"truncated input", run(context.Background(), cut, io.Discard, nil, nil), "the file is truncated"},
		{"a filter that fails", run(context.Background(), file.Bytes(), io.Discard, nil, bad), "bad band"},
		{"a full disk", run(context.Background(), file.Bytes(), &full, nil, nil), "short write"},
		{"interrupted", run(stopped, file.Bytes(), io.Discard, nil, nil), "context canceled"},
		{"rows needed twice", run(context.Background(), file.Bytes(), io.Discard, func(first, last int) (int, int) { return 0, 1 + first%14 }, nil), "are needed after row"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, c.err, c.want)
		}
	}
}
