package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"testing"

	"github.com/klauspost/compress/zlib"
)

// flatPNG is a figure of 1920x1248: areas of one colour, lines and some text.
func flatPNG() []byte {
	c := NewCanvas(1920, 1248, color.White)
	for i := range 12 {
		c.Fill(image.Rect(100+140*i, 100+60*i, 220+140*i, 500+60*i), color.RGBA{uint8(20 * i), 0x72, 0xB2, 0xFF})
		c.Line(100, 1200, float64(150*i), 40, 2, color.Black)
		c.Text(100+140*i, 60+60*i, 24, color.Black, "a figure of flat colour")
	}
	var b bytes.Buffer
	if err := c.Encode(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// zlibOf joins the compressed pixels of a PNG.
func zlibOf(png []byte) (stream []byte) {
	for at := 8; at < len(png); {
		n := int(binary.BigEndian.Uint32(png[at:]))
		if string(png[at+4:at+8]) == "IDAT" {
			stream = append(stream, png[at+8:at+8+n]...)
		}
		at += 12 + n
	}
	return stream
}

// The inflater beside klauspost's, on what pictures are made of.
func BenchmarkInflate(b *testing.B) {
	for name, png := range map[string][]byte{"flat": flatPNG(), "photo": photoPNG()} {
		stream := zlibOf(png)
		for reader, open := range map[string]func(io.Reader) (io.Reader, error){
			"ours":      func(r io.Reader) (io.Reader, error) { return newInflater(r), nil },
			"klauspost": func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) },
		} {
			b.Run(name+"/"+reader, func(b *testing.B) {
				band := make([]byte, 1<<16)
				for b.Loop() {
					z, err := open(bytes.NewReader(stream))
					if err != nil {
						b.Fatal(err)
					}
					n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{z}, band)
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(n)
				}
			})
		}
	}
}
