package flops

import (
	"testing"

	"convx/internal/layer"
)

func named(t *testing.T, name string) Convention {
	t.Helper()
	c, err := ConventionNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// One layer with as many answers as there are ways to count: ConvTranspose2d(3, 1, 2, stride=2) with bias on 3x2x2.
func TestOneTransposedLayer(t *testing.T) {
	r := shapeOf(t, "transposed", "input=3x2x2 out-channels=1 kernel=2 stride=2")
	for name, want := range map[string]int64{"mac": 48, "fvcore": 48, "ptflops": 64, "torch": 96, "thop": 192, "torchinfo": 208, "torchvision": 48} {
		if _, got, err := named(t, name).Of(r); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", name, got, err, want)
		}
	}
}

func TestConventionCells(t *testing.T) {
	x := []int{2, 4, 6, 6}
	window := layer.Window{Kernel: []int{3, 3}, Stride: []int{3, 3}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: make([]layer.Pad, 2)}}
	conv := layer.Conv{Window: window, OutChannels: 8, Groups: 2, Bias: true} // 2x8x2x2, 18 products each
	for _, c := range []struct {
		what string
		op   layer.Op
		want map[string]int64
	}{
		{"conv", conv, map[string]int64{"mac": 1152, "fvcore": 1152, "ptflops": 1216, "torchinfo": 1216, "thop": 1152, "torch": 2304, "torchvision": 1152}},
		{"linear", layer.Linear{Out: 5, Bias: true}, map[string]int64{"mac": 1440, "fvcore": 1440, "ptflops": 1450, "torchinfo": 1450, "thop": 1440, "torch": 2880, "torchvision": 1440}},
		{"batch norm", layer.Norm{Func: "batch", Affine: true}, map[string]int64{"fvcore": 576, "thop": 1152, "torchinfo": 16}},
		{"plain batch norm", layer.Norm{Func: "batch"}, map[string]int64{"fvcore": 288, "thop": 576}},
		{"layer norm", layer.Norm{Func: "layer", Affine: true}, map[string]int64{"fvcore": 1440, "thop": 1152, "torchinfo": 16}},
		{"group norm, affine", layer.Norm{Func: "group", Affine: true, Size: 2}, map[string]int64{"fvcore": 1440, "torchinfo": 16}},
		{"plain group norm", layer.Norm{Func: "group", Size: 2}, map[string]int64{"fvcore": 1152}},
		{"instance norm", layer.Norm{Func: "instance"}, map[string]int64{"fvcore": 1152, "thop": 576}},
		{"local response norm", layer.Norm{Func: "lrn", Size: 5}, nil},
		{"average pool", layer.Pool{Window: window, Func: layer.AveragePool}, map[string]int64{"thop": 32}},
		{"adaptive average pool", layer.Pool{Adaptive: []int{2, 2}, Func: layer.AveragePool}, map[string]int64{"fvcore": 288, "thop": (9 + 1) * 32}},
		{"global average pool", layer.Pool{Global: true, Func: layer.AveragePool}, map[string]int64{"fvcore": 288, "thop": (36 + 1) * 8}},
		{"global max pool", layer.Pool{Global: true, Func: layer.MaxPool}, nil},
		{"max pool", layer.Pool{Window: window, Func: layer.MaxPool}, nil},
		{"relu", layer.Activation{Func: "relu"}, nil},
		{"prelu", layer.Activation{Func: "prelu"}, map[string]int64{"thop": 288}},
		{"bilinear", layer.Resize{Scale: []float64{2, 2}}, map[string]int64{"fvcore": 4 * 1152, "thop": 11 * 1152}},
		{"nearest", layer.Resize{Scale: []float64{2, 2}, Nearest: true}, map[string]int64{"fvcore": 1152, "thop": 1152}},
	} {
		st, s, err := stage(c.op, x)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		for _, conv := range Conventions() {
			if conv.Name == "bitops" { // of float32: 32 times 32 bits a MAC
				c.want = map[string]int64{"bitops": 1024 * c.want["mac"]}
			}
			if got, err := conv.OfStage(st, s); err != nil || got != c.want[conv.Name] {
				t.Errorf("%s of %s: %d, %v, want %d", conv.Name, c.what, got, err, c.want[conv.Name])
			}
		}
	}
}

// What depends on the number of axes.
func TestConventionCellsByAxes(t *testing.T) {
	for _, c := range []struct {
		what string
		op   layer.Op
		in   [][]int
		want map[string]int64
	}{
		{"linear resizing", layer.Resize{Scale: []float64{2}}, [][]int{{1, 2, 5}}, map[string]int64{"thop": 5 * 20}},
		{"trilinear resizing", layer.Resize{Scale: []float64{2, 1, 1}}, [][]int{{1, 2, 5, 3, 3}}, nil},
		{"nearest in 1-D", layer.Resize{Scale: []float64{2}, Nearest: true}, [][]int{{1, 2, 5}}, map[string]int64{"thop": 20}},
		{"softmax of rows", layer.Activation{Func: "softmax"}, [][]int{{4, 10}}, map[string]int64{"thop": 4 * 29}},
		{"softmax of pictures", layer.Activation{Func: "softmax"}, [][]int{{4, 10, 2, 2}}, nil},
		// 2 outputs of 9 taps over 4 channels, at 9 positions; offsets are given.
		{"deformable", layer.Deformable{OffsetGroups: 1, Conv: layer.Conv{OutChannels: 2, Groups: 1, Bias: true, Window: layer.Window{
			Kernel: []int{3, 3}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: make([]layer.Pad, 2)},
		}}}, [][]int{{1, 4, 5, 5}, {1, 18, 3, 3}}, map[string]int64{"mac": 2 * 36 * 9, "torchinfo": (2*36 + 2) * 9}},
	} {
		st, s, err := stage(c.op, c.in...)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		for _, conv := range Conventions() {
			if conv.Name == "bitops" { // of float32: 32 times 32 bits a MAC
				c.want = map[string]int64{"bitops": 1024 * c.want["mac"]}
			}
			if got, err := conv.OfStage(st, s); err != nil || got != c.want[conv.Name] {
				t.Errorf("%s of %s: %d, %v, want %d", conv.Name, c.what, got, err, c.want[conv.Name])
			}
		}
	}
}

func TestConventionNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range Conventions() {
		if c.Differs == "" || c.Unit == "" || seen[c.Name] {
			t.Errorf("%+v lacks a unit or a line of explanation, or comes twice", c)
		}
		seen[c.Name] = true
	}
	_, err := ConventionNamed("flopth")
	if want := `unknown convention "flopth"; conventions are mac, fvcore, ptflops, torchinfo, thop, torch, torchvision, bitops`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
