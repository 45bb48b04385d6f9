package field

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/network/open"
	"convx/internal/operands"
)

func picture(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * 37)
	}
	return img
}

// A network has the picture's own size; one that is told how to be fed brings it to its own, or to the one asked for, as a large picture.
func TestThePicturesOwnSize(t *testing.T) {
	free := filepath.Join(t.TempDir(), "free.yaml")
	if err := os.WriteFile(free, []byte("input: 3x16x16\nlayers:\n  - {variant: standard, name: conv, out_channels: 4, kernel: 3}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	openModel := filepath.Join(t.TempDir(), "open.onnx") // of NxCxHxW, whose layer a/on makes y
	if err := os.WriteFile(openModel, []byte("\x08\x07:1\x0a\x12\x0a\x01x\x12\x01y\x1a\x04a/on\x22\x04Relu\x12\x01gZ\x13\x0a\x01x\x12\x0e\x0a\x0c\x08\x01\x12\x08\x0a\x00\x0a\x00\x0a\x00\x0a\x00b\x03\x0a\x01yB\x02\x10\x0d"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		network, at string
		w, h        int
		as          operands.PreprocessAs
		options     open.Options
		want        image.Point
	}{
		{free, "conv", 30, 20, operands.PreprocessAs{}, open.Options{}, image.Pt(30, 20)},
		{free, "conv", 30, 20, operands.PreprocessAs{Fit: "pad", Given: []string{"--fit"}}, open.Options{}, image.Pt(16, 16)},
		{free, "conv", 30, 20, operands.PreprocessAs{}, open.Options{Input: []int{3, 9, 11}}, image.Pt(11, 9)},
		{free, "conv", mostSide + 1, 20, operands.PreprocessAs{}, open.Options{}, image.Pt(16, 16)},
		{openModel, "y", 30, 20, operands.PreprocessAs{}, open.Options{}, image.Pt(30, 20)},
		{openModel, "a/on", 30, 20, operands.PreprocessAs{}, open.Options{}, image.Pt(30, 20)},
		{openModel, "*on", 2 * mostSide, 8, operands.PreprocessAs{}, open.Options{}, image.Pt(mostSide, 4)},
	} {
		c.as.Name, c.as.Channels = "auto", "auto"
		if c.as.Fit == "" {
			c.as.Fit = "crop"
		}
		q := Question{Network: c.network, Options: c.options, At: c.at, Image: picture(c.w, c.h), As: c.as}
		if err := q.Check(); err != nil {
			t.Fatal(err)
		}
		a, err := Of(t.Context(), q, func(string) {})
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Image.Bounds().Size(); got != c.want || a.Effect == nil || a.Effect.Width != c.want.X || a.Effect.Height != c.want.Y {
			t.Errorf("%s on %dx%d: fed with %v, want %v; %v", filepath.Base(c.network), c.w, c.h, got, c.want, a.Why)
		}
	}
	if err := (Question{Network: free, At: "none"}).Check(); err == nil || !strings.Contains(err.Error(), "convx shape --net") {
		t.Errorf("%v", err)
	}
}

// Drawn weights are drawn several times, and what is said is their mean: no draw's own.
func TestDrawnWeightsAreAveraged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "net.yaml")
	if err := os.WriteFile(path, []byte("input: 3x16x16\nlayers:\n  - {variant: standard, name: conv, out_channels: 4, kernel: 5}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	q := Question{Network: path, At: "conv", Image: picture(16, 16), As: operands.PreprocessAs{Name: "auto", Channels: "auto", Fit: "crop"}}
	a, err := Of(t.Context(), q, func(string) {})
	if err != nil || a.Effect == nil || !strings.Contains(strings.Join(a.Origins, "\n"), "the mean over 4 draws") {
		t.Fatalf("%v, %v", err, a.Origins)
	}
	want := make([]float64, len(a.Effect.Data))
	for k := range uint64(draws) {
		one := q
		one.Options.Program = true
		m, _, err := one.influence(t.Context(), &Answer{Layer: a.Layer}, false, func(string) {}, k)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range m.Data {
			want[i] += v / m.Total() / draws
		}
	}
	for i, v := range want {
		if d := a.Effect.Data[i] - v; d > 1e-12 || d < -1e-12 {
			t.Fatalf("pixel %d: %g, not %g", i, a.Effect.Data[i], v)
		}
	}
	if _, err := Of(t.Context(), Question{Network: "dcgan-generator", At: "up1.relu", Image: picture(9, 9), As: q.As}, func(string) {}); err == nil || !strings.Contains(err.Error(), "no picture becomes") {
		t.Errorf("a picture for 1x100x1x1: %v", err)
	}
}
