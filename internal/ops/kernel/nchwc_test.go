package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// equal fails the test unless got and want agree bit for bit of value; NaN
// never does, so that a poisoned result is noticed.
func equal(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] && want[i] == want[i] {
			t.Fatalf("%s: element %d = %v, want %v", what, i, got[i], want[i])
		}
	}
}

func TestPackNCHWcEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		w := l.Block()
		for channels := 1; channels <= w; channels++ {
			for n := 1; n <= 2*w+1; n++ {
				testPackNCHWc(t, l, channels, n)
			}
			testPackNCHWc(t, l, channels, 300)
		}
	})
}

func testPackNCHWc(t *testing.T, l ISA, channels, n int) {
	t.Helper()
	w, cs := l.Block(), n+channels%3
	next := integers(uint64(n))
	plane := func(i int) float32 {
		if i%cs >= n {
			return canary
		}
		return next(i)
	}
	planes, blocked := newOperand((channels-1)*cs+n, plane), newOperand(n*w, next)
	want := make([]float32, n*w)
	packNCHWcGeneric(w, want, planes.data, cs, channels, n)
	l.PackNCHWc(blocked.data, planes.data, cs, channels, n)
	what := fmt.Sprintf("channels %d n %d", channels, n)
	equal(t, what, blocked.data, want)
	blocked.unchanged(t, "blocked", func(int) bool { return true })
	planes.unchanged(t, "planes", nil)

	if n > 1 {
		even, odd := newOperand((n+1)/2*w, next), newOperand(n/2*w, next)
		wantEven, wantOdd := make([]float32, len(even.data)), make([]float32, len(odd.data))
		packNCHWcPhasesGeneric(w, wantEven, wantOdd, planes.data, cs, channels, n)
		l.PackNCHWcPhases(even.data, odd.data, planes.data, cs, channels, n)
		equal(t, what+" even", even.data, wantEven)
		equal(t, what+" odd", odd.data, wantOdd)
		even.unchanged(t, "even", func(int) bool { return true })
		odd.unchanged(t, "odd", func(int) bool { return true })
	}

	back := newOperand((channels-1)*cs+n, plane)
	l.UnpackNCHWc(back.data, cs, blocked.data, channels, n)
	equal(t, what, back.data, planes.data)
	back.unchanged(t, "planes", func(i int) bool { return i%cs < n })
}

func TestGemmNCHWcEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		w := l.Block()
		for m := 1; m <= 3*l.NCHWcRows()+1; m++ { // several tiles too
			for _, vectors := range []int{1, 2} {
				for k := 4; k <= 2*w+4; k += 4 {
					testGemmNCHWc(t, l, k, m, vectors)
				}
			}
		}
	})
}

func testGemmNCHWc(t *testing.T, l ISA, k, m, vectors int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(k * m))
	as, cs := (m+k%3)*w, (m+1)*w
	last := (k - 1) / w
	a := newOperand(last*as+(m-1)*w+k-last*w, func(i int) float32 {
		if i%as >= m*w || i/as == last && i%w >= k-last*w {
			return canary
		}
		return next(i)
	})
	b := newOperand(k*vectors*w, next)
	ahead := [2][]float32{nil, b.data[1:]}
	for _, accumulate := range []bool{false, true} {
		c := newOperand((vectors-1)*cs+m*w, next)
		want := append([]float32(nil), c.data...)
		gemmNCHWcGeneric(w, want, cs, a.data, as, b.data, k, m, vectors, accumulate)
		l.GemmNCHWc(c.data, cs, a.data, as, b.data, ahead[m%2], k, m, vectors, accumulate)
		equal(t, fmt.Sprintf("k %d m %d vectors %d", k, m, vectors), c.data, want)
		c.unchanged(t, "c", func(i int) bool { return i%cs < m*w })
	}
	a.unchanged(t, "a", nil)
	b.unchanged(t, "b", nil)
}

func TestWinogradTransforms(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for n := 1; n <= 3; n++ {
			for _, points := range []int{4, 6, 8} {
				testWinogradInput(t, l, points, n)
				testWinogradInputLine(t, l, points, n)
				for m := 2; WinogradTile(points, m); m++ {
					testWinogradOutput(t, l, points, m, n)
					testWinogradOutputLine(t, l, points, m, n)
				}
			}
		}
	})
}

// Weights come out to the bit: all transform them in float64, and round once.
func TestWinogradWeights(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for blocks := 1; blocks <= 3; blocks++ {
			for points := 1; points <= 8; points++ {
				testWinogradWeights(t, l, 2, points, blocks*l.Block())
				testWinogradWeights(t, l, 3, points, blocks*l.Block())
			}
		}
	})
}

func testWinogradWeights(t *testing.T, l ISA, taps, points, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(points), uint64(n)))
	ss, df := n+5, n+3
	src := newOperand((taps*taps-1)*ss+n, func(i int) float32 {
		if i%ss >= n {
			return canary
		}
		return r.Float32() - 0.5
	})
	g := make([]float64, taps*points)
	for i := range g {
		g[i] = r.Float64() - 0.5
	}
	dst := newOperand((points*points-1)*df+n, integers(1))
	want := append([]float32(nil), dst.data...)
	for k := range n {
		for i := range points {
			for j := range points {
				sum := 0.0 // by its definition: G w G^T
				for y := range taps {
					for x := range taps {
						sum += g[taps*i+y] * float64(src.data[(taps*y+x)*ss+k]) * g[taps*j+x]
					}
				}
				want[(i*points+j)*df+k] = float32(sum)
			}
		}
	}
	l.WinogradWeights(dst.data, df, src.data, ss, g, taps, n)
	for i, v := range dst.data {
		if d := float64(v) - float64(want[i]); d > 1e-7 || d < -1e-7 || i%df >= n && d != 0 {
			t.Fatalf("%d taps points %d n %d: element %d is %g, want %g", taps, points, n, i, v, want[i])
		}
	}
	again := append([]float32(nil), dst.data...)
	winogradWeightsGeneric(again, df, src.data, ss, g, taps, points, n)
	equal(t, fmt.Sprintf("%d taps points %d n %d", taps, points, n), dst.data, again)
	dst.unchanged(t, "dst", func(i int) bool { return i%df < n })
	src.unchanged(t, "src", nil)
}

func testWinogradInput(t *testing.T, l ISA, points, n int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(n))
	cs := 2 * w
	ts := 3 * cs
	rs := (n-1)*ts + points*cs + w
	src := newOperand((n-1)*ts+(points-1)*(rs+cs)+w, func(i int) float32 {
		if i%rs%cs >= w {
			return canary
		}
		return next(i)
	})
	df := (n + 1) * w
	dst := newOperand((points*points-1)*df+n*w, next)
	want := append([]float32(nil), dst.data...)
	winogradInputGeneric(w, points, want, df, src.data, rs, cs, ts, n)
	l.WinogradInput(points, dst.data, df, src.data, rs, cs, ts, n)
	equal(t, fmt.Sprintf("points %d n %d", points, n), dst.data, want)
	dst.unchanged(t, "dst", func(i int) bool { return i%df < n*w })
	src.unchanged(t, "src", nil)
}

func testWinogradOutput(t *testing.T, l ISA, points, m, n int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(n + m))
	sf := (n + 1) * w
	src := newOperand((points*points-1)*sf+n*w, func(i int) float32 {
		if i%sf >= n*w {
			return canary
		}
		return next(i)
	})
	post := newWinogradPost(w, n, next)
	cs := 2 * w
	ts := m * cs
	rs := n*ts + w
	dst := newOperand((n-1)*ts+(m-1)*(rs+cs)+w, next)
	want := append([]float32(nil), dst.data...)
	winogradOutputGeneric(w, points, m, want, rs, cs, ts, src.data, sf, post.data, n)
	l.WinogradOutput(points, m, dst.data, rs, cs, ts, src.data, sf, post.data, n)
	equal(t, fmt.Sprintf("points %d m %d n %d", points, m, n), dst.data, want)
	dst.unchanged(t, "dst", func(i int) bool { return i%rs%cs < w && i%rs < n*ts })
	src.unchanged(t, "src", nil)
	post.unchanged(t, "post", nil)
}

// newWinogradPost draws a bias and, if n is even, a range that few outputs
// leave, else one that cuts many.
func newWinogradPost(w, n int, next func(int) float32) *operand {
	wide := float32(1 + 100*(1-n%2))
	return newOperand(3*w, func(i int) float32 { return [...]float32{next(i), -50 * wide, 60 * wide}[i/w] })
}

func testWinogradInputLine(t *testing.T, l ISA, points, n int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(n))
	cs, ts, df := 2*w, 6*w, (n+1)*w
	src := newOperand((n-1)*ts+(points-1)*cs+w, func(i int) float32 {
		if i%cs >= w {
			return canary
		}
		return next(i)
	})
	dst := newOperand((points-1)*df+n*w, next)
	want := append([]float32(nil), dst.data...)
	winogradInputLineGeneric(w, points, want, df, src.data, cs, ts, n)
	l.WinogradInputLine(points, dst.data, df, src.data, cs, ts, n)
	equal(t, fmt.Sprintf("line: points %d n %d", points, n), dst.data, want)
	dst.unchanged(t, "dst", func(i int) bool { return i%df < n*w })
	src.unchanged(t, "src", nil)
}

func testWinogradOutputLine(t *testing.T, l ISA, points, m, n int) {
	t.Helper()
	w := l.Block()
	next := integers(uint64(n + m))
	sf, cs := (n+1)*w, 2*w
	ts := m * cs
	src := newOperand((points-1)*sf+n*w, func(i int) float32 {
		if i%sf >= n*w {
			return canary
		}
		return next(i)
	})
	post := newWinogradPost(w, n, next)
	dst := newOperand((n-1)*ts+(m-1)*cs+w, next)
	want := append([]float32(nil), dst.data...)
	winogradOutputLineGeneric(w, points, m, want, cs, ts, src.data, sf, post.data, n)
	l.WinogradOutputLine(points, m, dst.data, cs, ts, src.data, sf, post.data, n)
	equal(t, fmt.Sprintf("line: points %d m %d n %d", points, m, n), dst.data, want)
	dst.unchanged(t, "dst", func(i int) bool { return i%cs < w })
	src.unchanged(t, "src", nil)
}

func BenchmarkGemmNCHWc(b *testing.B) {
	for _, l := range ISAs() {
		peak := l.PeakFLOPs(20 * time.Millisecond)
		w, most := l.Block(), l.NCHWcRows()
		for _, m := range []int{most, most - 1, most / 2, 4} {
			for _, k := range []int{64, 256} {
				b.Run(fmt.Sprintf("%v/%dx%dx%d", l, m, 2*w, k), func(b *testing.B) {
					x, y, c := newOperand(k*m, integers(1)), newOperand(k*2*w, integers(2)), make([]float32, m*2*w)
					for b.Loop() {
						l.GemmNCHWc(c, m*w, x.data, m*w, y.data, nil, k, m, 2, false)
					}
					rate := 2 * float64(k*m*2*w) * float64(b.N) / b.Elapsed().Seconds()
					b.ReportMetric(rate/1e9, "GFLOP/s")
					b.ReportMetric(100*rate/peak, "%peak")
				})
			}
		}
	}
}

func BenchmarkWinogradTransforms(b *testing.B) {
	const n = 14
	for _, l := range ISAs() {
		w := l.Block()
		planes, blocked, points := make([]float32, 64*128*w), make([]float32, 64*128*w), make([]float32, 64*n*w)
		post := make([]float32, 3*w)
		b.Run(l.String()+"/pack", func(b *testing.B) {
			for b.Loop() {
				l.PackNCHWc(blocked, planes, 64*64, w, 56)
			}
		})
		b.Run(l.String()+"/unpack", func(b *testing.B) {
			for b.Loop() {
				l.UnpackNCHWc(planes, 64*64, blocked, w, 56)
			}
		})
		rs := 125 * w // rows that do not compete for a set of the cache
		for _, f := range [][2]int{{4, 2}, {6, 4}, {6, 2}, {8, 6}, {8, 4}, {8, 2}} {
			k, m := f[0], f[1]
			perTile := func(b *testing.B) { b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/tile") }
			b.Run(fmt.Sprintf("%v/input%d.%d", l, k, m), func(b *testing.B) {
				for b.Loop() {
					l.WinogradInput(k, points, n*w, blocked, rs, w, m*w, n)
				}
				perTile(b)
			})
			b.Run(fmt.Sprintf("%v/output%d.%d", l, k, m), func(b *testing.B) {
				for b.Loop() {
					l.WinogradOutput(k, m, blocked, rs, w, m*w, points, n*w, post, n)
				}
				perTile(b)
			})
		}
	}
}
