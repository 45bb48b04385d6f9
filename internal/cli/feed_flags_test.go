package cli

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// randomPicture writes a picture of blocks of noise, grey or in colour, and gives its samples.
func randomPicture(t *testing.T, path string, w, h int, gray bool, r *rand.Rand) (sample func(x, y, c int) float64) {
	t.Helper()
	var img interface {
		image.Image
		Set(x, y int, c color.Color)
	} = image.NewNRGBA(image.Rect(0, 0, w, h))
	if gray {
		img = image.NewGray(image.Rect(0, 0, w, h))
	}
	pixels := make([][3]uint8, w*h)
	for i := range pixels {
		p := [3]uint8{uint8(r.IntN(256)), uint8(r.IntN(256)), uint8(r.IntN(256))}
		if gray {
			p[1], p[2] = p[0], p[0]
		}
		pixels[i] = p
		img.Set(i%w, i/w, color.NRGBA{p[0], p[1], p[2], 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return func(x, y, c int) float64 { return float64(pixels[y*w+x][c]) }
}

// tents are the weights of the samples from..to-1 under output i of n: a tent as wide as an output, at least two samples.
func tents(i, n, from, to int) []float64 {
	scale := float64(to-from) / float64(n)
	centre, half := (float64(i)+0.5)*scale, max(1, scale)
	weights, sum := make([]float64, to-from), 0.0
	for k := range weights {
		weights[k] = max(0, 1-math.Abs(float64(k)+0.5-centre)/half)
		sum += weights[k]
	}
	for k := range weights {
		weights[k] /= sum
	}
	return weights
}

// fitted is the sample (x, y) of a w x h picture brought to W x H, by the definition.
func fitted(sample func(x, y, c int) float64, w, h, W, H int, fit string, x, y, c int) float64 {
	x0, y0, x1, y1 := 0, 0, w, h // of the picture
	u0, v0, u1, v1 := 0, 0, W, H // of the output
	near := func(a, b int) int { return max(1, int(math.Floor(float64(a)/float64(b)+0.5))) }
	switch wide := w*H > h*W; {
	case fit == "crop" && wide:
		n := near(h*W, H)
		x0 = (w - n) / 2
		x1 = x0 + n
	case fit == "crop":
		n := near(w*H, W)
		y0 = (h - n) / 2
		y1 = y0 + n
	case fit == "pad" && wide:
		n := near(h*W, w)
		v0 = (H - n) / 2
		v1 = v0 + n
	case fit == "pad":
		n := near(w*H, h)
		u0 = (W - n) / 2
		u1 = u0 + n
	}
	if x < u0 || x >= u1 || y < v0 || y >= v1 {
		return 0
	}
	sum := 0.0
	down := tents(y-v0, v1-v0, y0, y1)
	for k, across := range tents(x-u0, u1-u0, x0, x1) {
		for j, v := range down {
			if across*v > 0 {
				sum += across * v * sample(x0+k, y0+j, c)
			}
		}
	}
	return sum
}

// What a network is fed with is what the flags say, number by number: to LO..HI, less the mean, over the deviation, in the order
// of channels and axes. Resized samples have eight bits, and may be one off.
func TestFedPictures(t *testing.T) {
	dir, r := t.TempDir(), rand.New(rand.NewPCG(10, 1))
	type way struct {
		args      string
		low, high float64
		mean, std [3]float64
		channels  string
	}
	one := [3]float64{1, 1, 1}
	ways := []way{
		{"", 0, 1, [3]float64{}, one, ""},
		{"--range -1:1", -1, 1, [3]float64{}, one, ""},
		{"--range 1:0 --mean 0.5", 1, 0, [3]float64{0.5, 0.5, 0.5}, one, ""},
		{"--preprocess bytes --mean 10,20,30 --std 2,4,8", 0, 255, [3]float64{10, 20, 30}, [3]float64{2, 4, 8}, ""},
		{"--mean 0.1,0.2,0.3 --std 0.5 --channels bgr", 0, 1, [3]float64{0.1, 0.2, 0.3}, [3]float64{0.5, 0.5, 0.5}, "bgr"},
		{"--preprocess caffe", 0, 255, [3]float64{103.939, 116.779, 123.68}, one, "bgr"},
		{"--preprocess caffe --channels rgb", 0, 255, [3]float64{103.939, 116.779, 123.68}, one, "rgb"},
		{"--preprocess imagenet", 0, 1, [3]float64{0.485, 0.456, 0.406}, [3]float64{0.229, 0.224, 0.225}, "rgb"},
		{"--channels gray --range 0:2 --std 0.25", 0, 2, [3]float64{}, [3]float64{0.25, 0.25, 0.25}, "gray"},
	}
	for n := range 90 {
		w := ways[n%len(ways)]
		colours := 3
		if n%4 == 3 && !strings.Contains(w.args, ",") && w.channels != "bgr" && w.channels != "rgb" {
			colours = 1
		}
		last, gray, fit := n%2 == 1, n%3 == 0, []string{"crop", "stretch", "pad"}[r.IntN(3)]
		pw, ph, W, H := 4+r.IntN(30), 4+r.IntN(30), 4+r.IntN(20), 4+r.IntN(20)
		if n%10 == 0 {
			W, H = pw, ph
		}
		size := fmt.Sprintf("%dx%dx%d", colours, H, W)
		if last {
			size = fmt.Sprintf("%dx%dx%d", H, W, colours)
		}
		net, pic, out := filepath.Join(dir, "net.yaml"), filepath.Join(dir, "x.png"), filepath.Join(dir, "out/")+"/"
		if err := os.WriteFile(net, []byte("input: "+size+"\nlayers: [{op: identity, name: fed}]\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		sample := randomPicture(t, pic, pw, ph, gray, r)
		args := append([]string{"run", "--net", net, pic, "--at", "fed", "--fit", fit, "--as", "npy", "-o", out}, strings.Fields(w.args)...)
		what := fmt.Sprintf("%dx%d to %s, %s %s", pw, ph, size, fit, w.args)
		_, said, status := execute(t, args...)
		if status != exitDone {
			t.Fatalf("%s: exit %d: %s", what, status, said)
		}
		if order := map[bool]string{false: ", NCHW: ", true: ", NHWC: "}[last]; !strings.Contains(said, order) {
			t.Errorf("%s: the summary does not say%s: %s", what, order, said)
		}
		got := readArray(t, filepath.Join(out, "000-fed.npy"))
		for i, v := range got.Data {
			c, y, x := i/(H*W), i/W%H, i%W
			if last {
				c, y, x = i%colours, i/colours/W, i/colours%W
			}
			at := func(c int) float64 { return fitted(sample, pw, ph, W, H, fit, x, y, c) }
			level := at(c)
			switch {
			case w.channels == "gray" || colours == 1:
				level = 0.299*at(0) + 0.587*at(1) + 0.114*at(2)
			case w.channels == "bgr":
				level = at(2 - c)
			}
			want := (w.low + level/255*(w.high-w.low) - w.mean[c]) / w.std[c]
			tolerance := 1.01 * math.Abs(w.high-w.low) / 255 / w.std[c]
			if pw == W && ph == H {
				tolerance = 1e-5 * max(1, math.Abs(want))
			}
			if !(math.Abs(v-want) <= tolerance) {
				t.Fatalf("%s: %v, channel %d at %d, %d is %g, not %g", what, tensor.Format(got.Shape), c, x, y, v, want)
			}
		}
	}
}

// Flags that would go unread are refused, by their name.
func TestFeedFlagsAreNotIgnored(t *testing.T) {
	dir := t.TempDir()
	pic, array := filepath.Join(dir, "x.png"), writeArray(t, filepath.Join(dir, "x.npy"), tensor.New[float32](1, 1, 32, 32))
	randomPicture(t, pic, 9, 7, false, rand.New(rand.NewPCG(1, 1)))
	values := map[string]string{"preprocess": "tf", "fit": "pad", "mean": "1", "std": "2", "range": "0:2", "channels": "gray", "weights": "w.npz", "feed": "a=b", "at": "x", "top": "1", "labels": "x", "as": "npy", "without": "all",
		"filter": "sobel-x", "offsets": "zero", "dtype": "float64", "color": "gray"}
	try := func(want, flag, command string) {
		t.Helper()
		_, said, status := execute(t, append(strings.Fields(command), "--"+flag, values[flag])...)
		if status != exitUsage || !strings.HasPrefix(said, "convx: --"+flag+" ") || !strings.Contains(said, want) || strings.Count(said, "\n") > 2 {
			t.Errorf("%s --%s: exit %d: %s", command, flag, status, said)
		}
	}
	for _, flag := range netOnly {
		try("is for networks", flag, "run standard "+pic)
	}
	for _, flag := range layerOnly {
		try("is for a layer", flag, "run --net drawings "+pic)
	}
	for _, flag := range netData {
		try("is for networks", flag, "compare standard depthwise --no-time -i 3x8x8")
		try("give an INPUT", flag, "compare --net drawings --net drawings")
	}
	for _, flag := range feedFlagNames {
		try("is for pictures", flag, "run --net drawings "+array)
		try("is for pictures", flag, "run --net drawings --feed picture="+array)
		try("is for pictures", flag, "run --net drawings")
	}
	for args, want := range map[string]string{
		"--mean 1,2,3":           "convx: --mean: 3 numbers for a network that takes pictures of 1 channel\n",
		"--std 1,2":              "convx: --std: 2 numbers for a network that takes pictures of 1 channel\n",
		"--std 0":                "convx: --std 0: nothing is divided by zero\n",
		"--mean nan":             "convx: --mean NaN: give finite numbers\n",
		"--std inf":              "convx: --std +Inf: give finite numbers\n",
		"--channels bgr":         "convx: --channels: the network takes pictures of 1 channel, which are not bgr\n",
		"--preprocess caffe":     "convx: --preprocess caffe: the network takes pictures of 1 channel, which are not bgr\n",
		"--preprocess imagenet":  "convx: --preprocess imagenet: 3 numbers for a network that takes pictures of 1 channel\n",
		"--range 5":              "convx: --range",
		"--labels none.txt":      "convx: --labels names the classes of --top: give both\n",
		"-w a.npz -w b.npz":      "convx: -w is given twice",
		"-w weight=a.npz":        "convx: -w weight=a.npz: a network takes one file",
		"--channels purple":      `"purple" is not one of auto, rgb, bgr, gray`,
		"--fit squeeze --mean 1": `"squeeze" is not one of crop, stretch, pad`,
	} {
		_, said, status := execute(t, append([]string{"run", "--net", "drawings", pic}, strings.Fields(args)...)...)
		if status != exitUsage || !strings.Contains(said, want) {
			t.Errorf("%s: exit %d: %s", args, status, said)
		}
	}
}

// compare feeds every network as run does.
func TestComparedNetworksAreFedAsAsked(t *testing.T) {
	dir := t.TempDir()
	pic, net := filepath.Join(dir, "x.png"), filepath.Join(dir, "net.yaml")
	randomPicture(t, pic, 12, 8, false, rand.New(rand.NewPCG(1, 1)))
	if err := os.WriteFile(net, []byte("input: 3x8x8\nlayers: [identity]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	flags := strings.Fields("--fit pad --preprocess tf --mean 1,2,3 --std 4 --range -2:2 --channels bgr")
	_, said, status := execute(t, append([]string{"compare", "--net", net, "--net", net, pic, "--no-time"}, flags...)...)
	line := "12x8 brought to 8x8 by pad, bilinear; -2 to 2, less 1, 2, 3, over 4, bgr\n"
	if _, alone, _ := execute(t, append([]string{"run", "--net", net, pic}, flags...)...); !strings.Contains(alone, line) || strings.Count(said, line) != 2 || status != exitDone {
		t.Errorf("exit %d:\n%srun says:\n%s", status, said, alone)
	}
}
