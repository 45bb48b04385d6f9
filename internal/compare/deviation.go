package compare

import "math"

// Deviation is how far an output is from the baseline's.
type Deviation struct {
	Max  float64  `json:"max"`
	Mean float64  `json:"mean"`
	PSNR *float64 `json:"psnr"` // null where the outputs are equal
	// LeftOut are the values that are not finite in one of the outputs: differences are of the rest.
	LeftOut int `json:"left_out"`
}

// Deviate compares two outputs. PSNR is 10 log10(range^2 / mean square difference), with the baseline's range.
func Deviate(got, base []float32) *Deviation {
	var d Deviation
	low, high := math.Inf(1), math.Inf(-1)
	square := 0.0
	for i, b := range base {
		if got[i]-got[i] != 0 || b-b != 0 {
			d.LeftOut++
			continue
		}
		diff := math.Abs(float64(got[i]) - float64(b))
		d.Max = max(d.Max, diff)
		d.Mean += diff
		square += diff * diff
		low, high = min(low, float64(b)), max(high, float64(b))
	}
	n := float64(max(1, len(base)-d.LeftOut))
	d.Mean /= n
	square /= n
	if psnr := 10 * math.Log10((high-low)*(high-low)/square); !math.IsInf(psnr, 0) && !math.IsNaN(psnr) {
		d.PSNR = &psnr
	}
	return &d
}
