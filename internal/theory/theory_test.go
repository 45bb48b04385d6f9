package theory

import (
	"math"
	"testing"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/shape"
)

func macs(t *testing.T, keys ...string) (layer.Layer, float64) {
	t.Helper()
	s := layer.Spec{Variant: keys[0]}
	for i := 1; i+1 < len(keys); i += 2 {
		if err := s.Set(keys[i], keys[i+1]); err != nil {
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
	c, err := flops.Of(r)
	if err != nil {
		t.Fatal(err)
	}
	return l, float64(c.Total.MACs)
}

// What is predicted is what is counted, where borders do not differ.
func TestPredictionsAreWhatIsCounted(t *testing.T) {
	base := []string{"input", "64x16x16", "out-channels", "128", "padding", "1"}
	tests := []struct {
		name  string
		keys  []string
		std   []string
		ratio float64
	}{
		{name: "standard"},
		{name: "pointwise", keys: []string{"input", "64x16x16", "out-channels", "128"}, ratio: 1. / 9},
		{name: "grouped", keys: append(base, "groups", "4"), ratio: 0.25},
		{name: "depthwise", keys: []string{"input", "64x16x16", "padding", "1", "multiplier", "2"}, ratio: 1. / 64},
		{name: "separable", ratio: 1./128 + 1./9},
		{name: "separable", keys: append(base, "multiplier", "2"), ratio: 2./128 + 2./9},
		{name: "inverted-residual", ratio: 6 * (64. + 9 + 128) / (128 * 9)},
		{name: "inverted-residual", keys: append(base, "stride", "2"), std: append(base, "stride", "2"), ratio: 6 * (64.*4 + 9 + 128) / (128 * 9)},
		{name: "inverted-residual", keys: append(base, "expansion", "1"), ratio: 1./128 + 1./9},
		{name: "transposed", ratio: 1},
		{name: "transposed", keys: append(base, "stride", "2", "groups", "2"), std: append(base, "stride", "2"), ratio: 2},
		{name: "dilated", keys: []string{"input", "64x16x16", "out-channels", "128", "padding", "2"}, ratio: 1},
		{name: "dilated", keys: []string{"input", "64x16x16", "out-channels", "128", "padding", "2", "groups", "8"}, ratio: 0.125},
		{name: "deformable", ratio: 1 + 18./128},
		{name: "deformable", keys: append(base, "modulated", "true", "offset-groups", "4", "groups", "2"), ratio: 0.5 + 3*9*4./128},
		{name: "se", keys: []string{"input", "128x16x16"}, std: []string{"input", "128x16x16", "padding", "1"}, ratio: 2. / (16 * 9 * 256)},
		{name: "resize-conv", keys: append(base, "kernel", "3"), ratio: 4},
		{name: "sub-pixel", ratio: 4},
		{name: "se", keys: []string{"input", "128x16x16", "hidden", "5"}, std: []string{"input", "128x16x16", "padding", "1"}, ratio: 2. * 5 / (128 * 9 * 256)},
		{name: "mbconv", ratio: 384 * (64 + 9 + 128 + 2*16/256.) / (64 * 128 * 9)},
		{name: "mbconv", keys: append(base, "stride", "2", "expanded", "100", "hidden", "7"), std: append(base, "stride", "2"), ratio: 100 * (64*4 + 9 + 128 + 2*7*4/256.) / (64 * 128 * 9)},
		{name: "mbconv", keys: append(base, "expansion", "1", "squeeze", "false"), ratio: 1./128 + 1./9},
		{name: "sub-pixel", keys: append(base, "scale", "3x2", "groups", "2"), ratio: 3},
		{name: "max-pool", keys: []string{"input", "64x16x16", "kernel", "3", "stride", "2"}, std: append(base, "stride", "2"), ratio: 0},
		{name: "average-pool", keys: []string{"input", "64x16x16", "kernel", "3", "stride", "2"}, std: append(base, "stride", "2"), ratio: 0},
	}
	for _, tt := range tests {
		keys, std := tt.keys, tt.std
		if keys == nil {
			keys = base
		}
		if std == nil {
			std = base
		}
		l, count := macs(t, append([]string{tt.name}, keys...)...)
		_, standard := macs(t, append([]string{"standard"}, std...)...)
		got, ok := Of(l, []int{3, 3})
		if !ok || math.Abs(got.MACs-tt.ratio) > 1e-12*tt.ratio+1e-18 && tt.ratio != 0 {
			t.Errorf("%s %v: predicted %v, want %v", tt.name, keys, got, tt.ratio)
		}
		if math.Abs(count/standard-got.MACs) > 1e-9 {
			t.Errorf("%s %v: predicted %s = %v, counted %v", tt.name, keys, got.Numbers, got.MACs, count/standard)
		}
	}
}

// With K = 3x3 the saving of a separable convolution is always below 9 times: 7.9 at 64 channels, 8.7 at 256.
func TestSeparableSavesLessThanNineTimes(t *testing.T) {
	for _, tt := range []struct {
		out  string
		want float64
	}{{"64", 7.89}, {"256", 8.69}} {
		l, _ := macs(t, "separable", "input", "64x16x16", "out-channels", tt.out)
		r, _ := Of(l, nil)
		if saving := 1 / r.MACs; saving >= 9 || math.Abs(saving-tt.want) > 0.005 {
			t.Errorf("%s channels: %v times", tt.out, saving)
		}
	}
}

// Every variant has a prediction, or is known to have none.
func TestEveryVariantIsPredicted(t *testing.T) {
	for _, v := range layer.VariantNames() {
		if _, ok := rules.Get()[v]; !ok {
			t.Errorf("theory.go has no rule for %s", v)
		}
	}
}
