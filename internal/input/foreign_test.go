package input

import "testing"

func TestForeign(t *testing.T) {
	for start, want := range map[string]string{
		"RIFF\x10\x00\x00\x00WEBPVP8 ":       "a WebP picture",
		"RIFF\x10\x00\x00\x00WAVEfmt ":       "",
		"II*\x00\x08\x00\x00\x00":            "a TIFF picture",
		"BM\x36\x00\x00\x00\x00\x00\x00\x00": "a BMP picture",
		"BM, a text":                         "",
		"\x1c\x00\x00\x00TFL3":               "a TensorFlow Lite model",
		"\x89HDF\r\n\x1a\n":                  "an HDF5 file",
		"\x80\x02\x8a\x0a":                   "a Python pickle or PyTorch checkpoint, which is never loaded,",
		"":                                   "", "hello": "",
	} {
		if f, known := Foreign([]byte(start)); f.What != want || known != (want != "") || known && f.Instead == "" {
			t.Errorf("%q: %+v, %t, want %q", start, f, known, want)
		}
	}
}
