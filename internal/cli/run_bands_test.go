package cli

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/picture"
	"convx/internal/tensor"
)

// A picture filtered in bands is the picture filtered as a whole, up to float32's rounding (the algorithms for the two sum in
// another order), for every padding, stride, dilation, depth and mapping. --stats needs the whole result, and so switches
// the bands off.
func TestBandsGiveTheSamePicture(t *testing.T) {
	dir := t.TempDir()
	for _, depth := range []int{8, 16} {
		for _, channels := range []int{1, 3} {
			src := filepath.Join(dir, "in.png")
			writeNoise(t, src, picture.Header{Width: 41, Height: 173, Channels: channels, Depth: depth})
			for _, flags := range []string{
				"--filter box", "--filter sharpen", "--filter sobel-x -p 1", "--filter sobel-y -s 2", "--filter box:2 -p 1:0 --map minmax",
				"--filter gaussian:7 -p 3 --pad-mode reflect", "--filter emboss -p same --pad-mode replicate --threads 1",
				"--filter edge -p 5:9x2:0 -s 2x3 -d 3x2", "--filter edge -p 9:5x2 -d 4 --pad-mode reflect",
				"--filter motion:5:30 -p 20:31x0 --pad-mode replicate", "--filter sharpen --map clip --dtype float64",
				"--filter sobel-x --map symmetric --depth 16", "--filter laplacian --colormap viridis", "--filter box --color gray",
				"--filter box -p 1 --pad-mode circular",
			} {
				variant := "standard"
				if strings.Contains(flags, "-d ") {
					variant = "dilated"
				}
				args := append([]string{"run", variant, src}, strings.Fields(flags)...)
				banded, whole := filepath.Join(dir, "banded.png"), filepath.Join(dir, "whole.png")
				_, said, status := execute(t, append(args, "-o", banded)...)
				if status != exitDone {
					t.Fatalf("convx %v: %s", args, said)
				}
				if strings.Contains(said, " in bands") == strings.Contains(flags, "circular") {
					t.Errorf("convx %v: %s", args, said)
				}
				if _, _, status := execute(t, append(args, "-o", whole, "--stats")...); status != exitDone {
					t.Fatalf("convx %v --stats failed", args)
				}
				if why := samplesApart(t, banded, whole); why != "" {
					t.Errorf("%d bits, %d channels, %s: %s", depth, channels, flags, why)
				}
			}
		}
	}
}

// samplesApart says where two pictures differ by more than a level in 8 bits, or 8 levels in 16.
func samplesApart(t *testing.T, a, b string) string {
	t.Helper()
	p, q := readPicture(t, a), readPicture(t, b)
	if p.Header != q.Header {
		return fmt.Sprintf("%+v and %+v", p.Header, q.Header)
	}
	for i := 0; i < len(p.Pix); i += p.Depth / 8 {
		v, w, most := int(p.Pix[i]), int(q.Pix[i]), 1
		if p.Depth == 16 {
			v, w, most = v<<8|int(p.Pix[i+1]), w<<8|int(q.Pix[i+1]), 8
		}
		if v-w > most || w-v > most {
			return fmt.Sprintf("sample %d is %d in bands and %d as a whole", i, v, w)
		}
	}
	return ""
}

func readPicture(t *testing.T, path string) *picture.Picture {
	t.Helper()
	r, err := picture.NewReader(bytes.NewReader(readFile(t, path)), picture.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	p := picture.New(r.Header())
	if n, err := r.ReadRows(p.Pix); err != nil || n != p.Height {
		t.Fatalf("%d rows, %v", n, err)
	}
	return p
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// writeNoise writes a PNG of smooth noise.
func writeNoise(t *testing.T, path string, h picture.Header) {
	t.Helper()
	p := picture.New(h)
	s := tensor.NewStream(1, "noise")
	for i := range p.Pix {
		p.Pix[i] = byte(i/7 + s.Int(0, 40))
	}
	var b bytes.Buffer
	if err := p.Encode(&b, picture.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Errors of a picture that is read in bands name the file at fault, and leave nothing behind.
func TestBandErrors(t *testing.T) {
	dir := t.TempDir()
	src, cut, out := filepath.Join(dir, "in.png"), filepath.Join(dir, "cut.png"), filepath.Join(dir, "out.png")
	writeNoise(t, src, picture.Header{Width: 400, Height: 500, Channels: 3, Depth: 8})
	data := readFile(t, src)
	if err := os.WriteFile(cut, data[:len(data)*2/3], 0o644); err != nil {
		t.Fatal(err)
	}
	for _, filter := range []string{"box", "sobel-x"} {
		_, said, status := execute(t, "run", "depthwise", cut, "--filter", filter, "-o", out)
		if status != exitFailed || !strings.Contains(said, `cut.png": the file is truncated`) {
			t.Errorf("%s: exit %d: %s", filter, status, said)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 {
		t.Errorf("left behind: %v", files)
	}
}

// JPEG and GIF pictures are read as well as PNG.
func TestReadsJPEGAndGIF(t *testing.T) {
	dir := t.TempDir()
	img := image.NewPaletted(image.Rect(0, 0, 16, 8), color.Palette{color.Black, color.White})
	for i := range img.Pix {
		img.Pix[i] = byte(i / 64)
	}
	var j, g bytes.Buffer
	if err := jpeg.Encode(&j, img, nil); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&g, img, nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"x.jpg": j.Bytes(), "x.gif": g.Bytes()} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(dir, name+".npy")
		_, said, status := execute(t, "run", "depthwise", path, "--filter", "identity:1", "--color", "gray", "-o", out)
		if status != exitDone {
			t.Fatal(said)
		}
		x := readArray(t, out)
		if top, bottom := x.Data[0], x.Data[len(x.Data)-1]; top > 0.02 || bottom < 0.98 {
			t.Errorf("%s: black is %g and white is %g", name, top, bottom)
		}
	}
}
