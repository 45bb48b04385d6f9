package picture

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"sync"
	"testing"
)

// photo is a 3840x2160 RGB picture that compresses as photographs do: smooth shapes, soft edges, texture, and the noise of
// a sensor. It is drawn once.
var photo = sync.OnceValue(func() *Picture {
	p := New(Header{3840, 2160, 3, 8})
	parallel(p.Height, func(from, to int) {
		for y := from; y < to; y++ {
			rng := uint64(y)*0x9e3779b97f4a7c15 + 1
			row := p.Row(y)
			for x := range p.Width {
				u, v := float64(x)/600, float64(y)/600
				edge := math.Tanh(8 * (math.Sin(u*1.7+math.Sin(v*2.3)) + 0.3*math.Sin(v*5+u)))
				texture := 6 * math.Sin(u*90+3*math.Sin(v*70)) * edge
				for c := range 3 {
					rng ^= rng << 13
					rng ^= rng >> 7
					rng ^= rng << 17
					// Three uniform draws make nearly a normal one, of standard deviation 3.
					grain := 6 * (float64(rng>>40&0xff+rng>>48&0xff+rng>>56)/255 - 1.5)
					level := 120 + 50*math.Sin(u+float64(c))*math.Cos(v*1.3) + 30*edge + texture + grain
					row[3*x+c] = byte(min(max(level, 0), 255))
				}
			}
		}
	})
	return p
})

var photoPNG = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := photo().Encode(&b, WriteOptions{Level: 6}); err != nil {
		panic(err)
	}
	return b.Bytes()
})

func BenchmarkDecodeRows(b *testing.B) {
	data := photoPNG()
	b.SetBytes(int64(len(photo().Pix)))
	band := make([]byte, 16*photo().RowBytes())
	for b.Loop() {
		rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
		for err == nil {
			_, err = rd.ReadRows(band)
		}
		if err != io.EOF {
			b.Fatal(err)
		}
	}
}

// The baseline: the standard library's decoder.
func BenchmarkDecodeImagePNG(b *testing.B) {
	data := photoPNG()
	b.SetBytes(int64(len(photo().Pix)))
	for b.Loop() {
		if _, err := png.Decode(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadTensor(b *testing.B) {
	data := photoPNG()
	b.SetBytes(int64(len(photo().Pix)))
	for b.Loop() {
		if _, _, err := readAll[float32](bytes.NewReader(data), AsStored, ReadOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// countWriter measures the size of a file.
type countWriter int

func (c *countWriter) Write(b []byte) (int, error) {
	*c += countWriter(len(b))
	return len(b), nil
}

func BenchmarkEncode(b *testing.B) {
	for _, c := range []struct {
		name string
		o    WriteOptions
	}{
		{"level=1/threads=1", WriteOptions{Threads: 1}},
		{"level=1", WriteOptions{}},
		{"level=3", WriteOptions{Level: 3}},
		{"level=6", WriteOptions{Level: 6}},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := photo()
			b.SetBytes(int64(len(p.Pix)))
			var size countWriter
			for b.Loop() {
				size = 0
				if err := p.Encode(&size, c.o); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(size)/1e6, "MB")
		})
	}
}

// Decoding and encoding at once, as a filter does it: the wall time of a picture from file to file, without the filter.
func BenchmarkRecode(b *testing.B) {
	data := photoPNG()
	b.SetBytes(int64(len(photo().Pix)))
	for b.Loop() {
		rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
		if err != nil {
			b.Fatal(err)
		}
		w, err := NewWriter(io.Discard, rd.Header(), WriteOptions{})
		if err != nil {
			b.Fatal(err)
		}
		band := make([]byte, 16*rd.Header().RowBytes())
		for err == nil {
			var n int
			if n, err = rd.ReadRows(band); err == nil {
				err = w.WriteRows(band[:n*rd.Header().RowBytes()])
			}
		}
		if err != io.EOF {
			b.Fatal(err)
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// Samples to planes and back, of one band.
func BenchmarkPlanes(b *testing.B) {
	h := Header{3840, 22, 3, 8}
	n := h.Width * h.Height
	samples, planes := photo().Pix[:h.RowBytes()*h.Height], make([]float32, 3*n)
	b.Run("unpack", func(b *testing.B) {
		b.SetBytes(int64(len(samples)))
		u := NewUnpacker[float32](h, AsStored)
		for b.Loop() {
			u.Unpack(planes, n, samples, n)
		}
	})
	out := make([]byte, len(samples))
	b.Run("colour", func(b *testing.B) {
		b.SetBytes(int64(len(samples)))
		r := newRenderer[float32](Mapped{Mapping: Clip, High: 1, Colour: true}, h)
		for b.Loop() {
			r.colour(out, planes, n)
		}
	})
	b.Run("survey", func(b *testing.B) {
		b.SetBytes(int64(len(samples)))
		for b.Loop() {
			surveyValues(planes)
		}
	})
}
