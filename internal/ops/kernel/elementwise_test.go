package kernel

import (
	"fmt"
	"math"
	"testing"
)

func TestElementwiseEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for n := range 300 {
			next := integers(uint64(n))
			x, y := newOperand(n, next), newOperand(n, next)
			if got, want := l.Sum(x.data), sumGeneric(x.data); got != want {
				t.Fatalf("sum of %d = %v, want %v", n, got, want)
			}
			if got, want := l.Dot(x.data, y.data), dotGeneric(x.data, y.data); got != want {
				t.Fatalf("dot of %d = %v, want %v", n, got, want)
			}
			for _, bounds := range [][2]float32{{-inf, inf}, {-2, 9}} {
				dst, want := newOperand(n, func(int) float32 { return canary }), make([]float32, n)
				l.Affine(dst.data, x.data, 3, -1, bounds[0], bounds[1])
				affineGeneric(want, x.data, 3, -1, bounds[0], bounds[1])
				equal(t, fmt.Sprint("affine of ", n), dst.data, want)
				l.Blend(dst.data, x.data, y.data, 3, -2, bounds[0], bounds[1])
				blendGeneric(want, x.data, y.data, 3, -2, bounds[0], bounds[1])
				equal(t, fmt.Sprint("blend of ", n), dst.data, want)
				l.Product(dst.data, x.data, y.data)
				productGeneric(want, x.data, y.data)
				equal(t, fmt.Sprint("product of ", n), dst.data, want)
				l.Quotient(dst.data, x.data, y.data)
				quotientGeneric(want, x.data, y.data)
				for i, v := range dst.data {
					if v != want[i] && (v == v || want[i] == want[i]) {
						t.Fatalf("quotient %d of %d is %v, want %v", i, n, v, want[i])
					}
				}
				l.Largest(dst.data, x.data, y.data)
				largestGeneric(want, x.data, y.data)
				equal(t, fmt.Sprint("largest of ", n), dst.data, want)
				l.Leaky(dst.data, x.data, y.data)
				leakyGeneric(want, x.data, y.data)
				equal(t, fmt.Sprint("leaky of ", n), dst.data, want)
				l.LeakyBy(dst.data, x.data, -2)
				leakyByGeneric(want, x.data, -2)
				equal(t, fmt.Sprint("leaky of ", n, " by a number"), dst.data, want)
				l.Logistic(dst.data, x.data)
				logisticGeneric(want, x.data)
				for i, v := range dst.data {
					if math.Abs(float64(v-want[i])) > 0x1p-21*float64(want[i]) {
						t.Fatalf("logistic of %v, %d of %d, is %v, want %v", x.data[i], i, n, v, want[i])
					}
				}
				dst.unchanged(t, "dst", func(int) bool { return true })
			}
			x.unchanged(t, "x", nil)
			y.unchanged(t, "y", nil)
		}
	})
}

func TestElementwiseRoundsOnce(t *testing.T) {
	x := []float32{0.1, 0.2, 0.3, 1e-3, 7.7, 1e9, -0.7}
	y := []float32{3.3, -1.7, 1e-7, 5, 1.1, -1e9, 0.9}
	eachISA(t, func(t *testing.T, l ISA) {
		got, want := make([]float32, len(x)), make([]float32, len(x))
		l.Affine(got, x, 0.3, 0.7, -inf, inf)
		affineGeneric(want, x, 0.3, 0.7, -inf, inf)
		equal(t, "affine", got, want)
		l.Blend(got, x, y, 0.3, 0.7, -inf, inf)
		blendGeneric(want, x, y, 0.3, 0.7, -inf, inf)
		equal(t, "blend", got, want)
	})
}

func TestElementwisePassesNaN(t *testing.T) {
	nan := float32(math.NaN())
	eachISA(t, func(t *testing.T, l ISA) {
		x := []float32{nan, 7, -7}
		for name, f := range map[string]func(dst []float32){
			"affine": func(dst []float32) { l.Affine(dst, x, 1, 0, 0, 6) },
			"blend":  func(dst []float32) { l.Blend(dst, x, make([]float32, 3), 1, 1, 0, 6) },
			"leaky": func(dst []float32) {
				l.Leaky(dst, x, make([]float32, 3))
				l.Affine(dst, dst, 1, 0, 0, 6)
			},
			"leaky by a number": func(dst []float32) {
				l.LeakyBy(dst, x, 0)
				l.Affine(dst, dst, 1, 0, 0, 6)
			},
		} {
			dst := make([]float32, 3)
			if f(dst); dst[0] == dst[0] || dst[1] != 6 || dst[2] != 0 {
				t.Errorf("%s: relu6 of NaN, 7, -7 = %v, want NaN, 6, 0", name, dst)
			}
		}
		for _, two := range [][2]float32{{nan, 1}, {1, nan}, {nan, inf}, {-inf, nan}, {nan, nan}} {
			dst := make([]float32, 1)
			if l.Largest(dst, two[:1], two[1:]); dst[0] == dst[0] {
				t.Errorf("largest of %v is %v, want NaN", two, dst[0])
			}
		}
		if s := l.Sum(x); s == s {
			t.Errorf("the sum of a NaN is %v", s)
		}
	})
}

func TestLogisticEverywhere(t *testing.T) {
	var x []float32
	for v := float32(-86.9); v < 100; v += 0.0137 {
		x = append(x, v)
	}
	eachISA(t, func(t *testing.T, l ISA) {
		got, want := make([]float32, len(x)), make([]float32, len(x))
		l.Logistic(got, x)
		logisticGeneric(want, x)
		for i, v := range got {
			if math.Abs(float64(v-want[i])) > 0x1p-21*float64(want[i]) {
				t.Fatalf("logistic of %v is %v, want %v", x[i], v, want[i])
			}
		}
		ends := []float32{inf, -inf, float32(math.NaN()), -1000}
		l.Logistic(ends, ends)
		if ends[0] != 1 || ends[1] > 1e-37 || ends[2] == ends[2] || ends[3] > 1e-37 {
			t.Errorf("logistic of +Inf, -Inf, NaN, -1000 is %v", ends)
		}
	})
}

func TestErfEverywhere(t *testing.T) {
	var x []float32
	for v := float32(-9.3); v < 9.3; v += 0.00137 {
		x = append(x, v)
	}
	eachISA(t, func(t *testing.T, l ISA) {
		got, want := make([]float32, len(x)), make([]float32, len(x))
		l.Erf(got, x)
		erfGeneric(want, x)
		for i, v := range got {
			if math.Abs(float64(v-want[i])) > 0x1p-22 {
				t.Fatalf("erf of %v is %v, want %v", x[i], v, want[i])
			}
		}
		ends := []float32{inf, -inf, float32(math.NaN()), 0}
		l.Erf(ends, ends)
		if math.Abs(float64(ends[0]-1)) > 0x1p-22 || math.Abs(float64(ends[1]+1)) > 0x1p-22 || ends[2] == ends[2] || ends[3] != 0 {
			t.Errorf("erf of +Inf, -Inf, NaN, 0 is %v", ends)
		}
	})
}

func BenchmarkElementwise(b *testing.B) {
	for _, l := range ISAs() {
		for _, n := range []int{3136, 1 << 18, 1 << 22} {
			x, y := make([]float32, n), make([]float32, n)
			for name, f := range map[string]func(){
				"sum":    func() { l.Sum(x) },
				"affine": func() { l.Affine(y, x, 2, 0, -inf, inf) },
			} {
				b.Run(fmt.Sprintf("%v/%s/%d", l, name, n), func(b *testing.B) {
					b.SetBytes(int64(4 * n))
					for b.Loop() {
						f()
					}
				})
			}
		}
	}
}
