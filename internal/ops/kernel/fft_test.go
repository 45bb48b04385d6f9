package kernel

import (
	"fmt"
	"math"
	"testing"
)

// near fails the test unless got and want agree to some units in the last
// place of the largest of them; NaN never does.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	most := 0.0
	for _, v := range want {
		if v == v {
			most = max(most, math.Abs(float64(v)))
		}
	}
	for i, v := range want {
		if v == v && !(math.Abs(float64(got[i]-v)) <= 1e-6*most) {
			t.Fatalf("%s: element %d = %v, want %v", what, i, got[i], v)
		}
	}
}

// spread is a test's FFTOperand: elements apart, imaginary parts in between or behind.
func spread(w, n, blocks int, swap bool, f func(int) float32) (*operand, FFTOperand, func(int) bool) {
	o := FFTOperand{Step: 3 * w, Imag: w, Swap: swap}
	if n%2 == 0 {
		o.Step, o.Imag = w, (n+1)*w
	}
	o.Block = n*o.Step + o.Imag + w
	used := func(i int) bool {
		i %= o.Block
		real := i < n*o.Step && i%o.Step < w
		i -= o.Imag
		return real || i >= 0 && i < n*o.Step && i%o.Step < w
	}
	d := newOperand(o.reach(blocks, n, w), func(i int) float32 {
		if !used(i) {
			return canary
		}
		return f(i)
	})
	o.Data = d.data
	return d, o, used
}

func TestFFTPassEveryRadix(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for _, radix := range FFTRadices {
			for kind := FFTPlain; kind <= FFTBefore; kind++ {
				for m := 1; m <= 3; m++ {
					for blocks := 1; blocks <= 3; blocks++ {
						testFFTPass(t, l, radix, kind, m, blocks, (m+blocks)%2 == 0)
					}
				}
			}
		}
	})
}

func testFFTPass(t *testing.T, l ISA, radix int, kind FFTKind, m, blocks int, swap bool) {
	t.Helper()
	w, n := l.Block(), radix*m
	next := integers(uint64(n))
	in, src, _ := spread(w, n, blocks, swap, next)
	out, dst, used := spread(w, n, blocks, blocks%2 == 0, next)
	tw := newOperand(2*m*(radix-1), func(i int) float32 { return float32(math.Sin(float64(i))) })
	var factors []float32
	if kind != FFTPlain {
		factors = tw.data
	}
	want := dst
	want.Data = append([]float32(nil), out.data...)
	fftPassGeneric(w, radix, kind, &want, &src, tw.data, m, blocks)
	l.FFTPass(radix, kind, &dst, &src, factors, m, blocks)
	near(t, fmt.Sprintf("radix %d kind %d m %d blocks %d", radix, kind, m, blocks), out.data, want.Data)
	out.unchanged(t, "dst", used)
	in.unchanged(t, "src", nil)
	tw.unchanged(t, "twiddles", nil)
}

// TestFFTPassIsTheDefinition holds the twin to e^(-2 pi i p q / r).
func TestFFTPassIsTheDefinition(t *testing.T) {
	next := integers(1)
	for _, radix := range FFTRadices {
		_, src, _ := spread(8, radix, 1, false, next)
		_, dst, _ := spread(8, radix, 1, false, next)
		Generic.FFTPass(radix, FFTPlain, &dst, &src, nil, 1, 1)
		for p := range radix {
			var re, im float64
			for q := range radix {
				sin, cos := math.Sincos(-2 * math.Pi * float64(p*q) / float64(radix))
				x, y := float64(src.Data[q*src.Step]), float64(src.Data[q*src.Step+src.Imag])
				re, im = re+x*cos-y*sin, im+x*sin+y*cos
			}
			got := dst.Data[p*dst.Step:]
			if math.Abs(float64(got[0])-re)+math.Abs(float64(got[dst.Imag])-im) > 1e-4 {
				t.Errorf("radix %d: %d is %v + %vi, want %v + %vi", radix, p, got[0], got[dst.Imag], re, im)
			}
		}
	}
}

func TestFFTPairs(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		w := l.Block()
		for n := 1; n <= 5; n++ {
			next := integers(uint64(n))
			where := make([]int32, 2*n-1) // in a permuted order
			for f := range where {
				where[f] = int32(f * 2 % len(where))
			}
			order := NewFFTOrder(where, n)
			spectrum := newOperand((2*n-1)*2*w, next)
			second := 2*w*n + w
			gap := func(i int) bool { return i >= 2*w*n && i < second }
			rows := newOperand(second+2*w*n, next)
			want := append([]float32(nil), rows.data...)
			fftSplitGeneric(w, want, second, spectrum.data, order.at)
			l.FFTSplit(rows.data, second, spectrum.data, order)
			equal(t, fmt.Sprint("split ", n), rows.data, want)
			rows.unchanged(t, "rows", func(i int) bool { return !gap(i) })
			spectrum.unchanged(t, "spectrum", nil)

			back := newOperand(len(spectrum.data), func(int) float32 { return canary })
			l.FFTJoin(back.data, rows.data, second, order)
			for i, v := range spectrum.data {
				// Frequency 0 of integers is exact as well: the way back doubles.
				if back.data[i] != 2*v {
					t.Fatalf("join %d: element %d is %v, want %v", n, i, back.data[i], 2*v)
				}
			}
			back.unchanged(t, "spectrum", func(int) bool { return true })
		}
	})
}

func TestFFTMultiply(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		w := l.Block()
		for n := 1; n <= 4; n++ {
			for _, accumulate := range []bool{false, true} {
				next := integers(uint64(n))
				a, b, dst := newOperand(2*n*w, next), newOperand(2*n*w, next), newOperand(2*n*w, next)
				want := append([]float32(nil), dst.data...)
				fftMultiplyGeneric(w, want, a.data, b.data, n, accumulate)
				l.FFTMultiply(dst.data, a.data, b.data, n, accumulate)
				equal(t, fmt.Sprint("n ", n), dst.data, want)
				dst.unchanged(t, "dst", func(int) bool { return true })
				a.unchanged(t, "a", nil)
				b.unchanged(t, "b", nil)
			}
		}
	})
}

func BenchmarkFFTPass(b *testing.B) {
	for _, l := range ISAs() {
		for _, radix := range FFTRadices {
			w, m, blocks := l.Block(), 8, 2
			n := radix * m
			o := FFTOperand{Data: alignedFloats(blocks * n * 2 * w), Step: 2 * w, Block: n * 2 * w, Imag: w}
			twiddles := make([]float32, 2*n)
			b.Run(fmt.Sprintf("%v/radix%d", l, radix), func(b *testing.B) {
				for b.Loop() {
					l.FFTPass(radix, FFTAfter, &o, &o, twiddles, m, blocks)
				}
				levels := float64(b.N*n*blocks) * math.Log2(float64(radix))
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/levels, "ns/element/bit")
			})
		}
	}
}
