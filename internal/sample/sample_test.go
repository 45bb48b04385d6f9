package sample

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
)

func TestSamplesArePictures(t *testing.T) {
	for _, s := range All() {
		a, err := s.PNG()
		if err != nil {
			t.Fatal(err)
		}
		b, _ := s.PNG()
		img, err := png.Decode(bytes.NewReader(a))
		if err != nil || !bytes.Equal(a, b) {
			t.Fatalf("%s: %v, equal %v", s.Name, err, bytes.Equal(a, b))
		}
		seen := map[string]bool{}
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				r, g, _, _ := img.At(x, y).RGBA()
				seen[string(rune(r>>12))+string(rune(g>>12))] = true
			}
		}
		if len(seen) < 2 {
			t.Errorf("%s is of one colour", s.Name)
		}
		if found, err := Named(s.Name); err != nil || found.Summary != s.Summary {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	if _, err := Named("dog"); err == nil || !strings.Contains(err.Error(), "samples are photo, drawing") {
		t.Error(err)
	}
}
