package onnx

import (
	"path/filepath"
	"slices"
	"testing"

	"convx/internal/network"
)

// evaluate reads a model and counts it.
func evaluate(t *testing.T, file string, o Options) *network.Result {
	t.Helper()
	m, err := Open(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return evaluateModel(t, m, o)
}

func evaluateModel(t *testing.T, m *Model, o Options) *network.Result {
	t.Helper()
	g, err := m.Network(o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The light_ models are made by testdata/published.py, and their figures are those of testdata/oracle.py, which counts with ONNX's own shape inference; those of
// the others were counted by hooks while PyTorch ran them (testdata/export.py), and MobileNetV2, DenseNet-121,
// SqueezeNet 1.1 and ResNet-18 are as torchvision publishes them. Exporting MobileNetV3, ShuffleNet and ResNet-18 folded
// their batch norms: of scale and shift, the shift stays, as the convolution's bias.
func TestModelsAreCountedWhole(t *testing.T) {
	for _, c := range []struct {
		file         string
		options      Options
		params, macs int64
		output       []int
		kinds        map[string]int
	}{
		{"light_alexnet", Options{}, 60965224, 724406816, []int{1, 1000}, map[string]int{"standard": 2, "grouped": 3, "linear": 3, "lrn-norm": 2}},
		{"light_inception_v1", Options{}, 6998552, 1582671872, []int{1, 1000}, map[string]int{"standard": 20, "pointwise": 37, "concat": 9}},
		{"light_resnet50", Options{}, 25557032, 4089184256, []int{1, 1000}, map[string]int{"standard": 17, "pointwise": 36, "batch-norm": 53, "add": 16}},
		{"light_squeezenet", Options{}, 1235496, 349151936, []int{1, 1000, 1, 1}, map[string]int{"standard": 9, "pointwise": 17, "global-average-pool": 1}},
		{"light_vgg19", Options{}, 143667240, 19632062464, []int{1, 1000}, map[string]int{"standard": 16, "linear": 3}},
		{"mobilenet_v2", Options{}, 3504872, 300774272, []int{1, 1000}, map[string]int{"depthwise": 17, "pointwise": 34, "relu6": 35, "add": 10}},
		{"mobilenet_v2", Options{Batch: 4, Input: []int{3, 192, 160}}, 3504872, 738575360, []int{4, 1000}, nil},
		{"mobilenet_v3_small", Options{}, 2542856 - 12112/2, 56510400, []int{1, 1000}, map[string]int{"depthwise": 11, "scale": 9, "hard-sigmoid": 28}},
		{"shufflenet_v2", Options{}, 2278604 - 16180/2, 144907992, []int{1, 1000}, map[string]int{"depthwise": 19, "pointwise": 36, "transpose": 16, "slice": 26}},
		{"densenet121", Options{}, 7978856, 2834161664, []int{1, 1000}, map[string]int{"standard": 59, "pointwise": 61, "concat": 62}},
		{"efficientnet_b0", Options{}, 5288548, 385814752, []int{1, 1000}, map[string]int{"depthwise": 16, "scale": 32, "sigmoid": 65}},
		{"squeezenet1_1", Options{}, 1235496, 349151936, []int{1, 1000}, map[string]int{"standard": 9, "pointwise": 17}},
		{"resnet18", Options{}, 11689512 - 9600/2, 1814073344, []int{1, 1000}, map[string]int{"standard": 17, "pointwise": 3, "add": 8}},
		{"inception_v3", Options{}, 23834568, 5713216096, []int{1, 1000}, map[string]int{"average-pool": 9, "concat": 12}},
		{"deeplabv3_resnet50", Options{Input: []int{3, 520, 520}}, 39638869, 168731205888, []int{1, 21, 520, 520}, map[string]int{"dilated": 11, "resize": 2}},
		{"deeplabv3_resnet50", Options{Input: []int{2, 3, 321, 417}}, 39638869, 173451047808, []int{2, 21, 321, 417}, nil},
		{"unet_small", Options{Input: []int{3, 100, 140}}, 483458, 491966208, []int{1, 2, 100, 140}, map[string]int{"transposed": 3, "concat": 3, "pad": 3}},
		{"unet_small", Options{Input: []int{3, 97, 131}}, 483458, 441238384, []int{1, 2, 97, 131}, nil},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := evaluate(t, c.file+".onnx", c.options)
			if r.Total.Params != c.params || r.Total.MACs != c.macs {
				t.Errorf("%d params and %d MACs, want %d and %d", r.Total.Params, r.Total.MACs, c.params, c.macs)
			}
			if !slices.Equal(r.Output, c.output) {
				t.Errorf("output %v, want %v", r.Output, c.output)
			}
			if len(r.Uncounted) > 0 {
				t.Errorf("uncounted: %v", r.Uncounted)
			}
			kinds := map[string]int{}
			for _, n := range r.Nodes {
				kinds[n.Variant]++
			}
			for kind, want := range c.kinds {
				if kinds[kind] != want {
					t.Errorf("%d layers are %s, want %d", kinds[kind], kind, want)
				}
			}
		})
	}
}
