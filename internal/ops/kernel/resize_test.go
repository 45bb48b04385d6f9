package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestResizeEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for n := 1; n <= 70; n++ {
			for _, in := range []int{1, 2, n, n/2 + 1, 3*n + 5} {
				testResize(t, l, in, n)
			}
		}
	})
}

// testResize mixes n outputs along a row of in elements, every third without
// a second element, which is then NaN.
func testResize(t *testing.T, l ISA, in, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(in), uint64(n)))
	used := make([]bool, in)
	var mixes []ResizeMix
	for j := range n {
		low := min(in-1, j*in/n)
		m := ResizeMix{At: [2]int{low, min(low+1, in-1)}, Weight: [2]float32{1, 0}}
		if used[low] = true; r.IntN(3) > 0 {
			m.Weight = [2]float32{0.25, 0.75}
			used[m.At[1]] = true
		}
		mixes = append(mixes, m)
	}
	next := integers(uint64(n))
	src := newOperand(in+ResizeSlack, func(i int) float32 {
		if i >= in {
			return 0
		}
		if !used[i] {
			return canary
		}
		return next(i)
	})
	row := l.NewResizeRow(in, mixes)
	for _, bounds := range [][2]float32{{-inf, inf}, {0, 2}} {
		dst, want := newOperand(n, func(int) float32 { return canary }), make([]float32, n)
		resizeGeneric(want, src.data, row, bounds[0], bounds[1])
		l.Resize(dst.data, src.data, row, bounds[0], bounds[1])
		equal(t, fmt.Sprintf("%d of %d", n, in), dst.data, want)
		dst.unchanged(t, "dst", func(int) bool { return true })
	}
	src.unchanged(t, "src", nil)
}

func TestResizeMeetsNoElementOfWeightZero(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		src := append([]float32{1, inf, float32(math.NaN())}, make([]float32, ResizeSlack)...)
		row := l.NewResizeRow(3, []ResizeMix{{[2]int{0, 1}, [2]float32{1, 0}}, {[2]int{1, 2}, [2]float32{1, 0}}, {[2]int{1, 2}, [2]float32{0.5, 0.5}}})
		dst := make([]float32, 3)
		l.Resize(dst, src, row, -inf, inf)
		if dst[0] != 1 || dst[1] != inf || dst[2] == dst[2] {
			t.Errorf("mixes are %v, want 1, +Inf, NaN", dst)
		}
	})
}

func BenchmarkResize(b *testing.B) {
	for _, l := range ISAs() {
		for _, in := range []int{64, 600} {
			var mixes []ResizeMix
			for j := range 128 {
				low := j * (in - 1) / 128
				mixes = append(mixes, ResizeMix{[2]int{low, low + 1}, [2]float32{0.25, 0.75}})
			}
			row, src, dst := l.NewResizeRow(in, mixes), make([]float32, in+ResizeSlack), make([]float32, 128)
			b.Run(fmt.Sprintf("%v/%dto128", l, in), func(b *testing.B) {
				for b.Loop() {
					l.Resize(dst, src, row, -inf, inf)
				}
			})
		}
	}
}
