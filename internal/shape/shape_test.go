package shape

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/internal/layer"
)

func of(variant string, keys ...string) (Result, error) {
	s := layer.Spec{Variant: variant}
	for _, kv := range keys {
		k, v, _ := strings.Cut(kv, "=")
		if err := s.Set(k, v); err != nil {
			return Result{}, err
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		return Result{}, err
	}
	return Of(l)
}

func TestOutput(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input=3x224x224 out-channels=64 kernel=7 stride=2 padding=3", "1x64x112x112"},
		{"standard", "input=2x3x5x7 kernel=3x5 padding=1:0x2", "2x3x4x7"},
		{"standard", "input=3x7x8 stride=2 padding=same", "1x3x4x4"},
		{"standard", "dims=1 input=4x10 kernel=3 padding=causal dilation=1", "1x4x10"},
		{"dilated", "dims=3 input=4x9x9x9", "1x4x5x5x5"},
		{"transposed", "input=512x8x8 out-channels=256 kernel=4 stride=2 padding=1", "1x256x16x16"},
		{"transposed", "input=5x7x7 kernel=3 stride=2 padding=same", "1x5x14x14"},
		{"transposed", "input=5x7x7 kernel=1 stride=2 padding=same", "1x5x14x14"},
		{"inverted-residual", "input=24x56x56", "1x24x56x56"},
		{"inverted-residual", "input=24x56x56 out-channels=32 stride=2 padding=1", "1x32x28x28"},
		{"deformable", "input=8x5x5 modulated=true", "1x8x3x3"},
		{"deform-roi-pool", "input=8x14x14 roi=0,0,4,4/1,1,9,9", "2x8x7x7"},
		{"se", "input=32x5x5", "1x32x5x5"},
		{"resize-conv", "input=8x5x5 out-channels=4 scale=2x1.5", "1x4x10x7"},
		{"sub-pixel", "input=8x5x5 out-channels=4 scale=2x3 padding=1", "1x4x10x15"},
		{"mbconv", "input=24x56x56", "1x24x56x56"},
		{"mbconv", "input=24x56x56 out-channels=40 kernel=5 stride=2 padding=2", "1x40x28x28"},
	} {
		r, err := of(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
		} else if got := layer.FormatShape(r.Output); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.variant, c.keys, got, c.want)
		}
	}
}

func TestFormula(t *testing.T) {
	r, err := of("standard", "input=3x224x224", "kernel=7", "stride=2", "padding=3")
	if err != nil {
		t.Fatal(err)
	}
	want := Formula{"H", "floor((224 + 3 + 3 - 1*(7-1) - 1) / 2) + 1", 112}
	if got := r.Stages[0].Formulas[0]; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNotes(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input=3x8x8 stride=2", "H: the floor drops the last 1 pixel of the input"},
		{"standard", "input=3x224x224 kernel=7 stride=2 padding=3", "H: the floor leaves 1 pixel of the end padding unused"},
		{"standard", "input=3x8x8 padding=4", "H: the padding is larger than the kernel's reach of 2: some outputs see only padding"},
		{"standard", "input=3x9x9 kernel=1 stride=2", "H: the stride 2 is larger than the kernel 1: 1 pixel between windows are never read"},
		{"dilated", "input=3x9x9", "H: the effective kernel is 5: dilation 2 spreads 3 taps"},
		{"standard", "input=3x8x8 padding=same kernel=4", "H: same padding chose 1 before and 2 after"},
		{"transposed", "input=3x8x8 stride=2", "H: kernel 3 is not divisible by stride 2: outputs sum 1 or 2 taps in turn, which shows as a checkerboard; use a kernel of 4 or resize-conv"},
		{"transposed", "input=3x8x8 stride=2 kernel=1", "H: no tap reaches some outputs (kernel 1, stride 2, dilation 1): they hold only the bias"},
	} {
		r, err := of(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
		} else if !slices.Contains(r.Stages[0].Notes, c.want) {
			t.Errorf("%s %s: notes %q, want %q", c.variant, c.keys, r.Stages[0].Notes, c.want)
		}
	}
	r, err := of("transposed", "input=3x8x8", "stride=2", "kernel=4")
	if err != nil || len(r.Stages[0].Notes) != 0 {
		t.Errorf("an even overlap gave notes %q, %v", r.Stages[0].Notes, err)
	}
}

func TestImpossible(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input=3x5x5 kernel=7", "H: kernel 7 is larger than the padded input 5: add padding 1 or shrink the kernel"},
		{"dilated", "input=3x5x5 dilation=3", "H: kernel 3 with dilation 3 covers 7, larger than the padded input 5: add padding 1 or shrink the kernel"},
		{"transposed", "input=3x1x1 padding=2", "H: padding 2 + 2 removes all of the 3 output pixels: pad at most 2 in all or enlarge the kernel"},
		{"standard", "input=3x5x5 padding=5 pad-mode=reflect", "H: reflect padding 5 needs more than the 5 input pixels: pad at most 4 or --pad-mode replicate"},
		{"inverted-residual", "input=8x5x5 padding=0", "cannot add 1x8x3x3 and 1x8x5x5: a shortcut needs equal sizes: use --padding same"},
		{"transposed", "input=3x100000000x8 stride=1000", "H: an output of 99999999003 pixels is longer than " + strconv.Itoa(MaxOutput)},
	} {
		_, err := of(c.variant, strings.Fields(c.keys)...)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s %s:\n got %v\nwant %s", c.variant, c.keys, err, c.want)
		}
	}
}

func TestEveryKindHasARule(t *testing.T) {
	for _, k := range layer.Kinds() {
		if rules[k] == nil {
			t.Errorf("%s has no shape rule", k)
		}
	}
}

func TestReceptiveField(t *testing.T) {
	for _, c := range []struct {
		variant, keys     string
		size, jump, start float64
	}{
		{"standard", "input=3x224x224 kernel=7 stride=2 padding=3", 7, 2, -3},
		{"dilated", "input=3x224x224 dilation=4", 9, 1, 0},
		{"separable", "input=3x224x224 kernel=5 padding=2", 5, 1, -2},
		{"inverted-residual", "input=3x224x224", 3, 1, -1},
		{"transposed", "input=3x8x8 kernel=4 stride=2 padding=1", 2, 0.5, -1},
		{"transposed", "input=3x8x8 kernel=2 stride=2", 1, 0.5, 0},
		{"se", "input=32x8x8", 8, 1, 0},
		{"resize-conv", "input=3x8x8", 2, 0.5, -1},
		{"sub-pixel", "input=3x8x8 padding=1 scale=4", 3, 0.25, -1},
	} {
		r, err := of(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
			continue
		}
		f := r.Field
		if f.Size[0] != c.size || f.Jump[0] != c.jump || f.Start[0] != c.start {
			t.Errorf("%s %s: size %g jump %g start %g, want %g %g %g", c.variant, c.keys, f.Size[0], f.Jump[0], f.Start[0], c.size, c.jump, c.start)
		}
	}
}

// The overlap that the notes speak of is counted here tap by tap.
func TestOverlapByCounting(t *testing.T) {
	for kernel := 1; kernel <= 7; kernel++ {
		for stride := 1; stride <= 4; stride++ {
			for dilation := 1; dilation <= 4; dilation++ {
				const n = 100
				hits := make([]int, (n-1)*stride+dilation*(kernel-1)+1)
				for i := range n {
					for k := range kernel {
						hits[i*stride+k*dilation]++
					}
				}
				border := dilation * kernel
				inner := hits[border : len(hits)-border]
				least, most := Overlap(kernel, stride, dilation)
				if l, m := slices.Min(inner), slices.Max(inner); l != least || m != most {
					t.Errorf("kernel %d stride %d dilation %d: counted %d..%d, Overlap says %d..%d", kernel, stride, dilation, l, m, least, most)
				}
			}
		}
	}
}
