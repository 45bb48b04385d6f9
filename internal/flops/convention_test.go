package flops

import (
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
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
	for name, want := range map[string]int64{"mac": 48, "fvcore": 48, "ptflops": 64, "torch": 96, "thop": 192, "torchinfo": 208, "torchvision": 48, "deepspeed": 97, "calflops": 97, "onnx-tool": 80, "tensorflow": 112} {
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
		{"conv", conv, map[string]int64{"mac": 1152, "fvcore": 1152, "ptflops": 1216, "torchinfo": 1216, "thop": 1152, "torch": 2304, "torchvision": 1152, "deepspeed": 2368, "calflops": 2368, "onnx-tool": 1216, "tensorflow": 2368}},
		{"linear", layer.Linear{Out: 5, Bias: true}, map[string]int64{"mac": 1440, "fvcore": 1440, "ptflops": 1450, "torchinfo": 1450, "thop": 1440, "torch": 2880, "torchvision": 1440, "deepspeed": 2880, "calflops": 2880, "onnx-tool": 1450, "tensorflow": 2890}},
		{"batch norm", layer.Norm{Func: "batch", Affine: true}, map[string]int64{"fvcore": 576, "thop": 1152, "torchinfo": 16, "deepspeed": 576, "calflops": 576}},
		{"plain batch norm", layer.Norm{Func: "batch"}, map[string]int64{"fvcore": 288, "thop": 576, "deepspeed": 288, "calflops": 288}},
		{"layer norm", layer.Norm{Func: "layer", Affine: true}, map[string]int64{"fvcore": 1440, "thop": 1152, "torchinfo": 16, "deepspeed": 1440, "calflops": 1440}},
		{"group norm, affine", layer.Norm{Func: "group", Affine: true, Size: 2}, map[string]int64{"fvcore": 1440, "torchinfo": 16, "deepspeed": 1440, "calflops": 1440}},
		{"plain group norm", layer.Norm{Func: "group", Size: 2}, map[string]int64{"fvcore": 1152, "deepspeed": 1152, "calflops": 1152}},
		{"instance norm", layer.Norm{Func: "instance"}, map[string]int64{"fvcore": 1152, "thop": 576, "deepspeed": 1152, "calflops": 1152, "onnx-tool": 2880}},
		{"local response norm", layer.Norm{Func: "lrn", Size: 5}, map[string]int64{"deepspeed": 1440, "calflops": 1440, "onnx-tool": 6912}},
		{"average pool", layer.Pool{Window: window, Func: layer.AveragePool}, map[string]int64{"thop": 32, "deepspeed": 288, "calflops": 288, "onnx-tool": 288, "tensorflow": 288}},
		{"adaptive average pool", layer.Pool{Adaptive: []int{2, 2}, Func: layer.AveragePool}, map[string]int64{"fvcore": 288, "thop": (9 + 1) * 32, "deepspeed": 288, "calflops": 288, "onnx-tool": 288}},
		{"global average pool", layer.Pool{Global: true, Func: layer.AveragePool}, map[string]int64{"fvcore": 288, "thop": (36 + 1) * 8, "deepspeed": 288, "calflops": 288, "onnx-tool": 304, "tensorflow": 288}},
		{"global max pool", layer.Pool{Global: true, Func: layer.MaxPool}, map[string]int64{"deepspeed": 288, "calflops": 288}},
		{"max pool", layer.Pool{Window: window, Func: layer.MaxPool}, map[string]int64{"deepspeed": 288, "calflops": 288, "onnx-tool": 288, "tensorflow": 288}},
		{"relu", layer.Activation{Func: "relu"}, map[string]int64{"deepspeed": 288, "calflops": 288, "onnx-tool": 288}},
		{"prelu", layer.Activation{Func: "prelu"}, map[string]int64{"thop": 288, "deepspeed": 288, "calflops": 288, "onnx-tool": 576}},
		{"bilinear", layer.Resize{Scale: []float64{2, 2}}, map[string]int64{"fvcore": 4 * 1152, "thop": 11 * 1152, "deepspeed": 1152, "calflops": 288, "onnx-tool": 4608}},
		{"nearest", layer.Resize{Scale: []float64{2, 2}, Nearest: true}, map[string]int64{"fvcore": 1152, "thop": 1152, "deepspeed": 1152, "calflops": 288}},
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
		{"linear resizing", layer.Resize{Scale: []float64{2}}, [][]int{{1, 2, 5}}, map[string]int64{"thop": 5 * 20, "deepspeed": 20, "calflops": 10, "onnx-tool": 80}},
		{"trilinear resizing", layer.Resize{Scale: []float64{2, 1, 1}}, [][]int{{1, 2, 5, 3, 3}}, map[string]int64{"deepspeed": 180, "calflops": 90, "onnx-tool": 720}},
		{"nearest in 1-D", layer.Resize{Scale: []float64{2}, Nearest: true}, [][]int{{1, 2, 5}}, map[string]int64{"thop": 20, "deepspeed": 20, "calflops": 10}},
		{"softmax of rows", layer.Activation{Func: "softmax"}, [][]int{{4, 10}}, map[string]int64{"thop": 4 * 29, "deepspeed": 40, "calflops": 40, "onnx-tool": 720, "tensorflow": 200}},
		{"softmax of pictures", layer.Activation{Func: "softmax"}, [][]int{{4, 10, 2, 2}}, map[string]int64{"deepspeed": 160, "calflops": 160, "onnx-tool": 2880, "tensorflow": 800}},
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

// The known faults of profilers, each in a layer where it shows.
func TestFaultsOfProfilers(t *testing.T) {
	window := func(dims, kernel, stride, pad int) layer.Window {
		w := layer.Window{}
		for range dims {
			w.Kernel, w.Stride, w.Dilation = append(w.Kernel, kernel), append(w.Stride, stride), append(w.Dilation, 1)
			w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: pad, End: pad})
		}
		return w
	}
	for _, c := range []struct {
		what string
		op   layer.Op
		in   []int
		want map[string]int64
	}{
		// 4 -> 6 channels in 2 groups, 5x5 -> 11x11: 4*25 inputs meet 3 channels of 9 taps.
		{
			"grouped transposed", layer.Transposed{Window: window(2, 3, 2, 0), OutputPadding: []int{0, 0}, OutChannels: 6, Groups: 2, Bias: true},
			[]int{1, 4, 5, 5}, map[string]int64{
				"mac": 2700, "torch": 5400,
				"deepspeed": 2*100*1*9 + 3*2*2, // 3/2 channels, rounded down; the bias of 3 channels on (5-3)/2+1 pixels
				"onnx-tool": 6*121*3*9 + 6*121, "tensorflow": 2*121*4*3*9/4 + 6*121,
			},
		},
		{"convolution in 3-D", layer.Conv{Window: window(3, 3, 1, 0), OutChannels: 2, Groups: 1}, []int{1, 3, 5, 5, 5}, map[string]int64{
			"mac": 27 * 2 * 3 * 27, "deepspeed": 2 * 27 * 2 * 3 * 27, "onnx-tool": 27*2*3*9 + 27*2, "tensorflow": 0,
		}},
		{"pool in 3-D", layer.Pool{Window: window(3, 2, 2, 0), Func: layer.MaxPool}, []int{1, 3, 4, 4, 4}, map[string]int64{"deepspeed": 192, "onnx-tool": 24 * 2}},
		{"convolution without a bias", layer.Conv{Window: window(2, 1, 1, 0), OutChannels: 2, Groups: 1}, []int{1, 3, 5, 5}, map[string]int64{
			"mac": 150, "deepspeed": 300, "onnx-tool": 200, "tensorflow": 300,
		}},
		{"resizing to a size", layer.Resize{Size: []int{7, 9}}, []int{2, 3, 5, 5}, map[string]int64{"deepspeed": 63, "calflops": 63, "onnx-tool": 4 * 6 * 63}},
		{"resizing by fractions", layer.Resize{Scale: []float64{1.5, 1.5}}, []int{1, 1, 5, 5}, map[string]int64{"deepspeed": 56, "calflops": 25}},
		{"ReLU6", layer.Activation{Func: "relu6"}, []int{1, 3, 5, 5}, map[string]int64{"deepspeed": 0, "onnx-tool": 150, "tensorflow": 0}},
		{"sigmoid", layer.Activation{Func: "sigmoid"}, []int{1, 3, 5, 5}, map[string]int64{"deepspeed": 0, "onnx-tool": 16 * 75}},
		{"silu", layer.Activation{Func: "silu"}, []int{1, 3, 5, 5}, map[string]int64{"deepspeed": 75, "onnx-tool": 17 * 75}},
	} {
		st, s, err := stage(c.op, c.in)
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		for name, want := range c.want {
			if got, err := named(t, name).OfStage(st, s); err != nil || got != want {
				t.Errorf("%s of %s: %d, %v, want %d", name, c.what, got, err, want)
			}
		}
	}
	sum := shape.Stage{Inputs: [][]int{{1, 3, 5, 5}, {1, 3, 5, 5}, {1, 3, 5, 5}}, Output: []int{1, 3, 5, 5}}
	for name, want := range map[string]int64{"deepspeed": 0, "onnx-tool": 150, "tensorflow": 150, "mac": 0} {
		if got, err := named(t, name).OfStage(layer.Stage{Op: layer.Add{}}, sum); err != nil || got != want {
			t.Errorf("%s of a sum of three: %d, %v, want %d", name, got, err, want)
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
	if want := `unknown convention "flopth"; conventions are mac, fvcore, ptflops, torchinfo, thop, torch, torchvision, deepspeed, calflops, onnx-tool, tensorflow, bitops`; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
