package apply

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"testing"

	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// job is a layer with these keys on the sample picture.
func job(t *testing.T, variant string, filters []string, keys ...string) Job {
	t.Helper()
	src, err := operands.OpenSource(operands.Origin{Dims: 2, MaxPixels: 1 << 20, As: tensor.Float32})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	s := layer.Spec{Variant: variant, Input: src.Shape, Dims: src.Dims}
	for i := 0; i < len(keys); i += 2 {
		if err := s.Set(keys[i], keys[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	set, err := operands.Settle(s, operands.Files{}, filters)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Set: set, Source: src, Seed: 3, Options: ops.Options{Threads: 2}, Show: picture.MapOptions{Depth: 8}}
}

// The whole of a layer is what the layer makes of the source's pixels, and says how each stage was computed.
func TestWholeReadsAndComputes(t *testing.T) {
	j := job(t, "separable", nil, "kernel", "3", "padding", "1", "out-channels", "4")
	if j.Banded() {
		t.Error("drawn weights are no filter")
	}
	var stages []string
	r, err := Whole[float32](t.Context(), j, func(s string) { stages = append(stages, s) })
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(stages, []string{"reading", "separable"}) || len(r.Origins) == 0 || r.Algorithms() == "" || r.Elapsed <= 0 {
		t.Errorf("at %v; %+v by %q", stages, r.Origins, r.Algorithms())
	}
	x, _, err := operands.Read[float32](job(t, "separable", nil).Source)
	if err != nil {
		t.Fatal(err)
	}
	again, err := On(t.Context(), j.Set, x, j.Seed, j.Options)
	if err != nil || !slices.Equal(again.Output.Data, r.Output.Data) || !slices.Equal(r.Output.Shape, j.Set.Output) {
		t.Errorf("on the same pixels it makes something else, or %v", err)
	}
	other, err := On(t.Context(), j.Set, x, j.Seed+1, j.Options)
	if err != nil || slices.Equal(other.Output.Data, r.Output.Data) {
		t.Errorf("the seed has no part in it, or %v", err)
	}
}

// In bands a picture is filtered as it is as a whole, within a level of rounding.
func TestBandsAreTheWhole(t *testing.T) {
	keys := []string{"padding", "same"}
	filters := []string{"gaussian:5"}
	j := job(t, "depthwise", filters, keys...)
	if !j.Banded() {
		t.Fatal("a blur of a picture is not streamed")
	}
	var banded bytes.Buffer
	r, err := InBands[float32](t.Context(), j, &banded)
	if err != nil || r.Output != nil || r.Shown == "" {
		t.Fatalf("%+v, %v", r, err)
	}
	whole, err := Whole[float32](t.Context(), job(t, "depthwise", filters, keys...), func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := picture.Map(whole.Output, picture.MapOptions{Mapping: picture.Clip, Depth: 8})
	if err != nil {
		t.Fatal(err)
	}
	var once bytes.Buffer
	if err := p.Encode(&once, picture.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	a, b := decode(t, banded.Bytes()), decode(t, once.Bytes())
	if a.Bounds() != b.Bounds() {
		t.Fatalf("%v and %v", a.Bounds(), b.Bounds())
	}
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(x, y).RGBA()
			r2, g2, b2, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2)} {
				if d/257 < -1 || d/257 > 1 {
					t.Fatalf("row %d, column %d differ by %d levels", y, x, d/257)
				}
			}
		}
	}
}

func decode(t *testing.T, data []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// More than any machine has is refused before it is asked for.
func TestFits(t *testing.T) {
	if err := Fits[float32](job(t, "depthwise", nil)); err != nil {
		t.Error(err)
	}
	if err := Fits[float32](job(t, "standard", nil, "kernel", "3", "out-channels", "100000000")); err == nil {
		t.Error("a result of terabytes fits")
	}
}
