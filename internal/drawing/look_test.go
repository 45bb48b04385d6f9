package drawing

import (
	"bytes"
	"image/png"
	"testing"

	"convx/internal/picture"
)

// A picture is itself on a page, and fills a slide and paper.
func TestPicturesForAPurpose(t *testing.T) {
	p := picture.New(picture.Header{Width: 40, Height: 30, Channels: 1, Depth: 16})
	var itself bytes.Buffer
	if err := p.Encode(&itself, picture.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	for purpose, want := range map[Purpose][2]int{"": {}, Page: {}, Slide: {1280, 720}, Print: {2400, 1800}} {
		var b bytes.Buffer
		if err := (Look{For: purpose}).WritePicture(&b, p, picture.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
		if want[0] == 0 {
			if !bytes.Equal(b.Bytes(), itself.Bytes()) {
				t.Errorf("%q: the picture is another", purpose)
			}
			continue
		}
		if img, err := png.Decode(&b); err != nil || img.Bounds().Dx() != want[0] || img.Bounds().Dy() != want[1] {
			t.Errorf("%q: %v, %v", purpose, img.Bounds(), err)
		}
	}
}
