package picture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// noise fills every byte of a picture's pixels.
func noise(pix []byte, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range pix {
		pix[i] = byte(r.Uint32())
	}
}

// images are pictures of every type that image/png can write, with odd sizes so that narrow rows end inside a byte.
func images() map[string]image.Image {
	r := image.Rect(0, 0, 37, 21)
	gray, gray16 := image.NewGray(r), image.NewGray16(r)
	nrgba, nrgba64 := image.NewNRGBA(r), image.NewNRGBA64(r)
	noise(gray.Pix, 1)
	noise(gray16.Pix, 2)
	noise(nrgba.Pix, 3)
	noise(nrgba64.Pix, 4)
	rgb, rgb16 := image.NewNRGBA(r), image.NewNRGBA64(r)
	for i := range rgb.Pix {
		rgb.Pix[i] = nrgba.Pix[i] | byte(0xff*(i%4/3))
	}
	for i := range rgb16.Pix {
		rgb16.Pix[i] = nrgba64.Pix[i] | byte(0xff*(i%8/6))
	}
	all := map[string]image.Image{"gray": gray, "gray16": gray16, "rgb": rgb, "rgb16": rgb16, "rgba": nrgba, "rgba16": nrgba64}
	for _, colors := range []int{2, 3, 4, 13, 16, 200, 256} {
		var pal color.Palette
		for i := range colors {
			pal = append(pal, color.NRGBA{uint8(i * 255 / colors), uint8(255 - i), uint8(i * i), 255})
		}
		p := image.NewPaletted(r, pal)
		noise(p.Pix, uint64(colors))
		for i := range p.Pix {
			p.Pix[i] %= uint8(min(colors, 255))
		}
		all[fmt.Sprintf("palette%d", colors)] = p
	}
	return all
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// checkAgainst compares what Read gives with the picture's own pixels, which are not premultiplied where it matters.
func checkAgainst(t *testing.T, got *tensor.Tensor[float64], img image.Image) {
	t.Helper()
	b := img.Bounds()
	channels := got.Shape[1]
	if want := fmt.Sprintf("1x%dx%dx%d", channels, b.Dy(), b.Dx()); tensor.Format(got.Shape) != want {
		t.Fatalf("shape %s, want %s", tensor.Format(got.Shape), want)
	}
	plane := b.Dx() * b.Dy()
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBA64Model.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.NRGBA64)
			switch v := img.At(b.Min.X+x, b.Min.Y+y).(type) { // the exact colour, whatever its alpha
			case color.NRGBA:
				c = color.NRGBA64{uint16(v.R) * 257, uint16(v.G) * 257, uint16(v.B) * 257, 0}
			case color.NRGBA64:
				c = v
			}
			for ch, want := range []uint16{c.R, c.G, c.B}[:channels] {
				if v := got.Data[ch*plane+y*b.Dx()+x] * 65535; v < float64(want)-0.01 || v > float64(want)+0.01 {
					t.Fatalf("pixel %d,%d channel %d is %g, want %d", x, y, ch, v, want)
				}
			}
		}
	}
}

func TestReadPNG(t *testing.T) {
	for name, img := range images() {
		t.Run(name, func(t *testing.T) {
			got, info, err := readAll[float64](bytes.NewReader(encodePNG(t, img)), AsStored, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			checkAgainst(t, got, img)
			if strings.HasPrefix(name, "gray") != (got.Shape[1] == 1) || strings.HasSuffix(name, "16") != (info.Depth == 16) && !strings.HasPrefix(name, "pal") {
				t.Errorf("%s was read as %v, %d channels", name, info, got.Shape[1])
			}
			if strings.HasPrefix(name, "rgba") != info.Alpha {
				t.Errorf("%s: alpha %v", name, info.Alpha)
			}
		})
	}
}

// Pictures made by other programs: interlaced ones of every colour type, narrow greys, transparency chunks. The oracle is
// image/png, whose colours under transparency are only exact where it keeps them apart from alpha.
func TestReadPNGFiles(t *testing.T) {
	files, _ := filepath.Glob("testdata/png/*.png")
	if len(files) < 8 {
		t.Fatalf("only %d files", len(files))
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			got, info, err := readAll[float64](bytes.NewReader(data), AsStored, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			checkAgainst(t, got, img)
			if want := strings.Contains(file, "interlaced"); info.Interlaced != want {
				t.Errorf("interlaced: %v, want %v", info.Interlaced, want)
			}
		})
	}
}

func TestReadColor(t *testing.T) {
	img := images()["rgb"].(*image.NRGBA)
	data := encodePNG(t, img)
	got, _, err := readAll[float64](bytes.NewReader(data), Gray, ReadOptions{})
	if err != nil || got.Shape[1] != 1 {
		t.Fatal(got.Shape, err)
	}
	for i, v := range got.Data {
		p := img.Pix[4*i:]
		if want := (0.299*float64(p[0]) + 0.587*float64(p[1]) + 0.114*float64(p[2])) / 255; v < want-1e-12 || v > want+1e-12 {
			t.Fatalf("luma %g, want %g", v, want)
		}
	}
	for _, name := range []string{"gray", "gray16"} {
		data = encodePNG(t, images()[name])
		one, _, err1 := readAll[float32](bytes.NewReader(data), AsStored, ReadOptions{})
		three, _, err3 := readAll[float32](bytes.NewReader(data), RGB, ReadOptions{})
		if err1 != nil || err3 != nil || three.Shape[1] != 3 {
			t.Fatal(err1, err3, three.Shape)
		}
		for i, v := range three.Data {
			if v != one.Data[i%len(one.Data)] {
				t.Fatalf("%s as rgb differs at %d", name, i)
			}
		}
	}
}

// White must be exactly 1 and black 0 in every depth and colour, or `--map auto` would see values outside [0, 1].
func TestWhiteIsOne(t *testing.T) {
	for _, depth := range []int{8, 16} {
		for _, c := range []Color{RGB, Gray} {
			u := NewUnpacker[float64](Header{Width: 1, Height: 1, Channels: 3, Depth: depth}, c)
			v := make([]float64, 3)
			u.Unpack(v, 1, []byte{255, 255, 255, 255, 255, 255}, 1)
			if v[0] != 1 {
				t.Errorf("depth %d, colour %d: white is %v", depth, c, v[0])
			}
		}
	}
}

func TestReadJPEGAndGIF(t *testing.T) {
	r := image.Rect(0, 0, 40, 30)
	gray, rgba := image.NewGray(r), image.NewRGBA(r)
	for i := range gray.Pix {
		gray.Pix[i] = byte(i / 5)
		copy(rgba.Pix[4*i:], []byte{byte(i / 5), byte(200 - i/7), byte(i % 40 * 6), 255})
	}
	var b bytes.Buffer
	for _, img := range []image.Image{gray, rgba} {
		b.Reset()
		if err := jpeg.Encode(&b, img, nil); err != nil {
			t.Fatal(err)
		}
		want, _ := jpeg.Decode(bytes.NewReader(b.Bytes()))
		got, info, err := readAll[float64](&b, AsStored, ReadOptions{})
		if err != nil || info.Format != "jpeg" {
			t.Fatal(info, err)
		}
		checkAgainst8(t, got, want)
	}
	// The first frame covers a part of its screen.
	pal := color.Palette{color.RGBA{255, 0, 0, 255}, color.RGBA{0, 200, 100, 255}}
	frame := image.NewPaletted(image.Rect(10, 5, 20, 15), pal)
	frame.SetColorIndex(12, 7, 1)
	b.Reset()
	err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 40, Height: 30, ColorModel: pal}})
	if err != nil {
		t.Fatal(err)
	}
	got, info, err := readAll[float64](&b, AsStored, ReadOptions{})
	if err != nil || info.String() != "gif 40x30, 8-bit palette" {
		t.Fatal(info, err)
	}
	screen := image.NewRGBA(r)
	for i := range screen.Pix {
		screen.Pix[i] = byte(i % 4 / 3 * 255)
	}
	for y := 5; y < 15; y++ {
		for x := 10; x < 20; x++ {
			screen.Set(x, y, frame.At(x, y))
		}
	}
	checkAgainst(t, got, screen)
}

// checkAgainst8 rounds to 8 bits first: At of a YCbCr image has 16.
func checkAgainst8(t *testing.T, got *tensor.Tensor[float64], img image.Image) {
	t.Helper()
	plane := img.Bounds().Dx() * img.Bounds().Dy()
	for i := range plane {
		c := color.NRGBAModel.Convert(img.At(i%img.Bounds().Dx(), i/img.Bounds().Dx())).(color.NRGBA)
		for ch, want := range []uint8{c.R, c.G, c.B}[:got.Shape[1]] {
			if v := got.Data[ch*plane+i] * 255; v < float64(want)-1.01 || v > float64(want)+1.01 {
				t.Fatalf("pixel %d channel %d is %g, want %d", i, ch, v, want)
			}
		}
	}
}

func TestReadRowsInBands(t *testing.T) {
	data := encodePNG(t, images()["rgb"])
	rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	h := rd.Header()
	if h != (Header{37, 21, 3, 8}) {
		t.Fatalf("header %+v", h)
	}
	if _, err := rd.ReadRows(make([]byte, h.RowBytes()-1)); err == nil {
		t.Error("a buffer shorter than a row was taken")
	}
	var got []byte
	band := make([]byte, 4*h.RowBytes()+5)
	for {
		n, err := rd.ReadRows(band)
		got = append(got, band[:n*h.RowBytes()]...)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	whole, err := NewReader(bytes.NewReader(data), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := readPicture(whole)
	if err != nil || !bytes.Equal(p.Pix, got) {
		t.Errorf("bands and the whole differ, %v", err)
	}
}
