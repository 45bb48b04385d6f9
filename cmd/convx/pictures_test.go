package main

import (
	"bytes"
	"image"
	"image/gif"
	"image/png"
	"os/exec"
	"path/filepath"
	"testing"
)

// The pictures in docs/images are made by convx itself, by these lines of shell, and so are golden outputs. They are
// compared by their pixels, within what rounding may differ between processors.
var docPictures = map[string]string{
	"standard.png":          "convx draw standard -o standard.png",
	"standard.gif":          "convx draw standard --numbers -o standard.gif",
	"pointwise.png":         "convx draw pointwise -o pointwise.png",
	"grouped.png":           "convx draw grouped -o grouped.png",
	"depthwise.png":         "convx draw depthwise -o depthwise.png",
	"separable.png":         "convx draw separable -o separable.png",
	"inverted-residual.png": "convx draw inverted-residual -o inverted-residual.png",
	"transposed.png":        "convx draw transposed -o transposed.png",
	"transposed.gif":        "convx draw transposed -o transposed.gif",
	"transposed-4.png":      "convx draw transposed -k 4 -o transposed-4.png",
	"dilated.png":           "convx draw dilated -o dilated.png",
	"dilated.gif":           "convx draw dilated --numbers -o dilated.gif",
	"deformable.png":        "convx draw deformable -o deformable.png",
	"deformable.gif":        "convx draw deformable -i 1x4x4 --modulated -o deformable.gif",
	"deform-roi-pool.png":   "convx draw deform-roi-pool -o deform-roi-pool.png",
	"deform-roi-pool.gif":   "convx draw deform-roi-pool -o deform-roi-pool.gif",
	"se.png":                "convx draw se -o se.png",
	"resize-conv.png":       "convx draw resize-conv -o resize-conv.png",
	"slide.gif":             "convx draw standard --filter sobel-x --color gray -o slide.gif",
	"deformable-photo.png":  "convx draw deformable --filter identity -p 1 --modulated -o deformable-photo.png",
	"edges.png":             "convx run depthwise --color gray --filter sobel-x -p 1 --pad-mode replicate -o edges.png",
	"checkerboard.png": "convx run depthwise --filter box:4 -s 4 -o - | convx run transposed - --filter box:3 -s 2 -p 1 --output-padding 1 -o - |" +
		" convx run transposed - --filter box:3 -s 3 --map minmax -o checkerboard.png",
	"no-checkerboard.png": "convx run depthwise --filter box:4 -s 4 -o - | convx run resize-conv - --filter box:3 -p 1 -o - |" +
		" convx run transposed - --filter box:3 -s 3 --map minmax -o no-checkerboard.png",
	"gridding.png": "convx run standard -i 1x1x1 --filter -1 -p 13 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - |" +
		" convx run dilated - --filter box:3 -d 2 -p 2 -o - | convx run transposed - --filter box:8 -s 8 --map minmax --colormap viridis -o gridding.png",
	"no-gridding.png": "convx run standard -i 1x1x1 --filter -1 -p 13 -o - | convx run standard - --filter box:3 -p 1 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - |" +
		" convx run dilated - --filter box:3 -d 3 -p 3 -o - | convx run transposed - --filter box:8 -s 8 --map minmax --colormap viridis -o no-gridding.png",
}

func TestPictures(t *testing.T) {
	dir := t.TempDir()
	for name, command := range docPictures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir = dir
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", command, err, said)
			}
			golden, made := filepath.Join("../../docs/images", name), read(t, filepath.Join(dir, name))
			if len(made) > 150_000 {
				t.Errorf("%d bytes: keep the pictures of docs small", len(made))
			}
			if *update {
				write(t, golden, made)
				return
			}
			kept := read(t, golden)
			if bytes.Equal(kept, made) {
				return
			}
			if why := differ(frames(t, kept), frames(t, made)); why != "" {
				t.Errorf("docs/images/%s is not what `%s` draws: %s; run this test with -update", name, command, why)
			}
		})
	}
}

// frames decodes a PNG or GIF.
func frames(t *testing.T, data []byte) []image.Image {
	t.Helper()
	if bytes.HasPrefix(data, []byte("GIF8")) {
		g, err := gif.DecodeAll(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		var out []image.Image
		for _, f := range g.Image {
			out = append(out, f)
		}
		return out
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return []image.Image{img}
}

// differ says how two animations differ, or nothing.
func differ(a, b []image.Image) string {
	if len(a) != len(b) {
		return "another number of frames"
	}
	off, pixels := 0, 0
	for i := range a {
		if a[i].Bounds() != b[i].Bounds() {
			return "another size"
		}
		r := a[i].Bounds()
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				pixels++
				if apart(a[i].At(x, y).RGBA())(b[i].At(x, y).RGBA()) > 3<<8 {
					off++
				}
			}
		}
	}
	if off*1000 > pixels {
		return "other pixels"
	}
	return ""
}

// apart is the largest difference between two colours' channels, in 16 bits.
func apart(r, g, b, a uint32) func(r, g, b, a uint32) int {
	p := [4]uint32{r, g, b, a}
	return func(r, g, b, a uint32) int {
		most := 0
		for i, v := range [4]uint32{r, g, b, a} {
			d := int(v) - int(p[i])
			most = max(most, d, -d)
		}
		return most
	}
}
