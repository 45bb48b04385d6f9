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

// testResize mixes n outputs along rows of in elements, every third without
// a second element, which is then NaN; and rows in the same way, on the way
// down and to and fro.
func testResize(t *testing.T, l ISA, in, n int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(in), uint64(n)))
	const height = 5
	used, usedRows := make([]bool, in), make([]bool, height)
	mix := func(low, in int, used []bool) ResizeMix {
		m := ResizeMix{At: [2]int{low, min(low+1, in-1)}, Weight: [2]float32{1, 0}}
		if used[low] = true; r.IntN(3) > 0 {
			m.Weight = [2]float32{0.25, 0.75}
			used[m.At[1]] = true
		}
		return m
	}
	var columns, rows []ResizeMix
	for j := range n {
		columns = append(columns, mix(min(in-1, j*in/n), in, used))
	}
	for _, low := range []int{1, 1, 1, 2, 2, 3, 4, 4, 1, 3, 2} {
		rows = append(rows, mix(low, height, usedRows))
	}
	next := integers(uint64(n))
	src := newOperand(height*in, func(i int) float32 {
		if !usedRows[i/in] || !used[i%in] {
			return canary
		}
		return next(i)
	})
	z, lines := l.NewResizer(in, columns, rows), make([]float32, 2*n)
	for _, bounds := range [][2]float32{{-inf, inf}, {0, 2}} {
		from := r.IntN(len(rows))
		to := from + 1 + r.IntN(len(rows)-from)
		first := r.IntN(2) // no output mixes row 0
		dst, want := newOperand((to-from)*n, func(int) float32 { return canary }), make([]float32, (to-from)*n)
		x := src.data[first*in:]
		resizeGeneric(want, x, z, int64(first*in), z.rows[from:to], bounds[0], bounds[1], lines)
		l.Resize(dst.data, x, z, first, from, to, bounds[0], bounds[1], lines)
		equal(t, fmt.Sprintf("%d of %d, rows %d to %d", n, in, from, to), dst.data, want)
		dst.unchanged(t, "dst", func(int) bool { return true })
	}
	src.unchanged(t, "src", nil)
}

// TestResizeIsMixOfMixes holds the twin to the definition, on whole numbers.
func TestResizeIsMixOfMixes(t *testing.T) {
	columns := []ResizeMix{{[2]int{0, 1}, [2]float32{0.5, 0.5}}, {[2]int{2, 2}, [2]float32{1, 0}}, {[2]int{2, 0}, [2]float32{2, 1}}}
	rows := []ResizeMix{{[2]int{0, 0}, [2]float32{1, 0}}, {[2]int{0, 1}, [2]float32{0.5, 0.5}}, {[2]int{1, 2}, [2]float32{0.5, 2}}, {[2]int{0, 2}, [2]float32{1, 1}}}
	src := []float32{2, 4, 8, 10, 6, -2, 0, 2, 16}
	want := []float32{3, 8, 18, 5.5, 3, 12, 6, 31, 67, 4, 24, 50}
	eachISA(t, func(t *testing.T, l ISA) {
		dst := make([]float32, len(want))
		l.Resize(dst, src, l.NewResizer(3, columns, rows), 0, 0, len(rows), -inf, inf, make([]float32, 6))
		equal(t, "mixes", dst, want)
	})
}

func TestResizeMeetsNoElementOfWeightZero(t *testing.T) {
	nan := float32(math.NaN())
	columns := []ResizeMix{{[2]int{0, 1}, [2]float32{1, 0}}, {[2]int{1, 2}, [2]float32{1, 0}}, {[2]int{1, 2}, [2]float32{0.5, 0.5}}}
	rows := []ResizeMix{{[2]int{0, 1}, [2]float32{1, 0}}}
	eachISA(t, func(t *testing.T, l ISA) {
		src := []float32{1, inf, nan, nan, nan, nan}
		dst := make([]float32, 3)
		l.Resize(dst, src, l.NewResizer(3, columns, rows), 0, 0, 1, -inf, inf, make([]float32, 6))
		if dst[0] != 1 || dst[1] != inf || dst[2] == dst[2] {
			t.Errorf("mixes are %v, want 1, +Inf, NaN", dst)
		}
	})
}

func BenchmarkResize(b *testing.B) {
	for _, l := range ISAs() {
		for _, in := range []int{64, 600} {
			mixes := func(in, n int) (list []ResizeMix) {
				for j := range n {
					low := j * (in - 1) / n
					list = append(list, ResizeMix{[2]int{low, low + 1}, [2]float32{0.25, 0.75}})
				}
				return list
			}
			z := l.NewResizer(in, mixes(in, 128), mixes(16, 32))
			src, dst, lines := make([]float32, 16*in), make([]float32, 32*128), make([]float32, 2*128)
			b.Run(fmt.Sprintf("%v/%dto128", l, in), func(b *testing.B) {
				for b.Loop() {
					l.Resize(dst, src, z, 0, 0, 32, -inf, inf, lines)
				}
			})
		}
	}
}
