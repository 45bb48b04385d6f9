package swap

import (
	"path/filepath"
	"testing"

	"convx/internal/network"
	"convx/internal/network/onnx"
)

// Models as exporters write them: exchanged, every layer keeps its size, the totals are the layers', and the file that is written of
// it counts the same.
func TestModels(t *testing.T) {
	done := 0
	for _, name := range []string{"resnet18", "mobilenet_v2", "unet_small", "shufflenet_v2", "squeezenet1_1", "light_alexnet"} {
		m, err := onnx.Open(filepath.Join("..", "network", "onnx", "testdata", name+".onnx"))
		if err != nil {
			t.Fatal(err)
		}
		o := onnx.Options{}
		if name == "unet_small" {
			o.Input = []int{3, 96, 128}
		}
		g, err := m.Network(o)
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range []string{"kernel>1=separable", "standard=grouped", "*=se", "depthwise=standard", "transposed=resize-conv", "transposed=sub-pixel", "pointwise=standard+se,kernel=3"} {
			s, err := Apply(r, rules(t, rule))
			if err != nil {
				continue // which Apply explains
			}
			done++
			holds(t, s)
			if s.After.Total.WeightBytes != 4*s.After.Total.Params {
				t.Errorf("%s, %s: %d bytes of %d params", name, rule, s.After.Total.WeightBytes, s.After.Total.Params)
			}
		}
	}
	if done < 20 {
		t.Errorf("%d exchanges", done)
	}
}
