package kernel

import (
	"fmt"
	"math"
	"testing"
	"time"
)

var inf = float32(math.Inf(1))

// eachISA runs a subtest for every instruction set that the machine has.
func eachISA(t *testing.T, f func(t *testing.T, l ISA)) {
	for _, l := range ISAs() {
		t.Run(l.String(), func(t *testing.T) { f(t, l) })
	}
}

func TestGemmEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		rows, cols := l.GemmTile()
		for m := 1; m <= rows; m++ {
			for n := 1; n <= cols; n++ {
				for k := range 10 {
					testGemm(t, l, m, n, k, uint64(m*n+k))
				}
			}
		}
	})
}

func testGemm(t *testing.T, l ISA, m, n, k int, seed uint64) {
	t.Helper()
	rows, _ := l.GemmTile()
	next := integers(seed)
	ldb, ldc := n+int(seed%3), n+int(seed%5)
	// Columns past n belong to someone else: poison that must not be read.
	hole := func(ld int) func(int) float32 {
		return func(i int) float32 {
			if i%ld >= n {
				return canary
			}
			return next(i)
		}
	}
	a, bias := newOperand(k*rows, next), newOperand(rows, next)
	b := newOperand(max(0, (k-1)*ldb+n), hole(ldb))
	for _, test := range []struct {
		bias       []float32
		lo, hi     float32
		accumulate bool
	}{
		{nil, -inf, inf, false},
		{bias.data, -inf, inf, false},
		{nil, 0, inf, true},
		{bias.data, 0, 6, true},
	} {
		c := newOperand((m-1)*ldc+n, hole(ldc))
		want := append([]float32(nil), c.data...)
		gemmGeneric(rows, want, ldc, a.data, b.data, ldb, k, m, n, test.bias, test.lo, test.hi, test.accumulate)
		l.Gemm(c.data, ldc, a.data, b.data, ldb, k, m, n, test.bias, test.lo, test.hi, test.accumulate)
		for i := range m {
			for j := range n {
				if got, want := c.data[i*ldc+j], want[i*ldc+j]; got != want {
					t.Fatalf("m %d n %d k %d %+v: c[%d][%d] = %v, want %v", m, n, k, test, i, j, got, want)
				}
			}
		}
		c.unchanged(t, "c", func(i int) bool { return i%ldc < n })
		if k > 0 {
			testIndirectGemm(t, l, a, b, ldb, want, ldc, k, m, n, test.bias, test.lo, test.hi, test.accumulate, c.before[c.lead:])
		}
	}
	a.unchanged(t, "a", nil)
	b.unchanged(t, "b", nil)
	bias.unchanged(t, "bias", nil)
}

func TestGemmPassesNaN(t *testing.T) {
	nan := float32(math.NaN())
	eachISA(t, func(t *testing.T, l ISA) {
		rows, _ := l.GemmTile()
		a, c := make([]float32, rows), make([]float32, 3)
		a[0] = 1
		l.Gemm(c, 3, a, []float32{nan, 7, -7}, 3, 1, 1, 3, nil, 0, 6, false)
		if c[0] == c[0] || c[1] != 6 || c[2] != 0 {
			t.Errorf("relu6 of NaN, 7, -7 = %v, want NaN, 6, 0", c)
		}
	})
}

func TestGemmRefusesShortOperands(t *testing.T) {
	rows, _ := Generic.GemmTile()
	a, b, c := make([]float32, 2*rows), make([]float32, 8), make([]float32, 8)
	for name, f := range map[string]func(){
		"a":    func() { Generic.Gemm(c, 4, a[1:], b, 4, 2, 2, 4, nil, -inf, inf, false) },
		"b":    func() { Generic.Gemm(c, 4, a, b[1:], 4, 2, 2, 4, nil, -inf, inf, false) },
		"c":    func() { Generic.Gemm(c[1:], 4, a, b, 4, 2, 2, 4, nil, -inf, inf, false) },
		"bias": func() { Generic.Gemm(c, 4, a, b, 4, 2, 2, 4, make([]float32, rows-1), -inf, inf, false) },
		"m":    func() { Generic.Gemm(c, 4, a, b, 4, 2, rows+1, 4, nil, -inf, inf, false) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a short %s was accepted", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkGemm(b *testing.B) {
	for _, l := range ISAs() {
		peak := l.PeakFLOPs(20 * time.Millisecond)
		rows, cols := l.GemmTile()
		for _, n := range []int{cols, cols * 2 / 3, cols / 3, cols/3 + 1} {
			const k = 256
			b.Run(fmt.Sprintf("%v/%dx%dx%d", l, rows, n, k), func(b *testing.B) {
				x, y, c := newOperand(k*rows, integers(1)), newOperand(k*cols, integers(2)), make([]float32, rows*cols)
				for b.Loop() {
					l.Gemm(c, cols, x.data, y.data, cols, k, rows, n, nil, -inf, inf, false)
				}
				rate := 2 * k * float64(rows*n) * float64(b.N) / b.Elapsed().Seconds()
				b.ReportMetric(rate/1e9, "GFLOP/s")
				b.ReportMetric(100*rate/peak, "%peak")
			})
		}
	}
}
