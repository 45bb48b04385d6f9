package coverage

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
)

func conv(k, d int) Step { return Step{Kernel: k, Stride: 1, Dilation: d} }

func TestGridding(t *testing.T) {
	tests := []struct {
		name  string
		steps []Step
		want  []int
		sum   Summary
	}{
		{"one", []Step{conv(3, 2)}, []int{1, 0, 1, 0, 1}, Summary{Size: 5, Seen: 3, LargestGap: 1, Least: 0, Most: 1}},
		{"2, 2, 2", []Step{conv(3, 2), conv(3, 2), conv(3, 2)}, []int{1, 0, 3, 0, 6, 0, 7, 0, 6, 0, 3, 0, 1}, Summary{Size: 13, Seen: 7, LargestGap: 1, Least: 0, Most: 7}},
		{"1, 2, 3", []Step{conv(3, 1), conv(3, 2), conv(3, 3)}, []int{1, 1, 2, 2, 3, 3, 3, 3, 3, 2, 2, 1, 1}, Summary{Size: 13, Seen: 13, Least: 1, Most: 3}},
		{"1, 3, 9 tile exactly", []Step{conv(3, 1), conv(3, 3), conv(3, 9)}, slices.Repeat([]int{1}, 27), Summary{Size: 27, Seen: 27, Least: 1, Most: 1}},
		{"stride after", []Step{{Kernel: 3, Stride: 2, Dilation: 1}, conv(2, 1)}, []int{1, 1, 2, 1, 1}, Summary{Size: 5, Seen: 5, Least: 1, Most: 2}},
	}
	for _, tt := range tests {
		l, err := Field(tt.steps)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(l.Counts, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, l.Counts, tt.want)
		}
		got := l.Summary()
		if got != tt.sum {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.sum)
		}
	}
}

// A gap lies between two seen positions: what is unseen at either end is none.
func TestGapsAreInside(t *testing.T) {
	got := Line{First: -3, Counts: []int{0, 0, 0, 2, 0, 0, 1, 0, 1, 0, 0, 0, 0}}.Summary()
	if want := (Summary{Size: 13, Seen: 3, LargestGap: 2, Most: 2}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestCheckerboard(t *testing.T) {
	for _, tt := range []struct {
		k, s, p, in, out int
		want             []int
	}{
		{3, 2, 0, 3, 7, []int{1, 1, 2, 1, 2, 1, 1}},
		{2, 2, 0, 3, 6, []int{1, 1, 1, 1, 1, 1}},
		{4, 2, 1, 3, 6, []int{1, 2, 2, 2, 2, 1}},
		{1, 2, 0, 2, 3, []int{1, 0, 1}},
	} {
		got, err := Overlap(Step{Transposed: true, Kernel: tt.k, Stride: tt.s, Dilation: 1, Pad: layer.Pad{Begin: tt.p, End: tt.p}}, tt.in, tt.out)
		if err != nil || !slices.Equal(got.Counts, tt.want) {
			t.Errorf("kernel %d, stride %d: got %v, want %v", tt.k, tt.s, got.Counts, tt.want)
		}
	}
}

func TestReads(t *testing.T) {
	got, err := Reads(Step{Kernel: 3, Stride: 1, Dilation: 1, Pad: layer.Pad{Begin: 1, End: 1}}, 4, 4)
	if err != nil || !slices.Equal(got.Counts, []int{2, 3, 3, 2}) {
		t.Errorf("got %v", got.Counts)
	}
	got, err = Reads(Step{Kernel: 1, Stride: 2, Dilation: 1}, 5, 3)
	if err != nil || !slices.Equal(got.Counts, []int{1, 0, 1, 0, 1}) {
		t.Errorf("a stride above the kernel: got %v", got.Counts)
	}
}

// The field's length, jump and paths are those of shape's receptive field; every path is counted once: K^n of them.
func TestFieldAgreesWithShape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var steps []Step
		f := shape.Start(1)
		paths := 1
		for range rapid.IntRange(1, 4).Draw(t, "layers") {
			s := Step{Kernel: rapid.IntRange(1, 4).Draw(t, "k"), Stride: rapid.IntRange(1, 3).Draw(t, "s"), Dilation: rapid.IntRange(1, 3).Draw(t, "d")}
			steps = append(steps, s)
			w := layer.Window{Kernel: []int{s.Kernel}, Stride: []int{s.Stride}, Dilation: []int{s.Dilation}}
			f = shape.OfField(layer.Conv{Window: w}, shape.Stage{Pads: []layer.Pad{{}}}, []shape.Field{f})
			paths *= s.Kernel
		}
		l, err := Field(steps)
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Counts) != int(f.Size[0]) || l.First != int(f.Start[0]) {
			t.Errorf("%v: %d from %d, shape says %g from %g", steps, len(l.Counts), l.First, f.Size[0], f.Start[0])
		}
		sum := 0
		for _, n := range l.Counts {
			sum += n
		}
		if sum != paths {
			t.Errorf("%v: %d paths, not %d", steps, sum, paths)
		}
	})
}

func TestHugeFieldsAreErrors(t *testing.T) {
	if _, err := Field([]Step{conv(3, 1<<29)}); err == nil {
		t.Error("a field of 2^30 positions was counted")
	}
	if _, err := Field(slices.Repeat([]Step{conv(15, 1)}, 60)); !errors.Is(err, layer.ErrOverflow) {
		t.Errorf("15^60 paths: %v", err)
	}
	if _, err := Field([]Step{conv(1<<30, 1)}); err == nil {
		t.Error("a kernel of 2^30 was counted")
	}
	if _, err := Reads(conv(1, 1), 1<<30, 1<<30); err == nil {
		t.Error("an axis of 2^30 was counted")
	}
	if _, err := Reads(conv(1<<30, 1), 100, 100); err == nil {
		t.Error("100 windows of 2^30 taps were counted")
	}
}
