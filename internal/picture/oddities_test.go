package picture

import (
	"bytes"
	"compress/lzw"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// chunkOf is a PNG chunk, and withChunk a PNG with one more behind its header.
func chunkOf(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func withChunk(png, chunk []byte) []byte {
	const header = 8 + 25
	return slices.Concat(png[:header], chunk, png[header:])
}

func pixels(t *testing.T, data []byte, o ReadOptions) (*Picture, Info) {
	t.Helper()
	rd, err := NewReader(bytes.NewReader(data), o)
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPicture(rd)
	if err != nil {
		t.Fatal(err)
	}
	return p, rd.Info()
}

// What does no harm to the pixels is a note, as for libpng.
func TestPNGOddities(t *testing.T) {
	whole := encodePNG(t, images()["rgb"])
	want, _ := pixels(t, whole, ReadOptions{})
	text := chunkOf("tEXt", []byte("Comment\x00hello"))
	bad := bytes.Clone(text)
	bad[len(bad)-1] ^= 1
	for _, c := range []struct {
		name string
		data []byte
		note string
	}{
		{"a sound text", withChunk(whole, text), ""},
		{"a damaged text", withChunk(whole, bad), `chunk "tEXt" with a wrong checksum left out`},
		{"a damaged text behind the pixels", slices.Concat(whole[:len(whole)-12], bad, whole[len(whole)-12:]), `chunk "tEXt" with a wrong checksum left out`},
		{"bytes behind the end", append(bytes.Clone(whole), "more"...), ""},
	} {
		got, info := pixels(t, c.data, ReadOptions{})
		if !bytes.Equal(got.Pix, want.Pix) || strings.Join(info.Notes, "") != c.note {
			t.Errorf("%s: notes %q", c.name, info.Notes)
		}
	}
	// A header that is two rows short of its pixels.
	short := bytes.Clone(whole)
	binary.BigEndian.PutUint32(short[20:], 19)
	binary.BigEndian.PutUint32(short[29:], crc32.ChecksumIEEE(short[12:29]))
	if got, info := pixels(t, short, ReadOptions{}); !bytes.Equal(got.Pix, want.Pix[:len(got.Pix)]) || len(info.Notes) != 1 {
		t.Errorf("rows too many: %q", info.Notes)
	}
	apple := slices.Concat(whole[:8], chunkOf("CgBI", []byte{0x50, 0, 0x20, 2}), whole[8:])
	if _, err := NewReader(bytes.NewReader(apple), ReadOptions{}); err == nil || !strings.HasPrefix(err.Error(), "not supported: ") {
		t.Errorf("CgBI: %v", err)
	}
}

// gifOf is a GIF of one frame at x, y on a screen, with an LZW size of its own.
func gifOf(screenW, screenH, x, y, w, h, bits int, data []byte) []byte {
	b := append([]byte("GIF89a"), byte(screenW), 0, byte(screenH), 0, 0x80, 0, 0)
	b = append(b, 10, 20, 30, 40, 50, 60) // two colours
	b = append(b, ',', byte(x), 0, byte(y), 0, byte(w), 0, byte(h), 0, 0, byte(bits), byte(len(data)))
	return append(append(b, data...), 0, ';')
}

func TestGIFOddities(t *testing.T) {
	var packed bytes.Buffer
	z := lzw.NewWriter(&packed, lzw.LSB, 2)
	z.Write([]byte{0, 1, 1, 0, 1, 0})
	z.Close()
	a, b, o := []byte{10, 20, 30}, []byte{40, 50, 60}, []byte{0, 0, 0}
	for _, c := range []struct {
		name string
		data []byte
		w, h int
		want [][]byte
	}{
		{"as it should be", gifOf(3, 2, 0, 0, 3, 2, 2, packed.Bytes()), 3, 2, [][]byte{a, b, b, a, b, a}},
		{"a frame larger than the screen", gifOf(1, 1, 0, 0, 3, 2, 2, packed.Bytes()), 3, 2, [][]byte{a, b, b, a, b, a}},
		{"a frame that passes the screen", gifOf(3, 2, 1, 0, 3, 2, 2, packed.Bytes()), 4, 2, [][]byte{o, a, b, b, o, a, b, a}},
		{"a screen without a size", gifOf(0, 0, 0, 0, 3, 2, 2, packed.Bytes()), 3, 2, [][]byte{a, b, b, a, b, a}},
		{"a frame without a size", gifOf(3, 2, 0, 0, 0, 0, 2, packed.Bytes()), 3, 2, [][]byte{a, b, b, a, b, a}},
		// Codes of 2 bits, then 3: clear 2, value 1, value 0, the pair 4 = 1 0, end 3.
		{"an LZW size of 1", gifOf(4, 1, 0, 0, 4, 1, 1, []byte{0b0_000_01_10 | 4<<7&0xff, 4>>1 | 3<<2}), 4, 1, [][]byte{b, a, b, a}},
		{"data that end early", gifOf(3, 2, 0, 0, 3, 2, 2, packed.Bytes()[:1]), 3, 2, [][]byte{a, o, o, o, o, o}},
	} {
		if got, _ := pixels(t, c.data, ReadOptions{}); got.Width != c.w || got.Height != c.h || !bytes.Equal(got.Pix, bytes.Join(c.want, nil)) {
			t.Errorf("%s: %dx%d %v, want %v", c.name, got.Width, got.Height, got.Pix, c.want)
		}
		for cut := range c.data[:len(c.data)-2] {
			rd, err := NewReader(bytes.NewReader(c.data[:cut]), ReadOptions{})
			if err == nil {
				_, err = readPicture(rd)
			}
			// The last block may be cut where its pixels are complete.
			if err == nil && cut < len(c.data)-4 {
				t.Errorf("%s: %d of %d bytes are a picture", c.name, cut, len(c.data))
			}
		}
	}
}

// Every GIF of the standard library's encoder reads as it decodes, but for transparent colours, which are the file's.
func TestGIFAgainstTheStandardLibrary(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		colours := 2 + r.IntN(255)
		pal := make(color.Palette, colours)
		for i := range pal {
			pal[i] = color.RGBA{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), 255}
		}
		img := image.NewPaletted(image.Rect(0, 0, 1+r.IntN(90), 1+r.IntN(90)), pal)
		for i := range img.Pix {
			img.Pix[i] = byte(r.IntN(1 + r.IntN(colours)))
		}
		var b bytes.Buffer
		if err := gif.Encode(&b, img, &gif.Options{NumColors: 256}); err != nil {
			t.Fatal(err)
		}
		got, info := pixels(t, b.Bytes(), ReadOptions{})
		for i := range img.Pix {
			c := pal[img.Pix[i]].(color.RGBA)
			if !bytes.Equal(got.Pix[3*i:3*i+3], []byte{c.R, c.G, c.B}) || info.Alpha {
				t.Fatalf("pixel %d of %v is %v, want %v", i, img.Rect, got.Pix[3*i:3*i+3], c)
			}
		}
	}
}

func TestGIFTransparentColour(t *testing.T) {
	pal := color.Palette{color.RGBA{200, 10, 20, 0}, color.RGBA{1, 2, 3, 255}} // not premultiplied: as the encoder writes it
	img := image.NewPaletted(image.Rect(0, 0, 2, 1), pal)
	img.Pix[1] = 1
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	got, info := pixels(t, b.Bytes(), ReadOptions{})
	if !bytes.Equal(got.Pix, []byte{200, 10, 20, 1, 2, 3}) || info.String() != "gif 2x1, 8-bit palette, alpha dropped" {
		t.Errorf("%v, %s", got.Pix, info)
	}
}

// exif is Exif data of one tag.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order == binary.BigEndian {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 1)
	b = order.AppendUint16(b, 0x0112)
	b = order.AppendUint16(b, 3)
	b = order.AppendUint32(b, 1)
	b = order.AppendUint16(b, orientation)
	return append(b, 0, 0, 0, 0, 0, 0)
}

func TestOrientation(t *testing.T) {
	// a b c
	// d e f
	img := image.NewGray(image.Rect(0, 0, 3, 2))
	copy(img.Pix, "abcdef")
	whole := encodePNG(t, img)
	for o, want := range []string{1: "abc def", 2: "cba fed", 3: "fed cba", 4: "def abc", 5: "ad be cf", 6: "da eb fc", 7: "fc eb da", 8: "cf be ad"} {
		if o == 0 {
			continue
		}
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			data := withChunk(whole, chunkOf("eXIf", exif(order, uint16(o))))
			p, info := pixels(t, data, ReadOptions{Orient: true})
			rows := []string{}
			for y := range p.Height {
				rows = append(rows, string(p.Row(y)))
			}
			if got := strings.Join(rows, " "); got != want || info.Orientation != o || info.Oriented != (o > 1) {
				t.Errorf("orientation %d: %q, want %q, %+v", o, got, want, info)
			}
			plain, info := pixels(t, data, ReadOptions{})
			if string(plain.Pix) != "abcdef" || strings.Contains(info.String(), fmt.Sprintf("orientation %d not applied (--orient does)", o)) != (o > 1) {
				t.Errorf("orientation %d, not applied: %q, %s", o, plain.Pix, info)
			}
		}
	}
	for cut := range 25 {
		if o := exifOrientation(exif(binary.LittleEndian, 6)[:cut]); o != 0 && cut < 20 {
			t.Errorf("%d bytes of Exif say %d", cut, o)
		}
	}
}

// jpegOf is a small JPEG, and withSegment one with another segment at its start.
func jpegOf(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, images()["rgb"], nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func withSegment(data []byte, marker byte, segment []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(segment)+2))
	return slices.Concat(data[:2], head, segment, data[2:])
}

func TestJPEGOrientation(t *testing.T) {
	data := withSegment(jpegOf(t), 0xe1, append([]byte("Exif\x00\x00"), exif(binary.BigEndian, 6)...))
	p, info := pixels(t, data, ReadOptions{Orient: true})
	plain, _ := pixels(t, data, ReadOptions{})
	if p.Width != plain.Height || p.Height != plain.Width || !bytes.Equal(p.Pix[:3], plain.Row(plain.Height - 1)[:3]) {
		t.Errorf("%dx%d: %s", p.Width, p.Height, info)
	}
}

// Headers are read a few MiB ahead and no more.
func TestJPEGHeaderIsBounded(t *testing.T) {
	data := jpegOf(t)
	filler := make([]byte, 65000)
	for range 20 {
		data = withSegment(data, 0xe2, filler)
	}
	pixels(t, data, ReadOptions{})
	for range 60 {
		data = withSegment(data, 0xe2, filler)
	}
	r := &countingReader{r: bytes.NewReader(data)}
	_, err := NewReader(r, ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "within the first 4 MiB") || r.n > mostJPEGHeader+1<<17 {
		t.Errorf("%v after %d bytes", err, r.n)
	}
}

type countingReader struct {
	r *bytes.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// What the decoder cannot do is not damage.
func TestJPEGNotSupported(t *testing.T) {
	whole := jpegOf(t)
	at := bytes.Index(whole, []byte{0xff, 0xc0})
	for name, c := range map[string]struct {
		change func(b []byte)
		want   string
	}{
		"arithmetic": {func(b []byte) { b[at+1] = 0xc9 }, "arithmetic coding"},
		"lossless":   {func(b []byte) { b[at+1] = 0xc3 }, "lossless coding"},
		"12 bits":    {func(b []byte) { b[at+4] = 12 }, "12 bits a sample"},
		"sampling":   {func(b []byte) { b[at+11] = 0x31 }, "sampling factors 3x1, 1x1, 1x1"},
	} {
		data := bytes.Clone(whole)
		c.change(data)
		rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
		if err == nil {
			_, err = readPicture(rd)
		}
		if err == nil || !strings.HasPrefix(err.Error(), "not supported: a JPEG of "+c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The scans of a progressive JPEG must have brought every coefficient to its last bit.
func TestProgressiveScansAreComplete(t *testing.T) {
	frame := []byte{0xff, 0xc2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0}
	scan := func(from, to, bits byte) []byte {
		return []byte{0xff, 0xda, 0, 8, 1, 1, 0, from, to, bits, 0x12, 0xff, 0x00, 0x34}
	}
	all := [][]byte{scan(0, 0, 0x01), scan(1, 5, 0x02), scan(6, 63, 0x02), scan(1, 63, 0x21), scan(0, 0, 0x10), scan(1, 63, 0x10)}
	for n := range len(all) + 1 {
		w := &jpegWatch{}
		data := slices.Concat([]byte{0xff, 0xd8}, frame, bytes.Join(all[:n], nil), []byte{0xff, 0xd9})
		for _, b := range data { // byte by byte
			w.Write([]byte{b})
		}
		if err := w.complete(); (err == nil) != (n == len(all)) {
			t.Errorf("%d of %d scans: %v", n, len(all), err)
		}
	}
}
