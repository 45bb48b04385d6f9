package verify

import (
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// compositions are the identities of variants that are several stages.
var compositions = []Identity{
	{"separable", lang.Key("a separable convolution is a depthwise, then a pointwise one"), separableIsTwo},
	{"separable-rank", lang.Key("a separable convolution is a standard one whose kernel is the product of both"), separableIsProduct},
	{"inverted-residual", lang.Key("an inverted residual block is three convolutions with ReLU6 between, plus its input"), invertedResidualIsThree},
	{"mbconv", lang.Key("an mbconv block of ReLUs whose gate is open is three convolutions with ReLU between, plus its input"), openBlockIsThree},
	{"se-constant", lang.Key("squeeze-and-excitation whose gate does not look at its input scales the channels"), constantGateScales},
	{"pool-separable", lang.Key("the maximum of a window is that of its columns' maxima: max-pool by rows, then by columns"), maxPoolSeparates},
	{"pool-average", lang.Key("an average pool is a depthwise convolution whose weights are one over the window's size"), averageIsDepthwise},
	{"sub-pixel", lang.Key("a sub-pixel convolution is a transposed one of its stride, whose kernel holds the planes' weights interleaved"), subPixelIsTransposed},
	{"resize-one", lang.Key("a resize-convolution of scale 1 is the convolution"), resizeByOneIsNone},
	{"resize-commutes", lang.Key("bilinear resizing and a pointwise convolution may change places"), resizeCommutes},
}

// prefixed picks the operands of one stage.
func prefixed(w operands, prefix string) operands {
	out := operands{}
	for name, t := range w {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = t
		}
	}
	return out
}

func separableIsTwo(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 9), dims)
	window := append(d.window(dims), num("multiplier", d.Int(1, 2)))
	o := num("out-channels", d.Int(1, 20))
	left, w := d.run("separable", x, nil, append(slices.Clone(window), o)...)
	return left, d.of("pointwise", d.of("depthwise", x, prefixed(w, "depthwise."), window...), prefixed(w, "pointwise."), o)
}

func separableIsProduct(d *draw) (left, right *array) {
	dims, c, o := d.dims(), d.Int(1, 9), d.Int(1, 20)
	x := d.input(c, dims)
	keys := append(d.window(dims), num("out-channels", o), "bias=false")
	left, w := d.run("separable", x, nil, keys...)
	depth, point := w["depthwise.weight"], w["pointwise.weight"]
	taps := depth.Len() / c
	product := tensor.New[float32](append([]int{o, c}, depth.Shape[2:]...)...)
	for i := range product.Data {
		product.Data[i] = point.Data[i/taps] * depth.Data[i%(c*taps)]
	}
	return left, d.of("standard", x, operands{"weight": product}, keys...)
}

func invertedResidualIsThree(d *draw) (left, right *array) {
	c, expansion := d.Int(1, 6), d.Int(2, 4)
	x := d.input(c, 2)
	o := c
	if d.Int(0, 1) == 0 {
		o = d.Int(1, 9)
	}
	stride := d.Int(1, 2)
	window := []string{num("kernel", d.Int(1, 2)*2+1), num("stride", stride), "padding=same"}
	left, w := d.run("inverted-residual", x, nil, append(slices.Clone(window), num("expansion", expansion), num("out-channels", o))...)
	relu6 := func(v float32) float32 { return min(max(v, 0), 6) }
	y := each(d.of("pointwise", x, prefixed(w, "expand."), num("out-channels", c*expansion)), relu6)
	y = each(d.of("depthwise", y, prefixed(w, "depthwise."), window...), relu6)
	y = d.of("pointwise", y, prefixed(w, "project."), num("out-channels", o))
	if stride == 1 && o == c {
		y = sum(y, x)
	}
	return left, y
}

func openBlockIsThree(d *draw) (left, right *array) {
	c, o := d.Int(1, 6), d.Int(1, 6)
	x := d.input(c, 2)
	stride, wide, hidden := d.Int(1, 2), d.Int(c+1, 24), d.Int(1, 4)
	window := []string{num("kernel", d.Int(1, 2)*2+1), num("stride", stride), "padding=same"}
	open := tensor.New[float32](wide)
	for i := range open.Data {
		open.Data[i] = 3 // where a hard sigmoid is 1
	}
	given := operands{"fc2.weight": tensor.New[float32](wide, hidden), "fc2.bias": open}
	left, w := d.run("mbconv", x, given, append(slices.Clone(window), "activation=relu", num("expanded", wide), num("hidden", hidden), num("out-channels", o))...)
	relu := func(v float32) float32 { return max(v, 0) }
	y := each(d.of("pointwise", x, prefixed(w, "expand."), num("out-channels", wide)), relu)
	y = each(d.of("depthwise", y, prefixed(w, "depthwise."), window...), relu)
	y = d.of("pointwise", y, prefixed(w, "project."), num("out-channels", o))
	if stride == 1 && o == c {
		y = sum(y, x)
	}
	return left, y
}

func constantGateScales(d *draw) (left, right *array) {
	c := 2 * d.Int(1, 8)
	x := d.input(c, d.dims())
	bias := d.integers(c)
	hidden := c / 2
	left, _ = d.run("se", x, operands{"fc2.weight": tensor.New[float32](c, hidden), "fc2.bias": bias}, "reduction=2")
	d.rounds = true
	right = x.Clone()
	plane := x.Len() / x.Shape[0] / c
	for i := range right.Data {
		right.Data[i] *= float32(1 / (1 + math.Exp(-float64(bias.Data[i/plane%c]))))
	}
	return left, right
}

func maxPoolSeparates(d *draw) (left, right *array) {
	x := d.input(d.Int(1, 6), 2)
	k, s, p, w := d.axes(2, 1, 4), d.axes(2, 1, 3), d.Int(0, 1), d.Int(1, 2)
	keys := func(rows, columns bool) []string {
		kernel, stride, pad, apart := []int{1, 1}, []int{1, 1}, []int{0, 0}, []int{1, 1}
		for a, on := range []bool{rows, columns} {
			if on {
				kernel[a], stride[a], pad[a], apart[a] = k[a], s[a], min(p, ((k[a]-1)*w+1)/2), w
			}
		}
		return []string{num("kernel", kernel...), num("stride", stride...), num("padding", pad...), num("dilation", apart...)}
	}
	left = d.of("max-pool", x, nil, keys(true, true)...)
	return left, d.of("max-pool", d.of("max-pool", x, nil, keys(true, false)...), nil, keys(false, true)...)
}

// averageIsDepthwise has windows of 1, 2 and 4, whose shares are exact.
func averageIsDepthwise(d *draw) (left, right *array) {
	dims, c := d.dims(), d.Int(1, 6)
	x := d.input(c, dims)
	kernel, pad, taps := d.axes(dims, 0, 2), make([]int, dims), 1
	for i := range kernel {
		kernel[i] = 1 << kernel[i]
		pad[i] = d.Int(0, kernel[i]/2)
		taps *= kernel[i]
	}
	keys := []string{num("kernel", kernel...), num("stride", d.axes(dims, 1, 3)...), num("padding", pad...)}
	share := tensor.New[float32](append([]int{c, 1}, kernel...)...)
	for i := range share.Data {
		share.Data[i] = 1 / float32(taps)
	}
	left = d.of("average-pool", x, nil, keys...)
	return left, d.of("depthwise", x, operands{"weight": share}, append(keys, "bias=false")...)
}

// subPixelIsTransposed: plane a's tap t is tap a + (k-1-t)*r of the transposed kernel of k*r (Shi et al. 2016, "Is the
// deconvolution layer the same as a convolutional layer?").
func subPixelIsTransposed(d *draw) (left, right *array) {
	dims, o := d.dims(), d.Int(1, 4)
	c := d.Int(1, 6)
	x := d.input(c, dims)
	k, r := d.axes(dims, 1, 3), d.axes(dims, 1, 3)
	kernel, pad, cut, taps, area := make([]int, dims), make([]int, dims), make([]int, dims), 1, 1
	for i := range k {
		pad[i] = d.Int(0, k[i]-1)
		cut[i], kernel[i] = (k[i]-1-pad[i])*r[i], k[i]*r[i]
		taps, area = taps*k[i], area*r[i]
	}
	left, w := d.run("sub-pixel", x, nil, num("out-channels", o), num("kernel", k...), num("padding", pad...), num("scale", r...), "bias=false")
	planes, mixed := w["weight"], tensor.New[float32](append([]int{c, o}, kernel...)...)
	for i := range mixed.Data {
		tap, part, at, rest := 0, 0, i, 1
		partRest := 1
		for axis := dims - 1; axis >= 0; axis-- {
			u := at % kernel[axis]
			at /= kernel[axis]
			tap += (k[axis] - 1 - u/r[axis]) * rest
			part += u % r[axis] * partRest
			rest, partRest = rest*k[axis], partRest*r[axis]
		}
		in, out := at/o, at%o
		mixed.Data[i] = planes.Data[((out*area+part)*c+in)*taps+tap]
	}
	return left, d.of("transposed", x, operands{"weight": mixed}, num("out-channels", o), num("kernel", kernel...), num("stride", r...), num("padding", cut...), "bias=false")
}

func resizeByOneIsNone(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 6), dims)
	keys := append(d.window(dims), num("out-channels", d.Int(1, 9)))
	left, w := d.run("resize-conv", x, nil, append(slices.Clone(keys), "scale=1")...)
	return left, d.of("standard", x, w, keys...)
}

// resizeCommutes resizes by 2 or 4, whose bilinear weights are exact, with a convolution that does nothing.
func resizeCommutes(d *draw) (left, right *array) {
	dims, o := d.dims(), d.Int(1, 9)
	x := d.input(d.Int(1, 6), dims)
	scale := num("scale", 2*d.Int(1, 2))
	left, w := d.run("resize-conv", x, nil, scale, num("out-channels", o))
	mixed := d.of("pointwise", x, w, num("out-channels", o))
	same := tensor.New[float32](append([]int{o, o}, slices.Repeat([]int{1}, dims)...)...)
	for i := range o {
		same.Data[i*o+i] = 1
	}
	return left, d.of("resize-conv", mixed, operands{"weight": same}, scale, num("out-channels", o), "bias=false")
}
