package flops

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
)

func of(t *testing.T, variant, keys string) (Count, shape.Result) {
	t.Helper()
	r := shapeOf(t, variant, keys)
	c, err := Of(r)
	if err != nil {
		t.Fatalf("%s %s: %v", variant, keys, err)
	}
	return c, r
}

func shapeOf(t interface {
	Helper()
	Fatal(...any)
}, variant, keys string) shape.Result {
	t.Helper()
	s := layer.Spec{Variant: variant}
	for kv := range strings.FieldsSeq(keys) {
		k, v, _ := strings.Cut(kv, "=")
		if err := s.Set(k, v); err != nil {
			t.Fatal(err)
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := shape.Of(l)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryKindHasARule(t *testing.T) {
	for _, k := range layer.Kinds() {
		if rules.Get()[k] == nil {
			t.Errorf("%s has no cost rule", k)
		}
		for _, c := range Conventions() {
			if c.counts[k] == nil {
				t.Errorf("%s has no cell for %s", c.Name, k)
			}
		}
	}
}

// Figures worked out by hand from the definitions.
func TestCounts(t *testing.T) {
	for _, c := range []struct {
		variant, keys                    string
		params, macs, flops, activations int64
	}{
		// ResNet's stem: 64*3*7*7 + 64; 64*112*112*3*49; twice that and the biases.
		{"standard", "input=3x224x224 out-channels=64 kernel=7 stride=2 padding=3", 9472, 118013952, 236830720, 802816},
		{"depthwise", "input=32x112x112 padding=1 bias=false", 288, 3612672, 7225344, 401408},
		{"grouped", "input=96x27x27 out-channels=256 kernel=5 padding=2 groups=2", 307456, 223948800, 448084224, 186624},
		{"transposed", "input=3x2x2 out-channels=1 kernel=2 stride=2", 13, 48, 112, 16},
		{"standard", "dims=1 input=2x4x10 out-channels=3", 39, 2 * 3 * 8 * 12, 2*2*3*8*12 + 2*3*8, 48},
		// 256 -> 16 -> 256 by linear layers; squeeze 256*49, relu 16, sigmoid 4*256, scale 256*49.
		{"se", "input=256x7x7", 256*16 + 16 + 16*256 + 256, 8192, 16384 + 272 + 12544 + 16 + 1024 + 12544, 272},
		// Offsets: 18 planes from 4 channels; sampling: 12 and 4*7 at 9 taps of 9 pixels.
		{
			"deformable", "input=4x5x5 out-channels=2", 18*4*9 + 18 + 2*4*9 + 2,
			9*18*36 + 9*2*36, 2*(9*18*36+9*2*36) + 9*18 + 9*2 + 81*(12+28), 9*18 + 18,
		},
		// Hidden 24 = 4*6: expand 24*4, relu6 twice 2*24*25, depthwise, project, add.
		{
			"inverted-residual", "input=4x5x5 bias=false", 96 + 216 + 96, 25 * (96 + 216 + 96),
			2*25*(96+216+96) + 2*2*24*25 + 100, 25 * (24 + 24 + 4),
		},
		{"resize-conv", "input=2x4x4 out-channels=3", 9, 64 * 6, 2*64*6 + 3*64 + 7*2*64, 192},
		// 8 comparisons in each of 56*56 windows of 9, of 64 channels.
		{"max-pool", "input=64x112x112 kernel=3 stride=2 padding=1", 0, 0, 64 * 56 * 56 * 8, 0},
		// 12 planes from 2 channels at 16 positions.
		{"sub-pixel", "input=2x4x4 out-channels=3 padding=1", 12*2*9 + 12, 16 * 12 * 18, 2*16*12*18 + 16*12, 16 * 12},
		{"se", "input=6x5x5 hidden=4", 24 + 4 + 24 + 6, 48, 96 + 10 + 6*25 + 4 + 4*6 + 6*25, 10},
		// Hidden 24: three convolutions, swish twice 5*24*25; gate of 1: squeeze 24*25, swish 5, sigmoid 4*24, scale 24*25.
		{
			"mbconv", "input=4x5x5 bias=false", 96 + 216 + 96 + 48, 25*(96+216+96) + 48,
			2*25*(96+216+96) + 2*48 + 2*5*24*25 + 24*25 + 5 + 4*24 + 24*25 + 100, 25*(24+24+4) + 25,
		},
		// 8 additions and a division.
		{"average-pool", "input=64x112x112 kernel=3 stride=2 padding=1", 0, 0, 64 * 56 * 56 * 9, 0},
		{"resize-conv", "dims=3 input=1x2x2x2 bias=false", 1, 64, 2*64 + 15*64, 64},
	} {
		got, _ := of(t, c.variant, c.keys)
		want := Total{Params: c.params, MACs: c.macs, FLOPs: c.flops, Activations: c.activations}
		g := got.Total
		g.WeightBytes, g.ActivationBytes = 0, 0
		if g != want {
			t.Errorf("%s %s:\n got %+v\nwant %+v", c.variant, c.keys, g, want)
		}
	}
}

func TestBytesAndIntensity(t *testing.T) {
	c, _ := of(t, "pointwise", "input=8x10x10 out-channels=16")
	if c.Total.WeightBytes != 4*(8*16+16) || c.Total.ActivationBytes != 4*(800+1600) {
		t.Errorf("bytes %d and %d", c.Total.WeightBytes, c.Total.ActivationBytes)
	}
	want := float64(2*12800+1600) / float64(4*144+4*2400)
	if got := c.Total.ArithmeticIntensity(); got != want {
		t.Errorf("intensity %g, want %g", got, want)
	}
	if got := (Total{}).ArithmeticIntensity(); got != 0 {
		t.Errorf("the intensity of nothing is %g", got)
	}
}

func TestSamplingIsARowOfItsOwn(t *testing.T) {
	for _, c := range []struct {
		keys  string
		flops int64
	}{
		{"input=4x5x5", 81 * (12 + 4*7)},
		{"input=4x5x5 offset-groups=2", 81 * (2*12 + 4*7)},
		{"input=4x5x5 modulated=true", 81 * (12 + 4*8)},
		{"input=3x4x5x5", 3 * 81 * (12 + 4*7)},
	} {
		got, _ := of(t, "deformable", c.keys)
		n := len(got.Rows)
		row, last := got.Rows[n-2], got.Rows[n-1]
		if row.Name != "sampling" || row.Kind != KindSampling || row.FLOPs != c.flops || row.MACs != 0 || row.Params != 0 {
			t.Errorf("%s: sampling is %+v, want %d FLOPs", c.keys, row, c.flops)
		}
		if last.Name != "deformable" || last.Kind != layer.KindDeformable {
			t.Errorf("%s: the row after sampling is %s", c.keys, last.Name)
		}
	}
	// 2 regions of 3x3 bins with 4 samples each over 8 channels.
	got, _ := of(t, "deform-roi-pool", "input=8x9x9 pooled=3 roi=0,0,4,4/1,1,8,8")
	if r := got.Rows[0]; r.Name != "pool.sampling" || r.FLOPs != 2*9*4*(12+8*7) {
		t.Errorf("sampling is %+v", r)
	}
	if r := got.Rows[1]; r.Name != "pool" || r.FLOPs != 2*9*4*8 {
		t.Errorf("pooling is %+v", r)
	}
}

func stage(op layer.Op, in ...[]int) (layer.Stage, shape.Stage, error) {
	st := layer.Stage{Name: "it", Op: op}
	s, err := shape.OfStage(st, in)
	return st, s, err
}

// FLOPs of primitives that no variant has by itself.
func TestPrimitives(t *testing.T) {
	window := layer.Window{Kernel: []int{3, 3}, Stride: []int{2, 2}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: []layer.Pad{{Begin: 1, End: 1}, {Begin: 1, End: 1}}}}
	x := []int{1, 2, 8, 8}
	for _, c := range []struct {
		name  string
		op    layer.Op
		in    [][]int
		flops int64
	}{
		{"max pool", layer.Pool{Window: window, Func: layer.MaxPool}, [][]int{x}, 32 * 8},
		{"average pool", layer.Pool{Window: window, Func: layer.AveragePool}, [][]int{x}, 32 * 9},
		{"global average", layer.Pool{Func: layer.AveragePool, Global: true}, [][]int{x}, 128},
		{"global maximum", layer.Pool{Func: layer.MaxPool, Global: true}, [][]int{x}, 126},
		{"adaptive average", layer.Pool{Func: layer.AveragePool, Adaptive: []int{4, 4}}, [][]int{x}, 128},
		{"adaptive maximum", layer.Pool{Func: layer.MaxPool, Adaptive: []int{4, 4}}, [][]int{x}, 128 - 32},
		{"batch norm", layer.Norm{Func: "batch", Affine: true}, [][]int{x}, 256},
		{"layer norm", layer.Norm{Func: "layer"}, [][]int{x}, 640},
		{"group norm, affine", layer.Norm{Func: "group", Affine: true}, [][]int{x}, 896},
		{"local response norm", layer.Norm{Func: "lrn", Size: 5}, [][]int{x}, 128 * 13},
		{"add of three", layer.Add{}, [][]int{x, x, x}, 256},
		{"concat", layer.Concat{}, [][]int{x, x}, 0},
		{"nearest", layer.Resize{Scale: []float64{2, 2}, Nearest: true}, [][]int{x}, 0},
		{"relu6", layer.Activation{Func: "relu6"}, [][]int{x}, 256},
		{"softmax of 10", layer.Activation{Func: "softmax"}, [][]int{{1, 10}}, 50},
	} {
		st, s, err := stage(c.op, c.in...)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		rows, err := OfStage(st, s)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got := rows[len(rows)-1]; got.FLOPs != c.flops || got.MACs != 0 {
			t.Errorf("%s: %d FLOPs and %d MACs, want %d and 0", c.name, got.FLOPs, got.MACs, c.flops)
		}
	}
}

func TestUnknownFunctionsAreErrors(t *testing.T) {
	for _, op := range []layer.Op{layer.Activation{Func: "relu7"}, layer.Norm{Func: "spectral"}} {
		st, s, err := stage(op, []int{1, 2, 3, 3})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OfStage(st, s); err == nil || !strings.Contains(err.Error(), "no rule for") {
			t.Errorf("%v: %v", op, err)
		}
	}
}

// Every activation costs what docs/counting.md says of it.
func TestActivationsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/counting.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]int{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(line, "|\n "), "|")
		number, _, _ := strings.Cut(strings.TrimSpace(cells[len(cells)-1]), " ")
		each, err := strconv.Atoi(number)
		if len(cells) != 2 || err != nil {
			continue
		}
		for name := range strings.SplitSeq(cells[0], ",") {
			documented[strings.TrimSpace(name)] = each
		}
	}
	for _, f := range Activations() {
		if perActivation.Get()[f] != documented[f] {
			t.Errorf("%s costs %d an element; docs/counting.md says %d", f, perActivation.Get()[f], documented[f])
		}
	}
}

// Adaptive windows, counted one by one.
func TestAdaptiveReads(t *testing.T) {
	for in := 1; in <= 20; in++ {
		for n := 1; n <= 25; n++ {
			want := 0
			for o := range n {
				want += ((o+1)*in+n-1)/n - o*in/n
			}
			if got := adaptiveReads(in, n); got != want {
				t.Errorf("%d to %d: %d, want %d", in, n, got, want)
			}
		}
	}
}

func TestFormula(t *testing.T) {
	c, _ := of(t, "standard", "input=3x224x224 out-channels=64 kernel=7 stride=2 padding=3")
	want := []Formula{
		{"params", nil, 9472}, {"macs", nil, 118013952}, {"flops", nil, 236830720},
	}
	symbols := []string{"O*(C/g)*Kh*Kw + O", "N*O*Oh*Ow*(C/g)*Kh*Kw", "2*macs + N*O*Oh*Ow"}
	numbers := []string{"64*3*7*7 + 64", "1*64*112*112*3*7*7", "2*118013952 + 1*64*112*112"}
	if len(c.Rows[0].Formulas) != len(want) {
		t.Fatalf("formulas %v", c.Rows[0].Formulas)
	}
	for i, f := range c.Rows[0].Formulas {
		if f.Quantity != want[i].Quantity || f.Value != want[i].Value || f.Sum.Symbols() != symbols[i] || f.Sum.Numbers() != numbers[i] {
			t.Errorf("%s = %s = %s = %d, want %s = %s", f.Quantity, f.Sum.Symbols(), f.Sum.Numbers(), f.Value, symbols[i], numbers[i])
		}
	}
}

// Near 2^63 a count is an error, never a wrapped number.
func TestOverflow(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"pointwise", "input=268435456x268435456x1 out-channels=128", "counting conv: macs = "},
		// 2^62 MACs fit; twice that does not.
		{"pointwise", "dims=1 input=2097152x2097152 out-channels=1048576 bias=false", "counting conv: flops = "},
	} {
		_, err := Of(shapeOf(t, c.variant, c.keys))
		if !errors.Is(err, layer.ErrOverflow) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s %s: %v, want %s…: %v", c.variant, c.keys, err, c.want, layer.ErrOverflow)
		}
	}
}
