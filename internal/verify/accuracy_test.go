package verify

import (
	"context"
	"testing"

	"convx/internal/layer"
)

// Every algorithm keeps its promise on layers of every kind that sums, and more than one is measured on each.
func TestAccuracyHolds(t *testing.T) {
	var subjects []Subject
	for _, text := range []string{
		"standard,input=64x20x20,kernel=3,padding=1,out-channels=32", "depthwise,input=16x20x20,kernel=5", "transposed,input=32x6x6,kernel=4,stride=2,padding=1,out-channels=8",
		"dilated,input=8x30x30,kernel=3", "deformable,input=8x12x12,kernel=3,padding=1,out-channels=8", "pointwise,input=2000x5x5,out-channels=8",
	} {
		entry, err := layer.ParseEntry(text)
		if err != nil {
			t.Fatal(err)
		}
		spec, _, err := entry.Spec(nil)
		if err != nil {
			t.Fatal(err)
		}
		l, err := layer.Build(spec)
		if err != nil {
			t.Fatal(err)
		}
		subjects = append(subjects, Subject{text, l})
	}
	all, err := MeasureAccuracy(context.Background(), subjects, 1, 1, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[layer.Kind]int{}
	for _, a := range all {
		kinds[a.Kind]++
		if !a.Holds() || a.Stages == 0 || a.At == "" || a.Own == 0 {
			t.Errorf("%+v", a)
		}
	}
	for _, k := range []layer.Kind{layer.KindConv, layer.KindTransposed, layer.KindDeformable} {
		if kinds[k] < 2 {
			t.Errorf("%s: %d algorithms", k, kinds[k])
		}
	}
}

// An error is seen for what it is.
func TestAccuracySeesErrors(t *testing.T) {
	a := Accuracy{Own: 9, Largest: 2, Allowed: 8}
	if a.Holds() {
		t.Error("9 ulps of 8 hold")
	}
	if a.OfLargest = true; !a.Holds() {
		t.Error("2 ulps of the layer's largest sum do not hold")
	}
}
