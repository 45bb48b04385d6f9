package golden

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// counts are the cases of each variant.
var counts = map[string]int{
	"standard": 17, "grouped": 13, "depthwise": 16, "dilated": 24, "transposed": 30, "separable": 10, "inverted-residual": 10,
	"deformable": 25, "deform-roi-pool": 5, "se": 13, "resize-conv": 5,
	"max-pool": 14, "average-pool": 14, "sub-pixel": 8, "mbconv": 10,
}

func TestCasesAreWhole(t *testing.T) {
	cases := Cases(t)
	got := map[string]int{}
	for i, c := range cases {
		got[c.Variant]++
		if i > 0 && c.Name <= cases[i-1].Name {
			t.Errorf("%s comes after %s", c.Name, cases[i-1].Name)
		}
		checkCase(t, c)
	}
	for variant, want := range counts {
		if got[variant] != want {
			t.Errorf("%d cases of %s, want %d", got[variant], variant, want)
		}
		delete(got, variant)
	}
	if len(got) > 0 {
		t.Errorf("unknown variants: %v", got)
	}
}

func checkCase(t *testing.T, c Case) {
	t.Helper()
	dims, err := strconv.Atoi(c.Flags["dims"])
	if err != nil || len(c.Input.Shape) != dims+2 || len(c.Want.Shape) != dims+2 {
		t.Errorf("%s: dims %q, input %v, output %v", c.Name, c.Flags["dims"], c.Input.Shape, c.Want.Shape)
		return
	}
	if c.Source == "" {
		t.Errorf("%s: no source", c.Name)
	}
	arrays := map[string]*tensor.Tensor[float64]{"input": c.Input, "output": c.Want}
	for name, x := range c.Operands {
		arrays[name] = x
	}
	for name, x := range arrays {
		bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) || v != float64(float32(v)) }
		if x.Len() == 0 || slices.ContainsFunc(x.Data, bad) {
			t.Errorf("%s: %s of shape %v is empty or not of finite float32", c.Name, name, x.Shape)
		}
	}
	if out, given := c.Flags["out-channels"]; given && out != strconv.Itoa(c.Want.Shape[1]) {
		t.Errorf("%s: out-channels %s, output %v", c.Name, out, c.Want.Shape)
	}
	if c.Variant != "deform-roi-pool" && c.Want.Shape[0] != c.Input.Shape[0] {
		t.Errorf("%s: batch %d became %d", c.Name, c.Input.Shape[0], c.Want.Shape[0])
	}
	checkOperands(t, c, dims)
}

// checkOperands: what weighs the layer has the axes of a kernel or of a matrix, and its bias one extent for each output.
func checkOperands(t *testing.T, c Case, dims int) {
	t.Helper()
	for name, x := range c.Operands {
		axes := map[bool]int{true: 2, false: dims + 2}[strings.HasPrefix(name, "fc")]
		if strings.HasSuffix(name, "weight") && len(x.Shape) != axes {
			t.Errorf("%s: %s has shape %v", c.Name, name, x.Shape)
		}
		stem, isBias := strings.CutSuffix(name, "bias")
		if !isBias {
			continue
		}
		weight := c.Operands[stem+"weight"]
		if weight == nil || len(x.Shape) != 1 || c.Variant != "transposed" && x.Shape[0] != weight.Shape[0] {
			t.Errorf("%s: %s has shape %v", c.Name, name, x.Shape)
		}
	}
}

// One layer by hand: that names, orders and values came through, not only shapes.
func TestAKnownLayer(t *testing.T) {
	cases := Cases(t)
	i := slices.IndexFunc(cases, func(c Case) bool { return c.Name == "se-000" })
	if i < 0 {
		t.Fatal("se-000 is missing")
	}
	c := cases[i]
	channels, pixels := c.Input.Shape[1], c.Input.Shape[2]*c.Input.Shape[3]
	squeezed := make([]float64, channels)
	for ch := range squeezed {
		for _, v := range c.Input.Data[ch*pixels : (ch+1)*pixels] {
			squeezed[ch] += v / float64(pixels)
		}
	}
	hidden := linear(squeezed, c.Operands["fc1.weight"], c.Operands["fc1.bias"])
	for i := range hidden {
		hidden[i] = max(hidden[i], 0)
	}
	for ch, gate := range linear(hidden, c.Operands["fc2.weight"], c.Operands["fc2.bias"]) {
		want := c.Input.Data[ch*pixels] / (1 + math.Exp(-gate))
		if got := c.Want.Data[ch*pixels]; math.Abs(got-want) > 1e-6*math.Abs(want) {
			t.Errorf("channel %d is %g, by hand %g", ch, got, want)
		}
	}
}

func linear(x []float64, weight, bias *tensor.Tensor[float64]) []float64 {
	y := slices.Clone(bias.Data)
	for o := range y {
		for i, v := range x {
			y[o] += weight.Data[o*len(x)+i] * v
		}
	}
	return y
}

func TestCallersMayChangeCases(t *testing.T) {
	a := Cases(t)
	was := a[0].Input.Data[0]
	a[0].Input.Data[0] = was + 1
	a[0].Flags["kernel"] = "changed"
	if b := Cases(t); b[0].Input.Data[0] != was || b[0].Flags["kernel"] == "changed" {
		t.Error("two callers share a case")
	}
}

func BenchmarkCases(b *testing.B) {
	for b.Loop() {
		Cases(b)
	}
}
