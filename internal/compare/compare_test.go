package compare

import (
	"math"
	"testing"
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
