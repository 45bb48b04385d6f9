package ops

import (
	"slices"
	"testing"

	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// TestFormerNamesStillSelect runs layers by each former name: one of the algorithms that it stands for is taken, and
// none of them where the name is left out. The names are not shown.
func TestFormerNamesStillSelect(t *testing.T) {
	layers := map[string]string{
		"planes": "depthwise 8x20x20",
		"lanes":  "depthwise 32x7x7",
		"direct": "standard 32x14x14 out-channels=32",
		"rows":   "standard 16x14x14 out-channels=16",
		"outer":  "transposed 64x1x1 out-channels=8 kernel=4",
		"vector": "se 32x7x7",
		"blocks": "inverted-residual 16x14x14",
		"bands":  "inverted-residual 16x14x14",
	}
	for former, current := range formerNames {
		for _, name := range current {
			if !slices.Contains(Algorithms(), name) {
				t.Errorf("%s stands for %s, which is no algorithm", former, name)
			}
		}
		if slices.Contains(Algorithms(), former) || !IsAlgorithm(former) {
			t.Errorf("%s is shown, or not taken", former)
		}
		l := layerOf(t, layers[former])
		for selection, want := range map[string]bool{former: true, "auto,-" + former: false} {
			operands := map[string]*tensor.Tensor[float32]{}
			if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
				t.Fatal(err)
			}
			p, err := PrepareLayer(shaped(t, l), operands, Options{Algorithm: selection, Threads: 1})
			if err != nil {
				t.Errorf("--algorithm %s: %v", selection, err)
				continue
			}
			took := slices.ContainsFunc(p.Steps(), func(s Step) bool { return slices.Contains(current, s.Algorithm) })
			if took != want {
				t.Errorf("--algorithm %s: %v", selection, p.Steps())
			}
		}
	}
	if IsAlgorithm("nonsense") {
		t.Error("nonsense is an algorithm")
	}
}

// TestLeavingOutIsByWholeNames leaves out one algorithm and phases of it, not those whose names end alike.
func TestLeavingOutIsByWholeNames(t *testing.T) {
	for selection, want := range map[string][]string{
		"auto,-gemm":     {"indirect-gemm", "direct-nchwc", "phases-winograd"},
		"auto,-winograd": {"gemm", "phases"},
		"auto,-phases":   {"phases-winograd"},
	} {
		names, err := Candidates(selection)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range want {
			if !slices.Contains(names, name) {
				t.Errorf("%s leaves out %s", selection, name)
			}
		}
	}
	names, err := Candidates("auto,-winograd")
	if err != nil || slices.Contains(names, "winograd") || slices.Contains(names, "phases-winograd") {
		t.Errorf("auto,-winograd leaves %v (%v)", names, err)
	}
}

// TestOncePacksLess prepares layers for one run: weights are not transformed into more where that takes longer than it saves; on
// any number of threads alike.
func TestOncePacksLess(t *testing.T) {
	less := 0
	for _, of := range []string{
		"standard 256x4x4 out-channels=256 kernel=3 padding=1",
		"standard 32x56x56 out-channels=32 kernel=3 padding=1",
		"standard 256x8x8 out-channels=256 kernel=1x3",
		"transposed 128x4x4 out-channels=128 kernel=4 stride=2",
		"standard 128x14x14 out-channels=32 kernel=11 padding=5",
	} {
		s := shaped(t, layerOf(t, of))
		operands := map[string]*tensor.Tensor[float32]{}
		if _, err := FillOperands(s, operands, 1); err != nil {
			t.Fatal(err)
		}
		step := func(threads, runs int) Step {
			p, err := PrepareLayer(s, operands, Options{Threads: threads, Runs: runs})
			if err != nil {
				t.Fatal(err)
			}
			return p.Steps()[0]
		}
		often, once, two := step(1, 0), step(1, 1), step(2, 1)
		if once.Algorithm != two.Algorithm || once.Packed != two.Packed {
			t.Errorf("%s: %s of %d bytes on one thread, %s of %d on two", of, once.Algorithm, once.Packed, two.Algorithm, two.Packed)
		}
		if once.Packed > often.Packed {
			t.Errorf("%s: %s packs %d bytes for one run, %s %d for many", of, once.Algorithm, once.Packed, often.Algorithm, often.Packed)
		}
		if once.Packed < often.Packed {
			less++
		}
	}
	if less < 3 {
		t.Errorf("%d layers are packed into less for one run", less)
	}
}

// TestChoicesThatWereTimed chooses, by instruction set, what was the fastest in interleaved runs where estimates had said otherwise.
func TestChoicesThatWereTimed(t *testing.T) {
	for of, want := range map[string][kernel.Cores]string{
		"depthwise 3x1080x1920 kernel=9 padding=4":                                         {kernel.CoreAVX2: "direct-nchw", kernel.CoreAVX512: "direct-nchw"},
		"depthwise 32x56x56 kernel=15 padding=7":                                           {kernel.CoreAVX2: "fft", kernel.CoreAVX512: "fft"},
		"transposed 21x8x8 out-channels=21 kernel=64 stride=32 padding=16":                 {kernel.CoreAVX2: "col2im", kernel.CoreAVX512: "col2im"},
		"transposed 21x8x8 out-channels=21 kernel=16 stride=8 padding=4":                   {kernel.CoreAVX2: "phases"},
		"transposed 21x70x70 out-channels=21 kernel=16 stride=8 padding=4":                 {kernel.CoreAVX2: "phases-winograd", kernel.CoreAVX512: "phases-winograd"},
		"transposed 32x30x30 out-channels=16 kernel=5 stride=3 padding=1":                  {kernel.CoreAVX2: "phases-winograd"},
		"transposed 32x40x40 out-channels=16 kernel=3 stride=2 padding=1 output-padding=1": {kernel.CoreAVX2: "phases-winograd"},
		"transposed 16x64x64 out-channels=16 kernel=4 stride=2 padding=1":                  {kernel.CoreAVX2: "phases-winograd", kernel.CoreAVX512: "phases"},
		"transposed 512x8x8 out-channels=256 kernel=4 stride=2 padding=1":                  {kernel.CoreAVX512: "phases"},
	} {
		nodes, err := nodesOf(shaped(t, layerOf(t, of)), Options{Threads: 1}, false)
		if err != nil {
			t.Fatal(err)
		}
		a, err := (selection{}).choose(nodes[0].problem)
		if err != nil {
			t.Fatal(err)
		}
		if fastest := want[kernel.Best().Core()]; fastest != "" && a.Name != fastest {
			t.Errorf("%s: %s is chosen, %s was the fastest", of, a.Name, fastest)
		}
	}
}
