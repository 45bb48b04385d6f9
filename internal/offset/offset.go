// Package offset makes the offsets of deformable convolutions from presets: those that turn one into a layer that is known, a
// dilated one or one with a turned kernel (Dai et al. 2017, "Deformable Convolutional Networks", figure 1).
package offset

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Preset moves every tap of a kernel to a place of its own, the same at every output but for random ones.
type Preset struct {
	Text string // as it is written: dilate:2
	Seed uint64 // of random offsets

	kind  *kind
	value float64
}

// kind is a row of the table of presets.
type kind struct {
	name, usage string
	def         float64 // the value without one; 0: it must be given
	check       func(v float64) string
	// place is where a tap goes, both relative to the middle of the kernel; nil for random.
	place func(v, y, x float64) (py, px float64)
	says  func(v float64) string
}

func positive(v float64) string {
	if v > 0 && v <= most {
		return ""
	}
	return lang.Sprintf("%g is not between 0 and %d", v, most)
}

// most bounds factors and distances, so that places stay numbers of pixels.
const most = 1000

var kinds = []kind{
	{
		name: "dilate", usage: "dilate:D", check: func(v float64) string {
			if v == math.Trunc(v) && v >= 1 && v <= most {
				return ""
			}
			return lang.Sprintf("%g is not a whole number from 1 to %d: scale:%[1]g takes any factor", v, most)
		},
		place: func(v, y, x float64) (float64, float64) { return v * y, v * x },
		says:  func(v float64) string { return lang.Sprintf("the taps of a dilated convolution, d = %g", v) },
	},
	{
		name: "scale", usage: "scale:F", check: positive,
		place: func(v, y, x float64) (float64, float64) { return v * y, v * x },
		says:  func(v float64) string { return lang.Sprintf("distances from the middle times %g", v) },
	},
	{
		name: "aspect", usage: "aspect:F", check: positive,
		place: func(v, y, x float64) (float64, float64) { return y, v * x },
		says:  func(v float64) string { return lang.Sprintf("widths times %g: a dilation of 1x%[1]g", v) },
	},
	{
		name: "rotate", usage: "rotate:DEGREES", check: func(v float64) string {
			if math.Abs(v) <= 360 {
				return ""
			}
			return lang.Sprintf("%g degrees are not between -360 and 360", v)
		},
		place: func(v, y, x float64) (float64, float64) {
			sin, cos := sincos(v)
			return cos*y - sin*x, sin*y + cos*x // counter-clockwise as seen, y downwards
		},
		says: func(v float64) string { return lang.Sprintf("the kernel turned by %g°, counter-clockwise", v) },
	},
	{
		name: "random", usage: "random[:PIXELS]", def: 1, check: positive,
		says: func(v float64) string { return lang.Sprintf("every tap up to %g px off, anew at every output", v) },
	},
}

// sincos is exact at quarter turns.
func sincos(degrees float64) (sin, cos float64) {
	if q := degrees / 90; q == math.Trunc(q) {
		i := ((int(q) % 4) + 4) % 4
		return []float64{0, 1, 0, -1}[i], []float64{1, 0, -1, 0}[i]
	}
	return math.Sincos(degrees * math.Pi / 180)
}

// Usage lists what Parse reads: dilate:D, scale:F, …
func Usage() string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.usage)
	}
	return lang.List(out)
}

// Parse reads dilate:2, scale:1.5, aspect:2, rotate:30, random or random:0.5.
func Parse(s string) (Preset, error) {
	name, text, valued := strings.Cut(s, ":")
	for i := range kinds {
		k := &kinds[i]
		if k.name != name {
			continue
		}
		v := k.def
		if valued {
			var err error
			if v, err = strconv.ParseFloat(text, 64); err != nil || math.IsNaN(v) {
				return Preset{}, lang.Errorf("%q is not a number in %q: give %s", text, s, k.usage)
			}
		} else if v == 0 {
			return Preset{}, lang.Errorf("%q lacks its number: give %s", s, k.usage)
		}
		if why := k.check(v); why != "" {
			return Preset{}, fmt.Errorf("%s: %s", s, why)
		}
		return Preset{Text: s, kind: k, value: v}, nil
	}
	return Preset{}, lang.Errorf("unknown offsets %q: one of %s", s, Usage())
}

// Says is what the preset makes of a kernel, in words.
func (p Preset) Says() string { return p.kind.says(p.value) }

// Constant reports whether all outputs have the same offsets.
func (p Preset) Constant() bool { return p.kind.place != nil }

// Most is how far random offsets go, in pixels.
func (p Preset) Most() float64 { return p.value }

// Regular is where tap (ky, kx) of a kernel reads without offsets, in pixels from the middle of the kernel.
func Regular(kernel, dilation [2]int, ky, kx int) (y, x float64) {
	return float64(dilation[0]) * (float64(ky) - float64(kernel[0]-1)/2), float64(dilation[1]) * (float64(kx) - float64(kernel[1]-1)/2)
}

// At is how far tap (ky, kx) of a kernel is moved, in pixels: from its place in the regular grid of that dilation, about the
// middle of the kernel. It is zero where offsets are random.
func (p Preset) At(kernel, dilation [2]int, ky, kx int) (dy, dx float64) {
	if !p.Constant() {
		return 0, 0
	}
	y, x := Regular(kernel, dilation, ky, kx)
	py, px := p.kind.place(p.value, y, x)
	return py - y, px - x
}

// Fill sets the elements of an offset array of N x 2*groups*Kh*Kw x Oh x Ow: for each group and tap, a plane of dy and one of
// dx.
func (p Preset) Fill(set func(i int, v float64), shape []int, kernel, dilation [2]int) {
	plane, taps := shape[2]*shape[3], kernel[0]*kernel[1]
	s := tensor.NewStream(p.Seed, "offsets")
	for i := range shape[0] * shape[1] {
		tap := i % shape[1] / 2 % taps
		d := [2]float64{}
		d[0], d[1] = p.At(kernel, dilation, tap/kernel[1], tap%kernel[1])
		for k := range plane {
			v := d[i%2]
			if !p.Constant() {
				v = p.value * s.Uniform()
			}
			set(i*plane+k, v)
		}
	}
}

// Shares are the weights of a bilinear sample at (y, x) over the four pixels around it, row by row. They add up to 1.
func Shares(y, x float64) [4]float64 {
	fy, fx := y-math.Floor(y), x-math.Floor(x)
	return [4]float64{(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx), fy * fx}
}
