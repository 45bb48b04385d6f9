package fourier

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"convx/internal/ops/kernel"
)

// TestLines holds lines of every size to the definition of the transform, and
// the way back to where it came from.
func TestLines(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, l := range kernel.ISAs() {
		for size := 1; size <= 150; size++ {
			if radices, _ := factor(l.Core(), size); size > 1 && radices == nil {
				continue
			}
			testLine(t, newLine(l, size), 1+r.IntN(3), r)
		}
	}
}

// testLine transforms n lines of random elements, whose real and imaginary parts lie apart.
func testLine(t *testing.T, line *line, n int, r *rand.Rand) {
	t.Helper()
	w, size := line.isa.Block(), line.size
	src := kernel.FFTOperand{Step: w, Block: 2*size*w + w, Imag: size * w}
	src.Data = make([]float32, n*src.Block)
	for i := range src.Data {
		src.Data[i] = float32(r.NormFloat64())
	}
	buf := make([]float32, n*2*size*w)
	line.forward(line.buffer(buf), src, buf, n)
	for range 20 {
		b, lane, f := r.IntN(n), r.IntN(w), r.IntN(size)
		var want complex128
		for e := range size {
			at := b*src.Block + e*src.Step + lane
			x := complex(float64(src.Data[at]), float64(src.Data[at+src.Imag]))
			want += x * cmplx.Rect(1, -2*math.Pi*float64(e*f)/float64(size))
		}
		at := (b*size+int(line.where[f]))*2*w + lane
		got := complex(float64(buf[at]), float64(buf[at+w]))
		if cmplx.Abs(got-want) > 1e-5*float64(size) {
			t.Fatalf("%v, size %d: frequency %d is %v, want %v", line.isa, size, f, got, want)
		}
	}
	back := src
	back.Data = make([]float32, len(src.Data))
	line.inverse(back, line.buffer(buf), buf, n)
	for i, v := range src.Data {
		if i%src.Block >= 2*size*w {
			v = 0 // between lines: not written
		}
		if math.Abs(float64(back.Data[i]-v*float32(size))) > 1e-5*float64(size) {
			t.Fatalf("%v, size %d: %d came back as %v, want %v", line.isa, size, i, back.Data[i], v*float32(size))
		}
	}
}
