// Package theory says what the papers predict: the multiply-accumulates of a variant over those of the standard
// convolution of the same channels, kernel and stride, as a formula with the layer's own numbers in it.
package theory

import (
	"fmt"
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/lazy"
)

// Ratio is a prediction.
type Ratio struct {
	// MACs is the variant's multiply-accumulates over the standard convolution's. It leaves borders out: where padding
	// makes the outputs differ in size, the counts differ from it a little.
	MACs float64
	// Symbols is the formula, Numbers the same with this layer's numbers: "1/O + 1/K" and "1/128 + 1/9". K is the
	// kernel's area.
	Symbols, Numbers string
	// Remark is what to know about it; empty if nothing.
	Remark string
}

// Of predicts for a layer. kernel is the standard convolution's, for variants that have none of their own. ok is false
// where there is no such formula.
func Of(l layer.Layer, kernel []int) (r Ratio, ok bool) {
	if v, _ := layer.VariantNamed(l.Variant); len(l.Kernel) > 0 && !v.Fixes("kernel") {
		kernel = l.Kernel
	}
	f := figures{
		c: float64(l.Channels()), o: float64(l.OutChannels), k: product(kernel), s: product(l.Stride),
		g: float64(max(l.Groups, 1)), pixels: product(l.Input[2:]),
	}
	rule := rules.Get()[l.Variant]
	if rule == nil {
		return Ratio{}, false
	}
	return rule(f, l), true
}

// Gated adds to what is predicted for a layer the squeeze-and-excitation behind it: two linear layers of O*h a picture, over C*O*K
// at each pixel of the output, of which a stride of S leaves pixels/S.
func (r Ratio) Gated(l layer.Layer, kernel []int, gate layer.Layer) Ratio {
	h := gate.Hidden
	if h == 0 {
		h = gate.Channels() / gate.Reduction
	}
	c, k, s, pixels := float64(l.Channels()), product(kernel), product(l.Stride), product(l.Input[2:])
	r.MACs += 2 * float64(h) * s / (c * k * pixels)
	r.Symbols += " + 2*h*S/(C*K*" + lang.Text("pixels") + ")"
	r.Numbers += fmt.Sprintf(" + 2*%d*%s/(%s*%s*%s)", h, num(s), num(c), num(k), num(pixels))
	return r
}

// figures are a layer's numbers: channels in and out, the kernel's area, the stride's, groups, input pixels.
type figures struct{ c, o, k, s, g, pixels float64 }

type rule func(figures, layer.Layer) Ratio

var rules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"standard":          func(figures, layer.Layer) Ratio { return Ratio{1, "1", "1", ""} },
		"pointwise":         pointwise,
		"grouped":           func(f figures, _ layer.Layer) Ratio { return grouped(f) },
		"depthwise":         depthwise,
		"separable":         separable,
		"inverted-residual": invertedResidual,
		"transposed":        transposed,
		"dilated":           dilated,
		"deformable":        deformable,
		"deform-roi-pool":   nil, // costs by the region, not by the pixel
		"se":                squeezeExcite,
		"resize-conv":       resizeConv,
		"sub-pixel":         subPixel,
		"mbconv":            mbconv,
		"max-pool": func(figures, layer.Layer) Ratio {
			return Ratio{0, "0", "0", lang.Text("compares, and multiplies nothing")}
		},
		"average-pool": func(figures, layer.Layer) Ratio {
			return Ratio{0, "0", "0", lang.Text("adds, and divides once an output")}
		},
	}
}}

func pointwise(f figures, _ layer.Layer) Ratio {
	return Ratio{1 / f.k, "1/K", "1/" + num(f.k), lang.Text("mixes channels only: no pixel sees its neighbours")}
}

func grouped(f figures) Ratio {
	return Ratio{1 / f.g, "1/G", "1/" + num(f.g), ""}
}

// depthwise has C*multiplier filters of one channel each.
func depthwise(f figures, _ layer.Layer) Ratio {
	return Ratio{1 / f.c, "1/C", "1/" + num(f.c), lang.Text("no channel sees another")}
}

// separable: (C*m*K + C*m*O) over C*O*K.
func separable(f figures, l layer.Layer) Ratio {
	m := float64(l.Multiplier)
	r := Ratio{MACs: m/f.o + m/f.k, Symbols: "1/O + 1/K", Numbers: "1/" + num(f.o) + " + 1/" + num(f.k)}
	if m != 1 {
		r.Symbols, r.Numbers = "m/O + m/K", fmt.Sprintf("%s/%s + %s/%s", num(m), num(f.o), num(m), num(f.k))
	}
	r.Remark = lang.Sprintf("the saving is always below K = %s times, and nears it as O grows", num(f.k))
	if m != 1 {
		r.Remark = lang.Sprintf("the saving is always below K/m = %s times, and nears it as O grows", num(f.k/m))
	}
	return r
}

// invertedResidual: (C*tC*S + tC*K + tC*O) over C*O*K: the expansion works on the input, before the stride.
func invertedResidual(f figures, l layer.Layer) Ratio {
	t := float64(l.Expansion)
	if t == 1 {
		return Ratio{(f.k + f.o) / (f.o * f.k), "1/O + 1/K", "1/" + num(f.o) + " + 1/" + num(f.k), lang.Text("without expansion it is a separable convolution")}
	}
	return Ratio{
		t * (f.c*f.s + f.k + f.o) / (f.o * f.k), "t(C*S + K + O)/(O*K)",
		fmt.Sprintf("%s*(%s*%s + %s + %s)/(%s*%s)", num(t), num(f.c), num(f.s), num(f.k), num(f.o), num(f.o), num(f.k)), "",
	}
}

// mbconv is an inverted residual of T channels inside, (C*T*S + T*K + T*O) over C*O*K, and two linear layers of T*h a picture.
func mbconv(f figures, l layer.Layer) Ratio {
	t, h := float64(l.Expanded), float64(l.Hidden)
	if l.Expanded == 0 {
		t = f.c * float64(l.Expansion)
	}
	sum, symbols, numbers := f.k+f.o, "K + O", num(f.k)+" + "+num(f.o)
	if t != f.c {
		sum, symbols, numbers = sum+f.c*f.s, "C*S + "+symbols, num(f.c)+"*"+num(f.s)+" + "+numbers
	}
	if !l.NoSqueeze {
		sum, symbols = sum+2*h*f.s/f.pixels, symbols+" + 2*h*S/"+lang.Text("pixels")
		numbers += fmt.Sprintf(" + 2*%s*%s/%s", num(h), num(f.s), num(f.pixels))
	}
	return Ratio{
		t * sum / (f.c * f.o * f.k), "T(" + symbols + ")/(C*O*K)", fmt.Sprintf("%s*(%s)/(%s*%s*%s)", num(t), numbers, num(f.c), num(f.o), num(f.k)),
		lang.Text("T channels inside, h units in the gate"),
	}
}

// transposed counts on its input, which a stride of s makes s times larger, an axis, than a convolution's output.
func transposed(f figures, _ layer.Layer) Ratio {
	r := Ratio{MACs: f.s / f.g, Symbols: "S", Numbers: num(f.s), Remark: lang.Text("counts on its input: each pixel meets each weight once")}
	if f.g > 1 {
		r.Symbols, r.Numbers = "S/G", num(f.s)+"/"+num(f.g)
	}
	return r
}

func dilated(f figures, _ layer.Layer) Ratio {
	r := Ratio{1, "1", "1", ""}
	if f.g > 1 {
		r = grouped(f)
	}
	r.Remark = lang.Text("the same taps, further apart: a larger receptive field for nothing")
	return r
}

// deformable adds the convolutions that predict two offsets (and a mask value) a tap.
func deformable(f figures, l layer.Layer) Ratio {
	planes := 0.0
	if !l.GivenOffset {
		planes += 2
	}
	if l.Modulated && !l.GivenMask {
		planes++
	}
	own := Ratio{MACs: 1, Symbols: "1", Numbers: "1"}
	if f.g > 1 {
		own = grouped(f)
	}
	og := float64(l.OffsetGroups)
	own.MACs += planes * og * f.k / f.o
	own.Symbols += " + " + num(planes) + "*K*OG/O"
	own.Numbers += fmt.Sprintf(" + %s*%s*%s/%s", num(planes), num(f.k), num(og), num(f.o))
	own.Remark = lang.Text("the offsets are convolutions of their own")
	return own
}

// squeezeExcite: two linear layers, once a picture.
func squeezeExcite(f figures, l layer.Layer) Ratio {
	remark := lang.Text("its linear layers run once a picture, not once a pixel; it is bound by memory")
	if h := float64(l.Hidden); h > 0 {
		return Ratio{2 * h / (f.c * f.k * f.pixels), "2*h/(C*K*" + lang.Text("pixels") + ")", fmt.Sprintf("2*%s/(%s*%s*%s)", num(h), num(f.c), num(f.k), num(f.pixels)), remark}
	}
	r := float64(l.Reduction)
	return Ratio{2 / (r * f.k * f.pixels), "2/(r*K*" + lang.Text("pixels") + ")", fmt.Sprintf("2/(%s*%s*%s)", num(r), num(f.k), num(f.pixels)), remark}
}

// resizeConv convolves the enlarged picture.
func resizeConv(f figures, l layer.Layer) Ratio {
	area := 1.0
	for _, s := range l.Scale {
		area *= s
	}
	r := Ratio{area / f.g, "R", num(area), lang.Text("convolves the enlarged picture: R is how many times the pixels")}
	if f.g > 1 {
		r.Symbols, r.Numbers = "R/G", num(area)+"/"+num(f.g)
	}
	return r
}

// subPixel has so many times the channels in place of so many times the pixels.
func subPixel(f figures, l layer.Layer) Ratio {
	r := resizeConv(f, l)
	r.Remark = lang.Text("R planes for each output channel, convolved at the small size")
	return r
}

func product(v []int) float64 {
	p := 1.0
	for _, n := range v {
		p *= float64(n)
	}
	return p
}

func num(v float64) string { return strconv.FormatFloat(v, 'g', 6, 64) }
