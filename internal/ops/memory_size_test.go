package ops

import (
	"math"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
)

// Sizes beyond an int are refused before anything reckons with them: of an input, of what a stage makes, of weights.
// Products of them would wrap, most of all where an int has 32 bits.
func TestEstimateRefusesSizesBeyondAnInt(t *testing.T) {
	cases := map[string]string{
		"the input": "standard,input=64x268435456x268435456,kernel=3,stride=1024,out-channels=1",
	}
	if math.MaxInt == math.MaxInt32 {
		cases = map[string]string{
			"the input": "standard,input=3x70000x70000,kernel=3,out-channels=8",
			"conv":      "standard,input=3x5x5,kernel=3,padding=40000",
			"resize":    "resize-conv,input=3x3000x3000,scale=100,kernel=3",
			"weight":    "standard,input=70000x3x3,kernel=3,out-channels=70000",
		}
	}
	for what, text := range cases {
		e, err := layer.ParseEntry(text)
		if err != nil {
			t.Fatal(err)
		}
		spec, _, err := e.Spec(nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := shape.OfSpec(spec)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := EstimateMemory[float32](s, Options{Threads: 2}); err == nil || !strings.Contains(err.Error(), what+": ") || !strings.Contains(err.Error(), "overflows") {
			t.Errorf("%s: %s: error %v", what, text, err)
		}
	}
}
