package compare

import (
	"math"
	"testing"

	"convx/internal/bench"
	"convx/internal/layer"
	"convx/internal/picture"
	"convx/internal/tensor"
)

func TestDeviation(t *testing.T) {
	d := Deviate([]float32{0, 1, 2, 4}, []float32{0, 1, 2, 2})
	if d.Max != 2 || d.Mean != 0.5 || math.Abs(*d.PSNR-10*math.Log10(4.0/1.0)) > 1e-12 {
		t.Errorf("got %+v, PSNR %v", d, *d.PSNR)
	}
	// What is not finite is left out, and does not pass for equal.
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	d = Deviate([]float32{0, nan, inf, 4, 1}, []float32{0, 1, inf, 2, nan})
	if d.LeftOut != 3 || d.Max != 2 || d.Mean != 1 || d.PSNR == nil || math.Abs(*d.PSNR-10*math.Log10(4/2.0)) > 1e-9 {
		t.Errorf("with NaN and Inf: %+v", d)
	}
	if d := Deviate([]float32{nan}, []float32{nan}); d.LeftOut != 1 || d.Max != 0 || d.Mean != 0 || d.PSNR != nil {
		t.Errorf("NaN alone: %+v", d)
	}
	if d := Deviate([]float32{1, 2}, []float32{1, 2}); d.Max != 0 || d.PSNR != nil {
		t.Errorf("equal outputs: %+v", d)
	}
}

// What rounding leaves of zeros is no picture: sobel-x of rows without vertical edges is uniform, and its caption says so.
func TestFigureIsQuietWhereNothingIs(t *testing.T) {
	x := tensor.New[float32](1, 1, 24, 24)
	for i := range x.Data {
		x.Data[i] = float32(i/24%7) / 7.3
	}
	c, err := New(Request{Layers: []layer.Entry{{Variant: "depthwise", Label: "x", Filter: "sobel-x"}, {Variant: "depthwise", Label: "y", Filter: "sobel-y"}}, Input: x.Shape, Baseline: "1"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Rows {
		if err := c.compute(t.Context(), &c.Rows[i], x, bench.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	for i, quiet := range []bool{true, false} {
		_, m, err := picture.Map(c.Rows[i].Computed, picture.MapOptions{Noise: c.Rows[i].Noise})
		if err != nil || (m.Rounded > 0) != quiet {
			t.Errorf("%s is shown as %s, %v", c.Rows[i].Label, m, err)
		}
	}
	c.Given = x
	if _, err := c.Panels(picture.MapOptions{}); err != nil {
		t.Error(err)
	}
}
