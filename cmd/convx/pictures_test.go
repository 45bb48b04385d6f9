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
	"dilated.png":           "convx draw dilated --dilations 1,2,4 -o dilated.png",
	"wavenet.png":           "convx draw dilated --dims 1 -k 2 -p causal --dilations 1,2,4,8 -o wavenet.png",
	"channels.png":          "convx draw standard --numbers -o channels.png",
	"dilated.gif":           "convx draw dilated --numbers -o dilated.gif",
	"deformable.gif":        "convx draw deformable -i 1x4x4 -p 1 --modulated -o deformable.gif",
	"deform-roi-pool.gif":   "convx draw deform-roi-pool -o deform-roi-pool.gif",
	"se.png":                "convx draw se -o se.png",
	"resize-conv.png":       "convx draw resize-conv -o resize-conv.png",
	"slide.gif":             "convx sample -o photo.png && convx draw standard photo.png --filter sobel-x --color gray -o slide.gif",
	"special.png":           "convx draw deformable --offsets dilate:2 --offsets scale:1.5 --offsets aspect:2 --offsets rotate:30 -o special.png",
	"deformable-photo.png":  "convx sample -o photo.png && convx draw deformable photo.png --filter identity -p 1 --modulated -o deformable-photo.png",
	"edges.png":             "convx run depthwise --color gray --filter sobel-x -p 1 --pad-mode replicate -o edges.png",
	"checkerboard.png": "convx run depthwise --filter box:4 -s 4 -o - | convx run transposed - --filter box:3 -s 2 -p 1 --output-padding 1 -o - |" +
		" convx run depthwise - --filter identity:1 --map minmax --magnify 3 -o checkerboard.png",
	"no-checkerboard.png": "convx run depthwise --filter box:4 -s 4 -o - | convx run resize-conv - --filter box:3 -p 1 -o - |" +
		" convx run depthwise - --filter identity:1 --map minmax --magnify 3 -o no-checkerboard.png",
	"average-pool.png": "convx draw average-pool --kernel 3 --stride 2 --padding 1 --numbers -o average-pool.png",
	"sub-pixel.png":    "convx draw sub-pixel -o sub-pixel.png",
	"max-pool.png":     "convx draw max-pool --numbers -o max-pool.png",
	"mbconv.png":       "convx draw mbconv -o mbconv.png",
	"upsampling.png": "convx run depthwise --filter box:4 -s 4 -o - | convx compare - --filter box:3 transposed,stride=2,padding=1,output-padding=1" +
		" transposed,filter=box:4,stride=2,padding=1 resize-conv,padding=1 --no-time --map minmax --magnify 2 -o upsampling.png",
	"cure.png": "convx run depthwise --filter box:4 -s 4 -o - | convx compare - --filter box:3 transposed,stride=2,padding=1,output-padding=1 resize-conv,padding=1" +
		" --no-time --map minmax --magnify 2 -o cure.png",
	"rescaled.png": "convx run depthwise --filter box:4 -s 4 -o - | convx run standard - -c 4 -k 3 -p 1 -o - |" +
		" convx compare - se,reduction=2 --no-time --magnify 3 -o rescaled.png",
	"stride.png": "convx run depthwise --filter identity:1 --color gray -o photo.png && convx compare photo.png depthwise,filter=identity:1 depthwise,filter=box:4 -s 4" +
		" --no-time --magnify 4 -o stride.png",
	"filters.png": "convx run depthwise --color gray --filter box:3 -s 3 -o - | convx compare - depthwise,filter=gaussian:9 depthwise,filter=sharpen" +
		" depthwise,filter=emboss depthwise,filter=sobel-x depthwise,filter=sobel-y -p same --pad-mode replicate --no-time --magnify 3 -o filters.png",
	"dilations.png": "convx run depthwise --color gray --filter box:3 -s 3 -o - | convx compare - --filter edge standard dilated,dilation=2 dilated,dilation=4" +
		" -p same --pad-mode replicate --no-time --magnify 3 -o dilations.png",
	"oriented.png":  "convx sample -o photo.png && convx run --net filters photo.png --at edges --channel 0,2,4,6 -o oriented.png",
	"strokes.png":   "convx sample seven -o seven.png && convx run --net drawings seven.png --at relu2 -o strokes.png",
	"effective.png": "convx coverage --net vgg-16 --at conv4.pool -o effective.png",
	"field.png":     "convx coverage standard standard standard -k 3 -o field.png",
	"holes.png":     "convx coverage --dilations 2,2,2 -o holes.png",
	"moved.png": "convx run depthwise --color gray --filter '-3 -6 -3; 0 0 0; 3 6 3' --filter '-3 0 3; -6 0 6; -3 0 3' -p 1 --pad-mode replicate -o gradient.npy &&" +
		" convx run deformable --filter identity:1 -w offset=gradient.npy --magnify 2 -o moved.png",
	"eye.png": "convx run depthwise --filter identity:1 -o sample.png && convx compare sample.png deform-roi-pool,gamma=0.001 deform-roi-pool,gamma=0.1 deform-roi-pool,gamma=0.3" +
		" --roi 105,73,169,133 --pooled 12 --no-time --magnify 24 -o eye.png",
	"walls.png": "convx run depthwise --color gray --filter box:4 -s 4 -o - | convx run depthwise - --filter identity:1 --filter 0 --filter 0 --filter 0 -o - |" +
		" convx compare - standard grouped,groups=2 depthwise -k 3 -p 1 --bias=false --no-time --magnify 2 -o walls.png",
	"half-edges.png": "convx run depthwise --color gray --filter sobel-x -p 1 --pad-mode replicate --map clip -o half-edges.png",
	"both-edges.png": "convx run depthwise --color gray --filter sobel-x --filter '1 0 -1; 2 0 -2; 1 0 -1' -p 1 --pad-mode replicate --map clip -o both-edges.png",
	"two-stamps.png": "convx run depthwise --color gray --filter box:4 -s 4 -o - | convx compare - 'transposed,filter=1 1; 1 1,stride=2' transposed,filter=bilinear,stride=2,padding=1" +
		" --no-time --magnify 3 -o two-stamps.png",
	"regions.png":    "convx run deform-roi-pool --roi 105,73,169,133/110,60,280,200/5,75,75,150 --pooled 12 --gamma 0 --magnify 16 -o regions.png",
	"bins-still.png": "convx run deform-roi-pool --roi 105,73,169,133 --pooled 12 --gamma 0 --magnify 24 -o bins-still.png",
	"bins-climbed.png": "convx run deform-roi-pool --color gray --roi 105,73,169,133 --pooled 12 --gamma 0 -o - |" +
		" convx run depthwise - --filter sobel-x --filter sobel-y -p 1 --pad-mode replicate -o offset.npy &&" +
		" convx run deform-roi-pool --roi 105,73,169,133 --pooled 12 --gamma 0.02 -w offset=offset.npy --magnify 24 -o bins-climbed.png",
	"gridding.png": "convx run standard -i 1x1x1 --filter -1 -p 13 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - |" +
		" convx run dilated - --filter box:3 -d 2 -p 2 -o - | convx run depthwise - --filter identity:1 --map minmax --colormap viridis --magnify 8 -o gridding.png",
	"no-gridding.png": "convx run standard -i 1x1x1 --filter -1 -p 13 -o - | convx run standard - --filter box:3 -p 1 -o - | convx run dilated - --filter box:3 -d 2 -p 2 -o - |" +
		" convx run dilated - --filter box:3 -d 3 -p 3 -o - | convx run depthwise - --filter identity:1 --map minmax --colormap viridis --magnify 8 -o no-gridding.png",
}

// largerPictures are those that may be larger than others, in bytes: the animation over a picture has the window's numbers, the
// weights, the products and the sum beside it in every frame; influence on single pixels
// and fur do not compress.
var largerPictures = map[string]int{"slide.gif": 350_000, "deformable.gif": 190_000, "standard.gif": 260_000, "transposed.gif": 190_000, "effective.png": 230_000, "eye.png": 215_000, "moved.png": 190_000, "upsampling.png": 220_000}

func TestPictures(t *testing.T) {
	for name, command := range docPictures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := exec.Command("sh", "-c", command)
			cmd.Dir = dir
			if said, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v: %s", command, err, said)
			}
			golden, made := filepath.Join("../../docs/images", name), read(t, filepath.Join(dir, name))
			if len(made) > max(180_000, largerPictures[name]) {
				t.Errorf("%d bytes: keep the pictures of docs small", len(made))
			}
			if *update {
				write(t, golden, made)
				return
			}
			if why := unlike(t, read(t, golden), made); why != "" {
				t.Errorf("docs/images/%s is not what `%s` draws: %s; run this test with -update", name, command, why)
			}
		})
	}
}

// unlike says how a picture differs from the one that is kept, or nothing.
func unlike(t *testing.T, kept, made []byte) string {
	t.Helper()
	if bytes.Equal(kept, made) {
		return ""
	}
	return differ(frames(t, kept), frames(t, made))
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
