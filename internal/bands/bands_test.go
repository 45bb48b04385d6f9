package bands

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
)

func jobOf(t *testing.T, variant, bias string, filters ...string) Job {
	t.Helper()
	return jobOn(t, "", variant, bias, filters...)
}

// jobOn is a job on the picture at path, "" for the sample.
func jobOn(t *testing.T, path, variant, bias string, filters ...string) Job {
	t.Helper()
	source, err := operands.OpenSource(operands.Origin{Path: path, Dims: 2, MaxPixels: picture.DefaultMaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	s := layer.Spec{Variant: variant, Input: source.Shape, Dims: 2}
	if err := s.Set("bias", bias); err != nil {
		t.Fatal(err)
	}
	set, err := operands.Settle(s, operands.Files{}, filters)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Set: set, Source: source, Options: ops.Options{Algorithm: "auto", Threads: 2}}
}

// Only one filter on each channel, without a bias, goes in bands, and only to a picture of its channels.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		variant, bias string
		filters       []string
		want          bool
	}{
		{"standard", "false", []string{"box"}, true},
		{"depthwise", "false", []string{"sobel-x"}, true},
		{"standard", "true", []string{"box"}, false},
		{"standard", "false", []string{"box", "edge"}, false},
		{"standard", "false", nil, false},
		{"separable", "false", []string{"box"}, false},
		{"transposed", "false", []string{"box"}, false},
		{"standard", "false", []string{"1e31 0 0; 0 0 0; 0 0 0"}, false},
	} {
		if got := jobOf(t, c.variant, c.bias, c.filters...).Fits(); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
	j := jobOf(t, "standard", "false", "box")
	if j.Map.Channels = []int{0}; j.Fits() {
		t.Error("a channel alone is no picture of all channels")
	}
}

// Bands give the same file for every number of threads, in either mapping, with a survey and without.
func TestThreadsGiveTheSameFile(t *testing.T) {
	for _, filter := range []string{"box", "sobel-x"} {
		var want []byte
		for _, threads := range []int{1, 2, 3} {
			j := jobOf(t, "depthwise", "false", filter)
			j.Options.Threads, j.Map.Depth = threads, 8
			var b bytes.Buffer
			if _, err := Run[float32](t.Context(), j, &b); err != nil {
				t.Fatal(err)
			}
			r, err := picture.NewReader(bytes.NewReader(b.Bytes()), picture.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			p := picture.New(r.Header())
			if n, err := r.ReadRows(p.Pix); err != nil || n != j.Set.Output[2] {
				t.Fatalf("%d rows, %v", n, err)
			}
			if want == nil {
				want = p.Pix
			}
			if !bytes.Equal(p.Pix, want) {
				t.Errorf("%s: %d threads give another picture", filter, threads)
			}
		}
	}
}

// Samples are finite and at most 1, and what is written has at most 16 bits: so the quickest algorithms give the picture that the
// definition does, of one bright pixel in the dark and a patch of the faintest grey as well.
func TestWideRangesInBands(t *testing.T) {
	img := image.NewGray16(image.Rect(0, 0, 300, 260))
	img.SetGray16(150, 130, color.Gray16{Y: 65535})
	for i := range 400 {
		img.SetGray16(20+i%20, 20+i/20, color.Gray16{Y: 1})
	}
	path := filepath.Join(t.TempDir(), "dark.png")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, img); err != nil {
		t.Fatal(err)
	}
	f.Close()
	for _, filter := range []string{"gaussian:5", "gaussian:63"} {
		var pictures [2][]byte
		for i, algorithm := range []string{"auto", "reference"} {
			j := jobOn(t, path, "depthwise", "false", filter)
			j.Options.Algorithm, j.Map.Depth = algorithm, 16
			var b bytes.Buffer
			if _, err := Run[float32](t.Context(), j, &b); err != nil {
				t.Fatal(err)
			}
			r, err := picture.NewReader(bytes.NewReader(b.Bytes()), picture.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			p := picture.New(r.Header())
			if _, err := r.ReadRows(p.Pix); err != nil {
				t.Fatal(err)
			}
			pictures[i] = p.Pix
		}
		for k := 0; k+1 < len(pictures[0]); k += 2 {
			a, b := int(pictures[0][k])<<8|int(pictures[0][k+1]), int(pictures[1][k])<<8|int(pictures[1][k+1])
			if a-b > 1 || b-a > 1 {
				t.Fatalf("%s: sample %d is %d, by the definition %d", filter, k/2, a, b)
			}
		}
	}
}
