package layer

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// build sets keys given as "key=value" and builds.
func build(variant string, keys ...string) (Layer, error) {
	s := Spec{Variant: variant}
	for _, kv := range keys {
		k, v, _ := strings.Cut(kv, "=")
		if err := s.Set(k, v); err != nil {
			return Layer{}, err
		}
	}
	return Build(s)
}

func stageNames(l Layer) string {
	var names []string
	for _, s := range l.Stages {
		names = append(names, s.Name)
	}
	return strings.Join(names, " ")
}

func TestStages(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input=3x224x224 kernel=7", "conv"},
		{"separable", "input=8x5x5", "depthwise pointwise"},
		{"inverted-residual", "input=8x5x5", "expand expand.relu6 depthwise depthwise.relu6 project add"},
		{"inverted-residual", "input=8x5x5 expansion=1 stride=2", "depthwise depthwise.relu6 project"},
		{"deformable", "input=8x5x5", "offset deformable"},
		{"deformable", "input=8x5x5 modulated=true", "offset mask.conv mask deformable"},
		{"se", "input=32x5x5", "squeeze fc1 fc1.relu fc2 fc2.sigmoid scale"},
		{"resize-conv", "input=8x5x5", "resize conv"},
		{"sub-pixel", "input=8x5x5", "conv depth-to-space"},
		{"mbconv", "input=8x5x5", "expand expand.silu depthwise depthwise.silu squeeze fc1 fc1.silu fc2 fc2.sigmoid scale project add"},
		{"mbconv", "input=8x5x5 expansion=1 stride=2 squeeze=false activation=relu", "depthwise depthwise.relu project"},
		{"mbconv", "input=8x5x5 expanded=20 out-channels=6 activation=hard-swish",
			"expand expand.hard-swish depthwise depthwise.hard-swish squeeze fc1 fc1.relu fc2 fc2.hard-sigmoid scale project"},
		{"deform-roi-pool", "input=8x14x14", "pool fc1 fc1.relu fc2 fc2.relu fc3 deform-pool"},
	} {
		l, err := build(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
			continue
		}
		if got := stageNames(l); got != c.want {
			t.Errorf("%s %s: stages %s, want %s", c.variant, c.keys, got, c.want)
		}
	}
}

// Every variant must answer a short command: input alone.
func TestEveryVariantHasDefaults(t *testing.T) {
	for _, v := range Variants() {
		l, err := build(v.Name, "input=32x20x20")
		if err != nil {
			t.Errorf("%s with an input alone: %v", v.Name, err)
			continue
		}
		if len(l.Defaults) == 0 {
			t.Errorf("%s shows no defaults", v.Name)
		}
		for _, key := range v.Keys {
			if _, ok := KeyNamed(key); !ok {
				t.Errorf("%s reads unknown key %s", v.Name, key)
			}
		}
		for _, st := range l.Stages {
			if !slices.Contains(Kinds(), st.Op.Kind()) {
				t.Errorf("%s: stage %s has unknown kind %s", v.Name, st.Name, st.Op.Kind())
			}
		}
	}
}

func TestImpossible(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standrad", "input=3x8x8", `unknown variant "standrad": did you mean standard?`},
		{"Conv2d", "input=3x8x8", `unknown variant "Conv2d": did you mean standard?`},
		{"conv_transpose2d", "input=3x8x8", `unknown variant "conv_transpose2d": did you mean transposed?`},
		{"photo.png", "input=3x8x8", `unknown variant "photo.png": a variant stands before a file, like standard photo.png`},
		{"standard", "", "standard needs an input size: give -i CxHxW, like -i 3x224x224"},
		{"standard", "input=3x8x8 groups=3", "standard has 1 group, not 3: use grouped"},
		{"standard", "input=3x8x8 dilation=2", "standard has dilation 1, not 2: use dilated"},
		{"standard", "input=3x8x8 expansion=2", "standard has no --expansion: drop it; it belongs to inverted-residual, mbconv"},
		{"standard", "input=3x8", "input 3x8 has 2 extents; with --dims 2 it is CxHxW or NxCxHxW: for CxW add --dims 1"},
		{"standard", "input=3x8x8 kernel=3x3x3", "kernel 3x3x3 has 3 numbers, and --dims 2 has 2 spatial axes"},
		{"standard", "input=3x8x8 padding=causal", "causal padding is for sequences: use --dims 1 or --padding same"},
		{"standard", "input=3x8x8 kernel=0", "kernel: 0 is less than 1"},
		{"standard", "input=3x8x8 kernel=9999999999999999999999", `kernel: "9999999999999999999999" is larger than ` + strconv.Itoa(MaxExtent)},
		{"standard", "input=3x8x8 kernel=" + strconv.Itoa(MaxExtent+1), `kernel: "` + strconv.Itoa(MaxExtent+1) + `" is larger than ` + strconv.Itoa(MaxExtent)},
		{"pointwise", "input=3x8x8 kernel=3", "pointwise has kernel 1, not 3: use standard"},
		{"grouped", "input=6x8x8 groups=4", "groups 4 does not divide the 6 input channels: 3 and 6 would work"},
		{"grouped", "input=3x8x8 groups=2", "groups 2 does not divide the 3 input channels: 3 would work"},
		{"grouped", "input=4x8x8 out-channels=6 groups=4", "groups 4 does not divide the 6 output channels: 2 would work"},
		{"grouped", "input=4x8x8 out-channels=5", "groups 2 does not divide the 5 output channels: only 1 divides both 4 and 5: use standard, or change the channels"},
		{"transposed", "input=4x8x8 out-channels=6 groups=3", "groups 3 does not divide the 4 input channels: 2 would work"},
		{"standard", "dims=4 input=3x8x8", `dims: "4" is not 1, 2 or 3`},
		{"grouped", "input=6x8x8 groups=1", "grouped needs more than 1 group: use standard"},
		{"dilated", "input=6x8x8 dilation=1", "dilated needs a dilation above 1 on some axis: dilation 1 is no dilation: use standard or --dilation 2"},
		{"depthwise", "input=6x8x8 out-channels=12", "depthwise makes 6 channels (input channels times multiplier), not 12: --multiplier 2 or use separable, whose pointwise stage makes any number"},
		{"transposed", "input=6x8x8 output-padding=1", "output padding 1 on H must be smaller than the stride 1 or the dilation 1: a larger one would add pixels that no input reaches; raise the stride"},
		{"se", "input=20x8x8 reduction=16", "reduction 16 does not divide the 20 channels: 10 and 20 would work"},
		{"max-pool", "input=3x8x8 padding=2", "padding 2 on H is more than half of the window of 2: at most 1 keeps every window on the input"},
		{"max-pool", "input=3x8x8 bias=false", "max-pool has no --bias: drop it; it belongs to " + weighted()},
		{"max-pool", "input=3x8x8 groups=3", "max-pool has no --groups: drop it; it belongs to standard, pointwise, grouped, depthwise, transposed, dilated, deformable, resize-conv, sub-pixel"},
		{"se", "input=32x8x8 reduction=4 hidden=7", "reduction 4 of 32 channels makes 8 hidden units, not 7: give one of --reduction and --hidden"},
		{"mbconv", "input=4x8x8 expansion=2 expanded=9", "expansion 2 of 4 channels makes 8, not 9: give one of --expansion and --expanded"},
		{"mbconv", "input=4x8x8 squeeze=false hidden=9", "--hidden is the squeeze-and-excitation's, and --squeeze=false leaves it out: drop one of them"},
		{"mbconv", "input=4x8x8 activation=gelu", `activation: "gelu" is not one of swish, hard-swish, relu`},
		{"sub-pixel", "input=3x8x8 scale=1.5", "scale 1.5 is not whole: every pixel becomes a block of pixels: use resize-conv for other scales"},
		{"sub-pixel", "input=3x8x8 scale=2x2x2", "scale 2 has 3 numbers, and --dims 2 has 2 spatial axes"},
		{"sub-pixel", "input=3x8x8 out-channels=3 scale=2 groups=5", "groups 5 does not divide the 3 input channels: 3 would work"},
		{"deformable", "dims=1 input=3x8", "deformable works on images: --dims 2, not 1"},
	} {
		_, err := build(c.variant, strings.Fields(c.keys)...)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s %s:\n got %v\nwant %s", c.variant, c.keys, err, c.want)
		}
	}
	_, err := build("se", "input=20x8x8", "reduction=16")
	if _, ok := errors.AsType[*Error](err); !ok {
		t.Errorf("an impossible layer is a %T, want *Error", err)
	}
}

func weighted() string {
	var names []string
	for _, v := range Variants() {
		if !v.Unweighted {
			names = append(names, v.Name)
		}
	}
	return strings.Join(names, ", ")
}

// A pool's window moves by its own size unless told otherwise.
func TestPoolStrideIsItsKernel(t *testing.T) {
	for keys, want := range map[string]string{"input=3x12x12": "2", "input=3x12x12 kernel=2x3": "2x3", "input=3x12x12 kernel=3 stride=1": "1"} {
		l, err := build("max-pool", strings.Fields(keys)...)
		if err != nil || FormatInts(l.Stride) != want || len(l.Stages) != 1 {
			t.Errorf("max-pool %s has stride %s in %d stages, want %s: %v", keys, FormatInts(l.Stride), len(l.Stages), want, err)
		}
	}
}

// Defaults that do not divide the channels give way to the nearest that do.
func TestDefaultsEase(t *testing.T) {
	for c := 1; c <= 40; c++ {
		l, err := build("se", "input="+strconv.Itoa(c)+"x8x8")
		if err != nil {
			t.Fatal(err)
		}
		r := l.Reduction
		for larger := r + 1; larger <= 16; larger++ {
			if c%larger == 0 {
				t.Errorf("se on %d channels has reduction %d, and %d would divide them", c, r, larger)
			}
		}
		if r < 1 || r > 16 || c%r != 0 {
			t.Errorf("se on %d channels has reduction %d", c, r)
		}
	}
	for _, c := range []struct {
		keys   string
		groups int // 0 is an error
	}{{"input=4x8x8", 2}, {"input=3x8x8", 3}, {"input=15x8x8 out-channels=10", 5}, {"input=4x8x8 out-channels=5", 0}, {"input=1x8x8", 0}, {"input=3x8x8 groups=2", 0}} {
		l, err := build("grouped", strings.Fields(c.keys)...)
		if (err != nil) != (c.groups == 0) || err == nil && l.Groups != c.groups {
			t.Errorf("grouped %s has %d groups, want %d: %v", c.keys, l.Groups, c.groups, err)
		}
	}
}

// What follows from a layer's own weights is the layer.
func TestFollow(t *testing.T) {
	untested := map[string]bool{}
	for _, v := range Variants() {
		untested[v.Name] = v.Follows != nil
	}
	for _, c := range []struct{ variant, keys string }{
		{"standard", "input=6x9x9 out-channels=4 kernel=2x3"},
		{"standard", "dims=1 input=6x9 out-channels=4 kernel=5"},
		{"pointwise", "input=6x9x9 out-channels=4"},
		{"grouped", "input=6x9x9 out-channels=9 groups=3 kernel=1x2"},
		{"dilated", "input=6x9x9 out-channels=4 kernel=2x3"},
		{"depthwise", "input=6x9x9 multiplier=3 kernel=4"},
		{"separable", "input=6x9x9 multiplier=2 out-channels=5 kernel=2"},
		{"inverted-residual", "input=6x9x9 expansion=3 out-channels=5 kernel=5"},
		{"transposed", "input=6x9x9 out-channels=5 kernel=4x2"},
		{"deformable", "input=6x9x9 out-channels=4 kernel=2x3 offset-groups=3"},
		{"deformable", "input=6x9x9 out-channels=4 kernel=2 offset-groups=2 modulated=true"},
		{"deform-roi-pool", "input=6x9x9 hidden=12 pooled=3"},
		{"se", "input=6x9x9 reduction=3"},
		{"resize-conv", "input=6x9x9 out-channels=4 kernel=3"},
		{"sub-pixel", "input=6x9x9 out-channels=4 kernel=5 groups=2"},
		{"se", "input=6x9x9 hidden=4"},
		{"mbconv", "input=6x9x9 expansion=3 out-channels=5 kernel=5 hidden=4"},
		{"mbconv", "input=6x9x9 expanded=20"},
	} {
		delete(untested, c.variant)
		want, err := build(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Fatal(err)
		}
		given := map[string][]int{}
		in := map[string][]int{Input: want.Input}
		for _, st := range want.Stages {
			x, ok := in[st.Inputs[0]]
			if !ok {
				x = want.Input
			}
			for _, o := range st.Operands([][]int{x}) {
				given[o.Name] = o.Shape
			}
			in[st.Name] = outOf(st.Op, x)
		}
		got := Spec{Variant: c.variant, Dims: DimsOf(given), Input: want.Input}
		got.Follow(given)
		l, err := Build(got)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
			continue
		}
		for _, k := range Keys() {
			if v, _ := VariantNamed(c.variant); v.Has(k.Name) && k.Value(l.Spec) != k.Value(want.Spec) {
				t.Errorf("%s %s: from weights of %v, %s is %s", c.variant, c.keys, given, k.Name, k.Value(l.Spec))
			}
		}
	}
	for name, follows := range untested {
		if follows {
			t.Errorf("no case is %s", name)
		}
	}
}

// outOf is the output of a stage, as far as operands of later stages depend on it: the channels.
func outOf(op Op, x []int) []int {
	y := slices.Clone(x)
	switch op := op.(type) {
	case Conv:
		y[1] = op.OutChannels
	case Linear:
		y = []int{x[0], op.Out}
	case Pool:
		y = []int{x[0], x[1], 1, 1}
	case ROIPool:
		y = append([]int{op.ROIs, x[1]}, op.Pooled...)
	}
	return y
}

// Only the variants that sample a plane at offsets, and pool regions of it, are for images alone.
func TestDims(t *testing.T) {
	for _, v := range Variants() {
		for dims, input := range map[int]string{1: "input=32x8", 3: "input=32x8x8x8"} {
			_, err := build(v.Name, "dims="+strconv.Itoa(dims), input)
			if images := strings.HasPrefix(v.Name, "deform"); (err != nil) != images {
				t.Errorf("%s with --dims %d: %v", v.Name, dims, err)
			}
		}
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"kernle": "kernel", "rio": "roi", "oir": "", "foo": "", "ro": "", "roii": "roi", "strid": "stride", "": ""} {
		if got := Nearest(word, []string{"kernel", "roi", "stride"}); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

func TestPaddingText(t *testing.T) {
	for _, s := range []string{"0", "1", "1x2", "1:2x0:3", "same", "same-lower", "valid", "causal", "2:0"} {
		p, err := ParsePadding(s)
		if err != nil || p.String() != s {
			t.Errorf("ParsePadding(%q) = %s, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "x", "1:", "-1", "1:2:3", "1x", "samme", "1.5"} {
		if p, err := ParsePadding(s); err == nil {
			t.Errorf("ParsePadding(%q) = %s, want an error", s, p)
		}
	}
}

// Every value that a key shows must read back as itself.
func TestKeysReadBack(t *testing.T) {
	for _, v := range Variants() {
		l, err := build(v.Name, "input=32x20x20")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range l.Defaults {
			s := Spec{Variant: v.Name}
			if err := s.Set(d.Key, d.Value); err != nil {
				t.Errorf("%s: default %s %q does not read back: %v", v.Name, d.Key, d.Value, err)
			}
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"3", "3x5", "1:2x0:3", "same", "0,0,4,4/1,1,2,2", "-1", "9999999999999999999", "1e400", "NaN", "x", "", "1::2", "٣"} {
		for i := range keys {
			f.Add(uint8(i), s)
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		k := keys[int(which)%len(keys)]
		s := Spec{Variant: "standard"}
		if err := s.Set(k.Name, value); err != nil {
			return
		}
		again := Spec{Variant: "standard"}
		if err := again.Set(k.Name, k.Value(s)); err != nil {
			t.Fatalf("%s: %q was read and shown as %q, which is not: %v", k.Name, value, k.Value(s), err)
		}
	})
}

func TestChecked(t *testing.T) {
	if n, err := Product[int64](1<<31, 1<<31, 1); err != nil || n != 1<<62 {
		t.Errorf("2^62: %d, %v", n, err)
	}
	for _, f := range [][]int64{{1 << 32, 1 << 31}, {1 << 62, 2}, {1 << 62, 4, 3}} {
		if n, err := Product(f...); !errors.Is(err, ErrOverflow) {
			t.Errorf("Product(%v) = %d, %v", f, n, err)
		}
	}
	if n, err := Product[int64](1<<62, 1<<62, 0); err != nil || n != 0 {
		t.Errorf("a zero factor: %d, %v", n, err)
	}
	if _, err := Sum[int64](1<<62, 1<<62); !errors.Is(err, ErrOverflow) {
		t.Errorf("2^63: %v", err)
	}
	if _, err := Product(math.MaxInt/2, 3); !errors.Is(err, ErrOverflow) {
		t.Errorf("a size beyond an int: %v", err)
	}
	if _, err := Sum(math.MaxInt, 1); !errors.Is(err, ErrOverflow) {
		t.Errorf("a sum beyond an int: %v", err)
	}
	if n, err := Elements(1<<20, 1<<20, 3); err != nil || n != 3<<40 {
		t.Errorf("elements: %d, %v", n, err)
	}
}
