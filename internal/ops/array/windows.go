package array

import (
	"math"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// signals are the operators that prepare spectra.
func signals() []Operator {
	return []Operator{
		signalWindow("HannWindow", "window of 1/2 - 1/2 cos"),
		signalWindow("HammingWindow", "window of 25/46 - 21/46 cos"),
		signalWindow("BlackmanWindow", "window of 0.42 - 0.5 cos + 0.08 cos of the double angle"),
		{Name: "MelWeightMatrix", Inputs: Arity{5, 5}, Outputs: one, Elems: elems(tensor.Int32, tensor.Int64), native: true, Doc: "weights from a spectrum's bins to bands of the mel scale", run: melWeights},
	}
}

func signalWindow(name, doc string) Operator {
	return Operator{Name: name, Inputs: one, Outputs: one, Elems: elems(tensor.Int32, tensor.Int64), native: true, Doc: doc, run: windowWeights}
}

// cosines are a window's factors of 1, of the cosine of its angle and of that of twice the angle.
var cosines = lazy.Value[map[string][3]float64]{Make: func() map[string][3]float64 {
	return map[string][3]float64{
		"HannWindow": {0.5, -0.5, 0}, "HammingWindow": {25. / 46, -21. / 46, 0}, "BlackmanWindow": {0.42, -0.5, 0.08},
	}
}}

func windowWeights(c *Call) {
	n := c.scalar(c.In[0], "size")
	if n < 0 || n > 1<<40 {
		c.refusef("size is %d", n)
	}
	out := c.out(0, c.elemOf("output_datatype", tensor.Float32), append(c.shape(1)[:0], tensor.Int(n)))
	period := float64(n)
	if !c.flag("periodic", true) {
		period--
	}
	f := cosines.Get()[c.Op]
	for i := range out.Len() {
		angle := 2 * math.Pi * float64(i) / period
		if period <= 0 {
			angle = math.Pi // a window of one sample is its middle
		}
		storeFloats(out, i, []float64{f[0] + f[1]*math.Cos(angle) + f[2]*math.Cos(2*angle)})
	}
}

// melWeights are triangles between neighbouring bands, which are evenly spaced on the mel scale 2595 log10(1 + f/700).
func melWeights(c *Call) {
	bands, length, rate := c.scalar(c.In[0], "num_mel_bins"), c.scalar(c.In[1], "dft_length"), c.scalar(c.In[2], "sample_rate")
	if bands < 1 || bands > 1<<20 || length < 1 || length > 1<<32 || rate < 1 {
		c.refusef("%d bands of %d bins at rate %d", bands, length, rate)
	}
	mel := func(i int) float64 {
		v := tensor.Data[float64](c.converted(c.In[i], tensor.Float64))
		if len(v) != 1 || !(v[0] >= 0) {
			c.refusef("input %d is %v, expected a frequency", i, c.In[i])
		}
		return 2595 * math.Log10(1+v[0]/700)
	}
	lo, hi := mel(3), mel(4)
	bins := tensor.Int(length/2 + 1)
	out := c.out(0, c.elemOf("output_datatype", tensor.Float32), append(c.shape(2)[:0], bins, int(bands)))
	fill(out, nil)
	place := func(i int) int { // the bin where band i begins
		f := 700 * (math.Pow(10, (lo+float64(i)*(hi-lo)/float64(bands+2))/2595) - 1)
		return tensor.Int(int64(min(math.Floor(float64(length+1)*f/float64(rate)), 1<<40)))
	}
	for band := range int(bands) {
		low, middle, high := place(band), place(band+1), place(band+2)
		at := func(bin int, weight float64) {
			if bin >= 0 && bin < bins {
				storeFloats(out, bin*int(bands)+band, []float64{weight})
			}
		}
		if low == middle {
			at(middle, 1)
		}
		for bin := low; bin <= min(middle, bins) && low != middle; bin++ {
			at(bin, float64(bin-low)/float64(middle-low))
		}
		for bin := middle; bin < min(high, bins); bin++ {
			at(bin, float64(high-bin)/float64(high-middle))
		}
	}
}
