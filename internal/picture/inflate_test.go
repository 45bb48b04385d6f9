package picture

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// deflateAs compresses with the standard library.
func deflateAs(data []byte, level int) []byte {
	var b bytes.Buffer
	w, err := zlib.NewWriterLevel(&b, level)
	if err != nil {
		panic(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// texts are contents for which the coders make different kinds of blocks.
func texts(kind int, n int, seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		switch kind {
		case 0: // stored
			b[i] = byte(r.Uint32())
		case 1: // literals of very different frequency: long codes
			b[i] = byte(r.ExpFloat64() * 9)
		case 2: // long matches at short distances
			b[i] = byte(i / 1000)
		case 3: // matches at all distances
			b[i] = byte(r.Uint32())
			if back := r.IntN(40000); i > back && r.IntN(50) > 0 {
				copy(b[i:], b[i-back:min(i, i-back+r.IntN(300))])
			}
		case 4: // one symbol
		}
	}
	return b
}

func TestInflate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := texts(rapid.IntRange(0, 4).Draw(t, "kind"), rapid.OneOf(rapid.IntRange(0, 300), rapid.IntRange(0, 500_000)).Draw(t, "n"), rapid.Uint64().Draw(t, "seed"))
		stream := deflateAs(data, rapid.IntRange(-2, 9).Draw(t, "level"))
		var src io.Reader = bytes.NewReader(stream)
		if rapid.Bool().Draw(t, "slow") && len(stream) < 5000 {
			src = iotest.OneByteReader(src)
		}
		got, err := io.ReadAll(newInflater(src))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d of %d bytes, %v", len(got), len(data), err)
		}
	})
}

// Streams cut anywhere are truncated, never complete and never anything worse.
func TestInflateTruncated(t *testing.T) {
	for kind := range 5 {
		data := texts(kind, 700, 7)
		for _, level := range []int{0, 1, 9, -2} {
			stream := deflateAs(data, level)
			for n := range len(stream) {
				_, err := io.ReadAll(newInflater(bytes.NewReader(stream[:n])))
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("kind %d level %d cut to %d of %d: %v", kind, level, n, len(stream), err)
				}
			}
		}
	}
}

func TestInflateRefuses(t *testing.T) {
	for name, stream := range map[string]string{
		"no method 8":             "\x77\x01",
		"wrong header sum":        "\x78\x02",
		"a preset dictionary":     "\x78\x20\x00\x00\x00\x00\x00\x00\x00\x00",
		"block type 3":            "\x78\x01\x07\x00\x00\x00\x00\x00\x00\x00\x00",
		"stored length":           "\x78\x01\x01\x05\x00\x05\x00hello\x00\x00\x00\x00",
		"distance before start":   "\x78\x01\x63\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00",
		"wrong sum":               "\x78\x01\x01\x05\x00\xfa\xffhello\x00\x00\x00\x00",
		"lengths repeat too far":  "\x78\x01\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"too many distance codes": "\x78\x01\x05\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		_, err := io.ReadAll(newInflater(bytes.NewReader([]byte(stream))))
		if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// failingReader gives data and then an error of its own.
type failingReader struct {
	io.Reader
	err error
}

func (f failingReader) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func TestInflateKeepsReadErrors(t *testing.T) {
	stream := deflateAs(texts(1, 9000, 3), 6)
	disk := errors.New("disk on fire")
	_, err := io.ReadAll(newInflater(failingReader{bytes.NewReader(stream[:2000]), disk}))
	if err != disk {
		t.Errorf("%v, want the reader's own error", err)
	}
}

// Whatever the standard library's decoder says of a stream, ours says too.
func FuzzInflate(f *testing.F) {
	for kind := range 5 {
		for _, level := range []int{0, 1, 6, -2} {
			f.Add(deflateAs(texts(kind, 700, 1), level))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		const limit = 1 << 20
		got, err := io.ReadAll(io.LimitReader(newInflater(bytes.NewReader(stream)), limit))
		var want []byte
		z, wantErr := zlib.NewReader(bytes.NewReader(stream))
		if wantErr == nil {
			want, wantErr = io.ReadAll(io.LimitReader(z, limit))
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, the standard library: %v", err, wantErr)
		}
		if err == nil && !bytes.Equal(got, want) {
			t.Fatal("other bytes than the standard library's")
		}
	})
}

// A code may leave no gap and have no overlap; a single code of one bit, or none, is allowed to be incomplete.
func TestBuildTable(t *testing.T) {
	for _, c := range []struct {
		lengths []uint8
		want    bool
	}{
		{[]uint8{1, 1}, true}, {[]uint8{1, 2, 2}, true}, {[]uint8{2, 2, 2, 2}, true}, {[]uint8{0, 0}, true}, {[]uint8{0, 1}, true},
		{[]uint8{2}, false}, {[]uint8{1, 2}, false}, {[]uint8{2, 2, 2}, false}, {[]uint8{1, 1, 1}, false}, {[]uint8{1, 2, 2, 2}, false},
	} {
		var first [1 << distBits]uint32
		if _, ok := buildTable(first[:], nil, distBits, c.lengths, symbolEntries.Get().dist[:]); ok != c.want {
			t.Errorf("lengths %v: %v, want %v", c.lengths, ok, c.want)
		}
	}
}

// A match repeats what a loop over bytes repeats, at every distance and length, and writes no more than eight bytes beyond.
func TestCopyMatch(t *testing.T) {
	for back := 1; back <= 20; back++ {
		for length := 3; length <= longest; length++ {
			got, want := make([]byte, 32+longest+16), make([]byte, 32+longest+16)
			for i := range got {
				got[i] = byte(7*i + 1)
			}
			copy(want, got)
			for i := range length {
				want[32+i] = want[32+i-back]
			}
			copyMatch(got, 32, back, length)
			if end := 32 + length; !bytes.Equal(got[:end], want[:end]) || !bytes.Equal(got[end+8:], want[end+8:]) {
				t.Fatalf("%d bytes from %d back", length, back)
			}
		}
	}
}
