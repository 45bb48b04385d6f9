package swap

import (
	"strings"
	"testing"

	"convx/internal/network"
	"convx/internal/network/onnx"
)

func named(t *testing.T, name string, o network.Options) *network.Result {
	t.Helper()
	g, err := network.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// MobileNetV1 at the widths of its paper, but for the classifier and the rounding: Howard et al. 2017, table 6 gives 569, 325, 149
// and 41 million MACs and 4.2, 2.6, 1.3 and 0.5 million parameters.
func TestWidthsOfMobileNet(t *testing.T) {
	r := named(t, "mobilenet-v1", network.Options{})
	for factor, want := range map[float64][2]float64{1: {569e6, 4.2e6}, 0.75: {325e6, 2.6e6}, 0.5: {149e6, 1.3e6}, 0.25: {41e6, 0.5e6}} {
		w, err := Widen(r, factor)
		if err != nil {
			t.Fatal(err)
		}
		macs, params := float64(w.Total.MACs), float64(w.Total.Params)
		if macs < 0.99*want[0] || macs > 1.01*want[0] || params < 0.93*want[1] || params > 1.07*want[1] {
			t.Errorf("%g: %.0f MACs and %.0f params, want about %v", factor, macs, params, want)
		}
		if w.Output[1] != r.Output[1] {
			t.Errorf("%g: %v comes out", factor, w.Output)
		}
	}
	if same, err := Widen(r, 1); err != nil || same.Total != r.Total {
		t.Errorf("at width 1: %+v, %v, want %+v", same, err, r.Total)
	}
}

// Every built-in network is counted at half its width, fewer the narrower, or says why not; what comes out keeps its shape.
func TestWidthsOfAll(t *testing.T) {
	scaled := 0
	for _, name := range []string{"mobilenet-v2", "resnet-50", "resnext-50-32x4d", "se-resnet-50", "xception", "unet", "wavenet", "dcgan-generator", "vgg-16", "alexnet", "deeplab-largefov", "context-module", "resnet-50-dcn"} {
		r := named(t, name, network.Options{})
		before := r.Total.MACs
		for _, factor := range []float64{0.9, 0.75, 0.5, 0.25, 0.1} {
			w, err := Widen(r, factor)
			if err != nil {
				t.Logf("%s at %g: %v", name, factor, err)
				break
			}
			if w.Total.MACs > before || len(w.Output) > 1 && w.Output[1] != r.Output[1] {
				t.Errorf("%s at %g: %d MACs after %d, %v", name, factor, w.Total.MACs, before, w.Output)
			}
			before = w.Total.MACs
			if factor == 0.5 {
				scaled++
			}
		}
	}
	if scaled < 13 {
		t.Errorf("%d networks can be halved", scaled)
	}
}

// ResNet-18 as PyTorch exports it, with the shape of its flattening written down, at half its width: as torchvision builds it so.
func TestWidthOfAModel(t *testing.T) {
	m, err := onnx.Open("../network/onnx/testdata/resnet18.onnx")
	if err != nil {
		t.Fatal(err)
	}
	g, err := m.Network(onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	half, err := Widen(r, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	// Quarters of the layers inside, halves of the first and the last.
	stem, last := int64(112*112*64*147), int64(512*1000)
	if want := (r.Total.MACs-stem-last)/4 + stem/2 + last/2; half.Total.MACs != want {
		t.Errorf("%d MACs, want %d", half.Total.MACs, want)
	}
}

// A shape that somebody wrote down does not follow: that is said, not counted wrong.
func TestFixedShapes(t *testing.T) {
	for want, text := range map[string]string{
		"reshape (reshape) has a fixed shape": "input: 3x8x8\nlayers: [{variant: standard, out_channels: 16, padding: 1}, {op: reshape, shape: 1x16x64}, {op: linear, out_features: 3}]",
		"work (work) has a fixed shape":       "input: 3x8x8\nlayers: [{variant: standard, out_channels: 16, padding: 1}, {op: work, shape: 1x16}, {op: linear, out_features: 3}]",
	} {
		if w, err := Widen(result(t, text), 0.5); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, %v, want %s", w, err, want)
		}
	}
}
