package picture

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/adler32"
	"image"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// samplesOf reads a PNG with the standard decoder, into rows as Header describes them.
func samplesOf(t interface{ Fatal(...any) }, data []byte, h Header) []byte {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size := image.Pt(h.Width, h.Height); img.Bounds().Size() != size {
		t.Fatal("size", img.Bounds(), "want", size)
	}
	var out []byte
	for y := range h.Height {
		for x := range h.Width {
			r, g, b, a := img.At(x, y).RGBA()
			if a != 0xffff {
				t.Fatal("a transparent pixel")
			}
			for _, v := range []uint32{r, g, b}[:h.Channels] {
				if h.Depth == 16 {
					out = binary.BigEndian.AppendUint16(out, uint16(v))
				} else {
					out = append(out, byte(v>>8))
				}
			}
		}
	}
	return out
}

// Any size, any contents, rows given in any portions: other decoders and our own read back what was written.
func TestWriterRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := Header{
			Width:    rapid.OneOf(rapid.IntRange(1, 40), rapid.IntRange(1, 700)).Draw(t, "width"),
			Height:   rapid.OneOf(rapid.Just(1), rapid.IntRange(1, 40)).Draw(t, "height"),
			Channels: rapid.SampledFrom([]int{1, 3}).Draw(t, "channels"),
			Depth:    rapid.SampledFrom([]int{8, 16}).Draw(t, "depth"),
		}
		p := New(h)
		fill(p, rapid.IntRange(0, 3).Draw(t, "contents"), rapid.Uint64().Draw(t, "seed"))
		var b bytes.Buffer
		o := WriteOptions{Level: rapid.IntRange(0, 9).Draw(t, "level"), Threads: rapid.IntRange(0, 3).Draw(t, "threads")}
		w, err := NewWriter(&b, h, o)
		if err != nil {
			t.Fatal(err)
		}
		for y := 0; y < h.Height; {
			n := rapid.IntRange(0, h.Height-y).Draw(t, "rows")
			if err := w.WriteRows(p.Pix[y*h.RowBytes() : (y+n)*h.RowBytes()]); err != nil {
				t.Fatal(err)
			}
			y += n
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(samplesOf(t, b.Bytes(), h), p.Pix) {
			t.Fatal("image/png reads other samples")
		}
		rd, err := NewReader(&b, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		back, err := readPicture(rd)
		if err != nil || !bytes.Equal(back.Pix, p.Pix) {
			t.Fatalf("our reader reads other samples, %v", err)
		}
	})
}

// fill draws noise, a gradient, flat colour, or long repeats.
func fill(p *Picture, contents int, seed uint64) {
	switch contents {
	case 0:
		noise(p.Pix, seed)
	case 1:
		for i := range p.Pix {
			p.Pix[i] = byte(i/p.RowBytes() + i%p.RowBytes()/4)
		}
	case 2:
		for i := range p.Pix {
			p.Pix[i] = byte(seed)
		}
	case 3:
		noise(p.Pix[:min(len(p.Pix), 999)], seed)
		for i := 999; i < len(p.Pix); i++ {
			p.Pix[i] = p.Pix[i-999]
		}
	}
}

// A picture of several blocks, so that windows cross their boundaries; the bytes must not depend on the threads.
func TestWriterBlocks(t *testing.T) {
	for _, h := range []Header{{1500, 700, 3, 8}, {900, 500, 3, 16}, {blockBytes + 100, 3, 1, 8}, {1, 200_000, 3, 16}} {
		t.Run(fmt.Sprintf("%dx%d", h.Width, h.Height), func(t *testing.T) {
			p := New(h)
			fill(p, 3, 1)
			var first []byte
			for threads := 1; threads <= 4; threads++ {
				var b bytes.Buffer
				if err := p.Encode(&b, WriteOptions{Threads: threads}); err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = b.Bytes()
					if !bytes.Equal(samplesOf(t, first, h), p.Pix) {
						t.Fatal("the samples differ")
					}
				}
				if !bytes.Equal(b.Bytes(), first) {
					t.Fatalf("%d threads write other bytes than one", threads)
				}
			}
		})
	}
}

// The IDAT chunks joined are one zlib stream with the right sum, nothing after it.
func TestWriterZlibStream(t *testing.T) {
	h := Header{1500, 700, 3, 8}
	p := New(h)
	fill(p, 1, 0)
	var b bytes.Buffer
	if err := p.Encode(&b, WriteOptions{Threads: 2}); err != nil {
		t.Fatal(err)
	}
	var stream []byte
	for data := b.Bytes()[8:]; len(data) > 0; {
		n := binary.BigEndian.Uint32(data)
		if string(data[4:8]) == "IDAT" {
			stream = append(stream, data[8:8+n]...)
		}
		data = data[12+n:]
	}
	src := bytes.NewReader(stream)
	z, err := zlib.NewReader(src)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(z)
	if err != nil || len(raw) != h.Height*(h.RowBytes()+1) || src.Len() != 0 {
		t.Errorf("%d raw bytes, %d left over, %v", len(raw), src.Len(), err)
	}
}

func TestWriterRefuses(t *testing.T) {
	for _, h := range []Header{{0, 1, 3, 8}, {1, 0, 3, 8}, {1, 1, 2, 8}, {1, 1, 3, 4}, {math.MaxInt, 1, 1, 8}} {
		if h.Width == maxSide { // an int has 32 bits
			continue
		}
		if _, err := NewWriter(io.Discard, h, WriteOptions{}); err == nil {
			t.Errorf("%+v was accepted", h)
		}
	}
	if _, err := NewWriter(io.Discard, Header{1, 1, 1, 8}, WriteOptions{Level: 10}); err == nil {
		t.Error("level 10 was accepted")
	}
	w, err := NewWriter(io.Discard, Header{2, 2, 1, 8}, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteRows(make([]byte, 3)); err == nil {
		t.Error("one and a half rows were accepted")
	}
	if err := w.WriteRows(make([]byte, 6)); err == nil {
		t.Error("three rows of two were accepted")
	}
	if err := w.WriteRows(make([]byte, 2)); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err == nil || !strings.Contains(err.Error(), "1 of 2 rows") {
		t.Errorf("half a picture was closed with %v", err)
	}
}

// failAfter accepts n bytes.
type failAfter int

func (f *failAfter) Write(b []byte) (int, error) {
	if *f -= failAfter(len(b)); *f < 0 {
		return 0, io.ErrShortWrite
	}
	return len(b), nil
}

func TestWriterReportsWriteErrors(t *testing.T) {
	p := New(Header{1000, 1000, 3, 8})
	fill(p, 0, 1)
	for _, n := range []failAfter{0, 10, 40, 1000, 1 << 20} {
		if err := p.Encode(&n, WriteOptions{}); err == nil {
			t.Error("a failed write was not reported")
		}
	}
}

func TestJoinAdler(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(rapid.Byte()).Draw(t, "a"), rapid.SliceOf(rapid.Byte()).Draw(t, "b")
		got := joinAdler(adler32.Checksum(a), adler32.Checksum(b), len(b))
		if want := adler32.Checksum(append(a, b...)); got != want {
			t.Fatalf("%08x, want %08x", got, want)
		}
	})
}

// Every filter undone gives the row again, for every pixel size and row length.
func TestFilters(t *testing.T) {
	for _, bpp := range []int{1, 2, 3, 4, 6, 8} {
		for pixels := 1; pixels < 20; pixels++ {
			prev, row := make([]byte, pixels*bpp), make([]byte, pixels*bpp)
			noise(prev, uint64(bpp))
			noise(row, uint64(pixels))
			for f := range filterCount {
				got := make([]byte, len(row))
				applyFilter(f, got, row, prev, bpp)
				if err := unfilter(byte(f), got, prev, bpp); err != nil || !bytes.Equal(got, row) {
					t.Fatalf("filter %d, %d pixels of %d bytes: %v", f, pixels, bpp, err)
				}
			}
		}
	}
}

func TestMagnitude(t *testing.T) {
	b := make([]byte, 61)
	noise(b, 5)
	b[3], b[40] = 0x80, 0x7f
	want := 0
	for _, v := range b {
		want += abs(int(int8(v)))
	}
	if got := magnitude(b); got != want {
		t.Errorf("%d, want %d", got, want)
	}
}

// A full disk is said once.
func TestEncodeErrorIsSaidOnce(t *testing.T) {
	p := New(Header{Width: 600, Height: 1200, Channels: 3, Depth: 8})
	full := errors.New("no space left")
	err := p.Encode(&failingWriter{left: 200, err: full}, WriteOptions{Threads: 1})
	if !errors.Is(err, full) || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

// failingWriter has room for so many bytes.
type failingWriter struct {
	left int
	err  error
}

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, w.err
	}
	return len(p), nil
}
