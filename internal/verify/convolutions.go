package verify

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
)

// convolutions are the identities of variants that are one convolution.
var convolutions = []Identity{
	{"pointwise", lang.Key("a pointwise convolution is a standard one whose kernel is 1"), pointwiseIsStandard},
	{"grouped", lang.Key("a grouped convolution is its groups, convolved one by one, side by side"), groupedIsParts},
	{"dilated", lang.Key("a dilated convolution is a standard one whose kernel has zeros between its taps"), dilatedIsStuffed},
	{"depthwise", lang.Key("a depthwise convolution is a grouped one with as many groups as channels"), depthwiseIsGrouped},
	{"strided", lang.Key("a stride drops outputs of the convolution without one"), strideDrops},
	{"linear", lang.Key("convolving a sum is summing the convolutions"), convIsLinear},
	{"pad-mode", lang.Key("a padding mode is a border that is drawn before convolving"), padModeIsBorder},
	{"dimensions", lang.Key("a 1-D convolution is a 2-D one of height 1, and that a 3-D one of depth 1"), dimensionsAgree},
}

func (d *draw) dims() int { return d.Int(1, 3) }

func pointwiseIsStandard(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 9), dims)
	keys := []string{num("out-channels", d.Int(1, 20)), num("stride", d.axes(dims, 1, 2)...)}
	left, w := d.run("pointwise", x, nil, keys...)
	return left, d.of("standard", x, w, append(keys, "kernel=1")...)
}

func groupedIsParts(d *draw) (left, right *array) {
	dims, groups, c, o := d.dims(), d.Int(2, 5), d.Int(1, 5), d.Int(1, 9)
	x := d.input(groups*c, dims)
	window := d.window(dims)
	left, w := d.run("grouped", x, nil, append(window, num("groups", groups), num("out-channels", groups*o))...)
	var parts []*array
	for g := range groups {
		mine := operands{"weight": first(w["weight"], g*o, (g+1)*o), "bias": first(w["bias"], g*o, (g+1)*o)}
		parts = append(parts, d.of("standard", channels(x, g*c, (g+1)*c), mine, append(window, num("out-channels", o))...))
	}
	return left, concat(parts...)
}

// dilatedIsStuffed spreads the kernel's taps apart with zeros.
func dilatedIsStuffed(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 6), dims)
	dilation := d.axes(dims, 1, 3)
	dilation[0] = max(2, dilation[0])
	kernel := d.axes(dims, 1, 3)
	padding := make([]int, dims)
	stuffed := make([]int, dims)
	for i, k := range kernel {
		stuffed[i] = dilation[i]*(k-1) + 1
		padding[i] = d.Int(0, 3)
	}
	keys := []string{num("padding", padding...), num("stride", d.axes(dims, 1, 2)...), num("out-channels", d.Int(1, 9))}
	left, w := d.run("dilated", x, nil, append(slices.Clone(keys), num("kernel", kernel...), num("dilation", dilation...), "groups=1")...)
	spread := gather(w["weight"], stuffed, func(axis, i int) int {
		if i%dilation[axis] != 0 {
			return -1
		}
		return i / dilation[axis]
	})
	return left, d.of("standard", x, operands{"weight": spread, "bias": w["bias"]}, append(keys, num("kernel", stuffed...))...)
}

func depthwiseIsGrouped(d *draw) (left, right *array) {
	dims, c, multiplier := d.dims(), d.Int(2, 9), d.Int(1, 3)
	x := d.input(c, dims)
	window := append(d.window(dims), num("dilation", d.axes(dims, 1, 2)...))
	left, w := d.run("depthwise", x, nil, append(window, num("multiplier", multiplier))...)
	return left, d.of("grouped", x, w, append(window, num("groups", c), num("out-channels", c*multiplier))...)
}

func strideDrops(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 6), dims)
	stride := d.axes(dims, 1, 4)
	keys := []string{num("kernel", d.axes(dims, 1, 5)...), num("padding", d.axes(dims, 0, 2)...), num("out-channels", d.Int(1, 12))}
	left, w := d.run("standard", x, nil, append(keys, num("stride", stride...))...)
	whole := d.of("standard", x, w, keys...)
	return left, gather(whole, spatial(left), func(axis, i int) int { return i * stride[axis] })
}

func convIsLinear(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 8), dims)
	y := d.integers(x.Shape...)
	keys := append(d.window(dims), num("out-channels", d.Int(1, 16)), "bias=false")
	left, w := d.run("standard", sum(x, y), nil, keys...)
	return left, sum(d.of("standard", x, w, keys...), d.of("standard", y, w, keys...))
}

func padModeIsBorder(d *draw) (left, right *array) {
	dims := d.dims()
	x := d.input(d.Int(1, 6), dims)
	modes := layer.PadModes()
	mode := modes[d.Int(0, len(modes)-1)]
	begin, bordered := d.axes(dims, 0, 3), make([]int, dims)
	padding := "padding="
	for i, n := range spatial(x) {
		end := d.Int(0, 3)
		bordered[i] = begin[i] + n + end
		if i > 0 {
			padding += "x"
		}
		padding += layer.Padding{Pairs: []layer.Pad{{Begin: begin[i], End: end}}}.String()
	}
	keys := []string{num("kernel", d.axes(dims, 1, 4)...), num("out-channels", d.Int(1, 9))}
	left, w := d.run("standard", x, nil, append(keys, padding, "pad-mode="+string(mode))...)
	border := gather(x, bordered, func(axis, i int) int { return source(i-begin[axis], x.Shape[2+axis], mode) })
	return left, d.of("standard", border, w, keys...)
}

// source is the element that position i of n holds in a padding mode; -1 is a zero.
func source(i, n int, mode layer.PadMode) int {
	switch {
	case 0 <= i && i < n:
		return i
	case mode == layer.PadReflect && i < 0:
		return -i
	case mode == layer.PadReflect:
		return 2*n - 2 - i
	case mode == layer.PadReplicate:
		return max(0, min(i, n-1))
	case mode == layer.PadCircular:
		return (i + n) % n
	}
	return -1
}

// dimensionsAgree computes one convolution over 1 or 2 axes, and over one more, of extent 1.
func dimensionsAgree(d *draw) (left, right *array) {
	dims := d.Int(1, 2)
	x := d.input(d.Int(1, 8), dims)
	kernel, stride, padding := d.axes(dims, 1, 3), d.axes(dims, 1, 3), d.axes(dims, 0, 2)
	o := num("out-channels", d.Int(1, 9))
	left, w := d.run("standard", x, nil, num("kernel", kernel...), num("stride", stride...), num("padding", padding...), o)
	flat := func(a *array) *array { return a.Reshape(slices.Insert(slices.Clone(a.Shape), 2, 1)...) }
	right = d.of("standard", flat(x), operands{"weight": flat(w["weight"]), "bias": w["bias"]},
		num("kernel", append([]int{1}, kernel...)...), num("stride", append([]int{1}, stride...)...), num("padding", append([]int{0}, padding...)...), o)
	return flat(left), right
}
