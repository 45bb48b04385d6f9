package ops

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

// drawApart draws transposed convolutions of small planes whose windows lie apart, or whose taps lie further apart than the
// input is wide.
func drawApart(t *rapid.T) drawn {
	dims := rapid.IntRange(1, 3).Draw(t, "dims")
	groups := rapid.SampledFrom([]int{1, 1, 3}).Draw(t, "groups")
	in := []int{rapid.IntRange(1, 2).Draw(t, "batch"), groups * rapid.IntRange(1, 9).Draw(t, "channels a group")}
	var w layer.Window
	extra := make([]int, dims)
	for a := range dims {
		k, n := rapid.IntRange(1, 12).Draw(t, fmt.Sprint("kernel", a)), rapid.IntRange(1, []int{40, 12, 4}[dims-1]).Draw(t, fmt.Sprint("size", a))
		s, d := 1, 1
		if rapid.Bool().Draw(t, fmt.Sprint("strided", a)) {
			s = k + rapid.IntRange(0, 4).Draw(t, fmt.Sprint("gap", a))
			extra[a] = rapid.IntRange(0, s-1).Draw(t, fmt.Sprint("output padding", a))
		} else {
			d = max(1, n-2+rapid.IntRange(0, 5).Draw(t, fmt.Sprint("dilation", a)))
		}
		pad := rapid.IntRange(0, (k-1)*d/2).Draw(t, fmt.Sprint("pad", a))
		in = append(in, n)
		w.Kernel, w.Stride, w.Dilation = append(w.Kernel, k), append(w.Stride, s), append(w.Dilation, d)
		w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: pad, End: rapid.IntRange(0, pad).Draw(t, fmt.Sprint("end", a))})
	}
	op := layer.Transposed{Window: w, OutputPadding: extra, Groups: groups, OutChannels: groups * rapid.IntRange(1, 9).Draw(t, "outputs"), Bias: rapid.Bool().Draw(t, "bias")}
	return drawnOf(op, in)
}

// TestTransposedApart holds every algorithm to the definition where windows or taps lie apart.
func TestTransposedApart(t *testing.T) {
	taken := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		d := drawApart(t)
		opt := Options{Threads: rapid.IntRange(1, 3).Draw(t, "threads")}
		p, err := opt.problem(d.stage, d.in)
		if err != nil || p.Elements()*p.Taps() > 1<<20 {
			t.Skip("impossible, or long")
		}
		clamped := rapid.Bool().Draw(t, "clamped")
		in, weights := integers[float32](d, rapid.Uint64().Draw(t, "seed"))
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName}, clamped)
		for _, name := range []string{"auto", "phases", "col2im"} {
			opt.Algorithm = name
			plan, err := prepare(d.stage, d.in, weights, opt, clamped)
			if err != nil {
				continue
			}
			taken[plan.Algorithm]++
			got, bound := runOn(t, d, in, weights, opt, clamped), 0.0
			if plan.Tolerance > 0 {
				bound = 1e-4 * magnitude(want)
			}
			if i := differsBy(got, want, bound); i >= 0 {
				t.Fatalf("%s by %s: output %d is %v, the reference says %v", d, plan.Algorithm, i, got.Data[i], want.Data[i])
			}
		}
	})
	if taken["col2im"] == 0 {
		t.Errorf("algorithms took %v", taken)
	}
}
