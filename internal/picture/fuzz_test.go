package picture

import (
	"bytes"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// FuzzDecode reads malformed pictures: never a panic, never more pixels than allowed, one line of error; and every PNG that
// image/png accepts must be accepted with the same samples.
func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/png/*.png")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)*2/3])
		flipped := bytes.Clone(data)
		flipped[len(data)/2] ^= 0x55
		f.Add(flipped)
	}
	f.Add(headerOnly(1<<31-1, 1<<31-1))
	f.Add([]byte(pngMagic))
	img := images()["palette13"]
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Clone(b.Bytes()))
	b.Reset()
	if err := jpeg.Encode(&b, img, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		rd, err := NewReader(bytes.NewReader(data), ReadOptions{MaxPixels: 1 << 16})
		var p *Picture
		if err == nil {
			p, err = readPicture(rd)
		}
		if err != nil {
			if err == io.EOF || strings.ContainsAny(err.Error(), "\n\x00") {
				t.Fatalf("error %q", err)
			}
			if cfg, cfgErr := png.DecodeConfig(bytes.NewReader(data)); cfgErr == nil && cfg.Width*cfg.Height <= 1<<16 {
				if _, pngErr := png.Decode(bytes.NewReader(data)); pngErr == nil {
					t.Fatalf("%v, but image/png reads it", err)
				}
			}
			return
		}
		if len(p.Pix) != p.Height*p.RowBytes() || p.Width*p.Height > 1<<16 || p.check() != nil {
			t.Fatalf("header %+v with %d bytes", p.Header, len(p.Pix))
		}
	})
}
