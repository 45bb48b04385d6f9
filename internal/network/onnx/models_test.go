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

// Params and MACs are those of testdata/oracle.py, which counts with ONNX's own shape inference.
func TestModelsAreCountedWhole(t *testing.T) {
	for _, c := range []struct {
		file         string
		params, macs int
		output       []int
		kinds        map[string]int
	}{
		{"light_bvlc_alexnet.onnx", 60965224, 654560384, []int{1, 1000}, map[string]int{"standard": 2, "grouped": 3, "linear": 3, "lrn-norm": 2}},
		{"light_inception_v1.onnx", 6998552, 1431556352, []int{1, 1000}, map[string]int{"standard": 20, "pointwise": 37, "concat": 9}},
		{"light_resnet50.onnx", 25557032, 4089184256, []int{1, 1000}, map[string]int{"standard": 17, "pointwise": 36, "batch-norm": 53, "add": 16}},
		{"light_squeezenet.onnx", 1235496, 349151936, []int{1, 1000, 1, 1}, map[string]int{"standard": 9, "pointwise": 17, "global-average-pool": 1}},
		{"light_vgg19.onnx", 143667240, 19632062464, []int{1, 1000}, map[string]int{"standard": 16, "linear": 3}},
	} {
		t.Run(c.file, func(t *testing.T) {
			r := evaluate(t, c.file, Options{})
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
