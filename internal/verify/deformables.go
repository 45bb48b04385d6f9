package verify

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// deformables are the identities of deformable convolution and deformable RoI pooling.
var deformables = []Identity{
	{"zero-offsets", lang.Key("a deformable convolution whose offsets are zero is the convolution"), zeroOffsetsAreNone},
	{"integer-offsets", lang.Key("the same whole offset at every tap shifts the input"), integerOffsetsShift},
	{"half-offsets", lang.Key("an offset of half a pixel averages two neighbours"), halfOffsetsAverage},
	{"offsets-dilate", lang.Key("offsets dilate:D make a deformable convolution the dilated one, d = D"), dilateIsDilated},
	{"offsets-aspect", lang.Key("offsets aspect:F make it the dilated one, d = 1xF"), aspectIsDilated},
	{"offsets-scale", lang.Key("offsets scale:F make it a convolution whose larger kernel holds the taps' weights, shared out bilinearly"), scaleIsSpread},
	{"offsets-rotate", lang.Key("offsets rotate:90 (180, 270) make it the convolution with the kernel turned"), rotateIsTurned},
	{"offsets-rotate-any", lang.Key("offsets rotate:R make it a convolution whose kernel holds the turned taps' weights, shared out bilinearly"), rotateIsSpread},
	{"offsets-random", lang.Key("a deformable convolution with random offsets is the sum of those of its taps, each moved by itself"), randomIsSumOfTaps},
	{"mask-of-ones", lang.Key("a modulated deformable convolution whose mask is one is the plain one"), maskOfOnesIsV1},
	{"predicted-offsets", lang.Key("learned offsets are those of the convolution that predicts them"), predictedAreGiven},
	{"roi-average", lang.Key("deformable RoI pooling of the whole image with zero offsets averages blocks of pixels"), roiPoolAverages},
}

// deformed draws a deformable layer: its input, keys, and the shape of its offsets.
func deformed(d *draw) (x *array, keys []string, groups int, offsets []int) {
	groups = d.Int(1, 2)
	x = d.input(groups*2*d.Int(1, 3), 2)
	kernel, stride, padding := d.axes(2, 1, 3), d.axes(2, 1, 2), d.axes(2, 0, 2)
	offsetGroups := d.Int(1, 2)
	keys = []string{num("kernel", kernel...), num("stride", stride...), num("padding", padding...), num("out-channels", groups*d.Int(1, 4)), num("groups", groups)}
	offsets = []int{x.Shape[0], 2 * offsetGroups * kernel[0] * kernel[1]}
	for i, n := range spatial(x) {
		offsets = append(offsets, (n+2*padding[i]-kernel[i])/stride[i]+1)
	}
	return x, keys, groups, offsets
}

func (d *draw) deformable(x *array, given operands, keys []string, more ...string) (*array, operands) {
	taps := d.layer("dilated", x.Shape, nil, append(slices.Clone(keys), "dilation=2")...).Layer.Kernel
	groups := given["offset"].Shape[1] / 2 / taps[0] / taps[1]
	return d.run("deformable", x, given, append(append(slices.Clone(keys), more...), num("offset-groups", groups))...)
}

func plain(w operands) operands { return operands{"weight": w["weight"], "bias": w["bias"]} }

func zeroOffsetsAreNone(d *draw) (left, right *array) {
	x, keys, groups, offsets := deformed(d)
	left, w := d.deformable(x, operands{"offset": tensor.New[float32](offsets...)}, keys)
	return left, d.of(convolutionOf(groups, []int{1}), x, plain(w), keys...)
}

// constant fills offsets with one (dy, dx).
func constant(shape []int, dy, dx float32) *array {
	t := tensor.New[float32](shape...)
	plane := shape[2] * shape[3]
	for i := range t.Data {
		t.Data[i] = []float32{dy, dx}[i/plane%2]
	}
	return t
}

// bordered puts four zeros around an image, so that a shift loses nothing.
func bordered(x *array) *array {
	return gather(x, []int{x.Shape[2] + 8, x.Shape[3] + 8}, func(_, i int) int { return i - 4 })
}

func shifted(x *array, dy, dx int) *array {
	return gather(x, spatial(x), func(axis, i int) int { return i + []int{dy, dx}[axis] })
}

func integerOffsetsShift(d *draw) (left, right *array) {
	x, keys, groups, offsets := deformedBordered(d)
	dy, dx := d.Int(-2, 2), d.Int(-2, 2)
	left, w := d.deformable(x, operands{"offset": constant(offsets, float32(dy), float32(dx))}, keys)
	return left, d.of(convolutionOf(groups, []int{1}), shifted(x, dy, dx), plain(w), keys...)
}

func halfOffsetsAverage(d *draw) (left, right *array) {
	x, keys, groups, offsets := deformedBordered(d)
	left, w := d.deformable(x, operands{"offset": constant(offsets, 0.5, 0)}, keys)
	mean := each(sum(x, shifted(x, 1, 0)), func(v float32) float32 { return v / 2 })
	return left, d.of(convolutionOf(groups, []int{1}), mean, plain(w), keys...)
}

// deformedBordered is deformed with an input that is zero near its border.
func deformedBordered(d *draw) (x *array, keys []string, groups int, offsets []int) {
	x, keys, groups, offsets = deformed(d)
	x = bordered(x)
	out := d.of(convolutionOf(groups, []int{1}), x, nil, keys...)
	return x, keys, groups, append(offsets[:2:2], spatial(out)...)
}

func maskOfOnesIsV1(d *draw) (left, right *array) {
	x, keys, _, offsets := deformed(d)
	offset := each(d.integers(offsets...), func(v float32) float32 { return v / 2 })
	maskShape := slices.Clone(offsets)
	maskShape[1] /= 2
	mask := each(tensor.New[float32](maskShape...), func(float32) float32 { return 1 })
	right, w := d.deformable(x, operands{"offset": offset}, keys)
	left, _ = d.deformable(x, operands{"offset": offset, "mask": mask, "weight": w["weight"], "bias": w["bias"]}, keys, "modulated=true")
	return left, right
}

func predictedAreGiven(d *draw) (left, right *array) {
	x, keys, _, _ := deformed(d)
	left, w := d.run("deformable", x, nil, keys...)
	kernel := w["weight"].Shape[2:]
	window := slices.Clone(keys[:3])
	predict := operands{"weight": w["offset.weight"], "bias": w["offset.bias"]}
	offset := d.of("standard", x, predict, append(window, num("out-channels", 2*kernel[0]*kernel[1]))...)
	right, _ = d.deformable(x, operands{"offset": offset, "weight": w["weight"], "bias": w["bias"]}, keys)
	return left, right
}

// roiPoolAverages takes blocks of 1, 2 or 4 pixels, sampled at every pixel: their averages are exact.
func roiPoolAverages(d *draw) (left, right *array) {
	block := []int{1, 2, 4}[d.Int(0, 2)]
	pooled := d.axes(2, 1, 5)
	x := d.integers(1, d.Int(1, 4), pooled[0]*block, pooled[1]*block)
	rois := tensor.Of([]float32{0, 0, 0, float32(x.Shape[3]), float32(x.Shape[2])}, 1, 5)
	zero := tensor.New[float32](1, 2, pooled[0], pooled[1])
	left = d.of("deform-roi-pool", x, operands{"rois": rois, "offset": zero}, num("pooled", pooled...), num("sampling-ratio", block))
	right = tensor.New[float32](left.Shape...)
	for dy := range block {
		for dx := range block {
			right = sum(right, gather(x, pooled, func(axis, i int) int { return i*block + []int{dy, dx}[axis] }))
		}
	}
	return left, each(right, func(v float32) float32 { return v / float32(block*block) })
}
