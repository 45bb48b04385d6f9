package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

func TestDirectNCHWEveryTail(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		for _, kind := range planeKinds {
			for rows := 1; rows <= kind.Rows(l); rows++ {
				for n := 1; n <= 35; n++ {
					testDirectNCHW(t, l, kind, rows, n, uint64(rows*100+n))
				}
			}
		}
	})
}

// testDirectNCHW poisons all of the source but what the taps may read.
func testDirectNCHW(t *testing.T, l ISA, kind PlaneKind, rows, n int, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	next := integers(seed)
	const at = 40
	taps, together := 3, seed%3 == 1 // taps side by side
	square := seed%4 == 3            // three lines of three, at an edge or not
	switch {
	case square:
		taps = 9 * (1 + r.IntN(3))
	case together:
		taps = 1 + r.IntN(11)
	}
	tile := &PlaneTile{Kind: kind, Rows: rows, DS: n + r.IntN(3), SS: n + 4 + r.IntN(3), Step: 1, Lo: -inf, Hi: inf, Far: seed%3 == 0}
	tile.DP = rows*tile.DS + r.IntN(5)
	times := 1 + r.IntN(2)*r.IntN(3)
	tile.SP, tile.SW = r.IntN(2)*r.IntN(100), taps*kind.Kernel*kind.Outs+r.IntN(3)
	if l == Generic {
		tile.Step = 1 + r.IntN(3)
	}
	if seed%2 == 0 {
		tile.Lo, tile.Hi = -3, 20
	}
	var spans [][2]int
	for range taps {
		from := r.IntN(n + 1)
		to := from + r.IntN(n+1-from)
		if together {
			from, to = r.IntN(min(3, n)), n-r.IntN(min(3, n))
		}
		spans = append(spans, [2]int{from, max(from, to)})
	}
	spans[0] = [2]int{0, n}
	if square {
		left, right := min(r.IntN(2), n-1), min(r.IntN(2), n-1)
		for i := range spans {
			spans[i] = [...][2]int{{left, n}, {0, n}, {0, n - right}}[i%3]
		}
	}
	tile.Masks = l.NewPlaneMasks(n, spans)
	for i := range taps {
		bits := r.Uint32()
		switch i {
		case 0:
			bits = math.MaxUint32
		case 1: // as at the edges of a plane
			bits = math.MaxUint32 << r.IntN(kind.Kernel) & (1<<(tile.sourceRows()-r.IntN(kind.Kernel)) - 1)
		}
		if i%9 == 0 && square {
			bits = r.Uint32() | 2
		}
		offset := r.IntN(60) - at
		if !square && i > 0 && together && i%8 != 0 || square && i%3 != 0 {
			offset, bits = tile.Taps[i-1].Offset+1, tile.Taps[i-1].Rows
		}
		if square && i%3 == 0 && i%9 > 0 && seed%8 == 3 { // the next row of the source
			first := tile.Taps[i/9*9]
			offset, bits = first.Offset+i%9/3*tile.SS, first.Rows>>(i%9/3)
		}
		tile.Taps = append(tile.Taps, l.NewPlaneTap(offset, i, bits))
	}
	tile.Check(l)

	read, last := map[int]bool{}, at+(times-1)*tile.SP
	for at := at; at <= last; at += max(1, tile.SP) {
		for i, tap := range tile.Taps {
			for row := range tile.sourceRows() {
				for j := spans[i][0]; j < spans[i][1] && tap.Rows>>row&1 != 0; j++ {
					read[at+tap.Offset+row*tile.SS+j*tile.Step] = true
				}
			}
		}
	}
	src := newOperand(max(1, last+tile.hi+1), func(i int) float32 {
		if read[i] {
			return next(i)
		}
		return canary
	})
	w, bias := newOperand((times-1)*tile.SW+taps*kind.Kernel*kind.Outs, next), newOperand(times*kind.Outs, next)
	dst := newOperand((times*kind.Outs-1)*tile.DP+(rows-1)*tile.DS+n, func(int) float32 { return canary })
	want := append([]float32(nil), dst.data...)
	directNCHWGeneric(l, tile, want, src.data, at, w.data, bias.data, times)
	l.DirectNCHW(tile, dst.data, src.data, at, w.data, bias.data, times)
	inside := func(i int) bool { return i%tile.DP < rows*tile.DS && i%tile.DP%tile.DS < n }
	for i := range want {
		if inside(i) && dst.data[i] != want[i] {
			t.Fatalf("%+v rows %d n %d: element %d = %v, want %v", kind, rows, n, i, dst.data[i], want[i])
		}
	}
	dst.unchanged(t, "dst", inside)
	for name, o := range map[string]*operand{"src": src, "w": w, "bias": bias} {
		o.unchanged(t, name, nil)
	}
}

func TestDirectNCHWPassesNaN(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		tile := &PlaneTile{Kind: PlaneKind{1, 1, 1}, Rows: 1, Step: 1, Masks: l.NewPlaneMasks(3, [][2]int{{0, 3}}), Lo: 0, Hi: 6}
		tile.Taps = []PlaneTap{l.NewPlaneTap(0, 0, 1)}
		tile.Check(l)
		dst := make([]float32, 3)
		l.DirectNCHW(tile, dst, []float32{float32(math.NaN()), 7, -7}, 0, []float32{1}, []float32{0}, 1)
		if dst[0] == dst[0] || dst[1] != 6 || dst[2] != 0 {
			t.Errorf("relu6 of NaN, 7, -7 = %v, want NaN, 6, 0", dst)
		}
	})
}

func TestDirectNCHWStreams(t *testing.T) {
	eachISA(t, func(t *testing.T, l ISA) {
		const n = 40
		tile := &PlaneTile{Kind: PlaneKind{1, 1, 1}, Rows: 2, Step: 1, Masks: l.NewPlaneMasks(n, [][2]int{{0, n}}), DS: 48, SS: n, Lo: -inf, Hi: inf, Stream: true}
		tile.Taps = []PlaneTap{l.NewPlaneTap(0, 0, 3)}
		tile.Check(l)
		src := newOperand(2*n, integers(1))
		dst := alignedFloats(96)
		l.DirectNCHW(tile, dst, src.data, 0, []float32{2}, []float32{1}, 1)
		for i, v := range src.data {
			if got := dst[i/n*48+i%n]; got != 2*v+1 {
				t.Fatalf("element %d = %v, want %v", i, got, 2*v+1)
			}
		}
	})
}

func TestDirectNCHWRefusesShortOperands(t *testing.T) {
	tile := &PlaneTile{Kind: PlaneKind{1, 3, 1}, Rows: 2, Step: 1, Masks: Generic.NewPlaneMasks(4, [][2]int{{1, 4}}), DS: 4, SS: 4, Lo: -inf, Hi: inf}
	tile.Taps = []PlaneTap{Generic.NewPlaneTap(-1, 0, 15)}
	tile.Check(Generic)
	dst, src, w, bias := make([]float32, 8), make([]float32, 15), make([]float32, 3), make([]float32, 1)
	Generic.DirectNCHW(tile, dst, src, 0, w, bias, 1)
	for name, f := range map[string]func(){
		"dst":    func() { Generic.DirectNCHW(tile, dst[1:], src, 0, w, bias, 1) },
		"src":    func() { Generic.DirectNCHW(tile, dst, src[1:], 0, w, bias, 1) },
		"before": func() { Generic.DirectNCHW(tile, dst, src, -1, w, bias, 1) },
		"w":      func() { Generic.DirectNCHW(tile, dst, src, 0, w[1:], bias, 1) },
		"bias":   func() { Generic.DirectNCHW(tile, dst, src, 0, w, nil, 1) },
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

func BenchmarkDirectNCHW(b *testing.B) {
	for _, l := range ISAs() {
		for _, kind := range planeKinds {
			rows, n := kind.Rows(l), 64
			tile := &PlaneTile{Kind: kind, Rows: rows, DS: n, DP: n * rows, SS: n + 8, Step: 1, Masks: l.NewPlaneMasks(n, [][2]int{{0, n}}), Lo: -inf, Hi: inf}
			columns := max(3, kind.Kernel)
			taps := columns
			if kind.Kernel == 1 { // a tap is one row high: three of them
				taps *= 3
			}
			for i := range taps {
				tile.Taps = append(tile.Taps, l.NewPlaneTap(i%columns+i/columns*tile.SS, 0, math.MaxUint32))
			}
			tile.Check(l)
			src, dst := make([]float32, tile.hi+1), make([]float32, kind.Outs*rows*n)
			w := make([]float32, taps*kind.Kernel*kind.Outs)
			b.Run(fmt.Sprintf("%v/%dx%ds%d", l, kind.Outs, kind.Kernel, kind.Stride), func(b *testing.B) {
				for b.Loop() {
					l.DirectNCHW(tile, dst, src, 0, w, make([]float32, 4), 1)
				}
				b.ReportMetric(2*float64(len(w)*rows*n*b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
