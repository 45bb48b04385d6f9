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
