package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"strings"
	"testing"
)

// headerOnly is a PNG that claims a size and then ends.
func headerOnly(width, height uint32) []byte {
	b := []byte(pngMagic + "\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, width)
	b = binary.BigEndian.AppendUint32(b, height)
	b = append(b, 8, 2, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

func TestRefusesLargePictures(t *testing.T) {
	var tooMany *TooManyPixelsError
	if _, err := NewReader(bytes.NewReader(headerOnly(20000, 20000)), ReadOptions{}); !errors.As(err, &tooMany) {
		t.Errorf("400 megapixels: %v", err)
	}
	if want := "the picture is 20000x20000, 400 megapixels, more than the 268 allowed: raise --max-pixels to read it"; tooMany.Error() != want {
		t.Errorf("it says %q", tooMany)
	}
	// Raised, the header passes and the missing pixels are the next complaint.
	if _, err := NewReader(bytes.NewReader(headerOnly(20000, 20000)), ReadOptions{MaxPixels: 1 << 30}); err != errTruncated {
		t.Errorf("raised: %v", err)
	}
	var b bytes.Buffer
	if err := gif.Encode(&b, image.NewPaletted(image.Rect(0, 0, 50, 50), color.Palette{color.Black}), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := NewReader(&b, ReadOptions{MaxPixels: 2499}); !errors.As(err, &tooMany) {
		t.Errorf("a GIF over the limit: %v", err)
	}
}

// A file cut anywhere is one clear line, and so is one with any byte changed, unless the change does no harm.
func TestDamagedFiles(t *testing.T) {
	whole := encodePNG(t, images()["palette13"])
	for n := range len(whole) {
		if _, _, err := readAll[float32](bytes.NewReader(whole[:n]), AsStored, ReadOptions{}); err == nil || strings.Contains(err.Error(), "\n") {
			t.Fatalf("cut to %d of %d bytes: %v", n, len(whole), err)
		}
	}
	for i := range whole {
		bad := bytes.Clone(whole)
		bad[i] ^= 0x10
		if _, _, err := readAll[float32](bytes.NewReader(bad), AsStored, ReadOptions{}); err == nil {
			t.Fatalf("byte %d of %d changed, and no error", i, len(whole))
		}
	}
	for _, c := range []struct{ data, want string }{
		{"", "the file is empty"},
		{"hello, world", `neither a picture (PNG, JPEG, GIF) nor an array (.npy, .npz, .safetensors): it starts with "hello, w"`},
		{"\xff\xd8\xff\xe0", "the file is truncated"},
		{string(headerOnly(0, 5)), "damaged header: the size is 0x5"},
		{string(headerOnly(1<<31, 5)), "damaged header: the size is 2147483648x5"},
		{string(headerOnly(5, 5)), "the file is truncated"},
		{"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "damaged file: it has no pixels"},
	} {
		if _, _, err := readAll[float32](strings.NewReader(c.data), AsStored, ReadOptions{}); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.data, err, c.want)
		}
	}
}

// Errors of the standard library's decoders are worded as ours.
func TestDamagedJPEG(t *testing.T) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, images()["rgb"], nil); err != nil {
		t.Fatal(err)
	}
	cut := b.Bytes()[:b.Len()/2]
	arithmetic := bytes.Replace(b.Bytes(), []byte("\xff\xc0\x00\x11"), []byte("\xff\xc9\x00\x11"), 1)
	tables := bytes.Replace(b.Bytes(), []byte("\xff\xc4"), []byte("\xff\xfe"), -1)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut", cut, "damaged file: short Huffman data"},
		{"cut in a header", b.Bytes()[:100], "the file is truncated"},
		{"arithmetic coding", arithmetic, "not supported: a JPEG of arithmetic coding: save it as PNG, or as an ordinary JPEG"},
		{"no tables", tables, "damaged file: uninitialized Huffman table"},
	} {
		if _, _, err := readAll[float32](bytes.NewReader(c.data), AsStored, ReadOptions{}); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}
