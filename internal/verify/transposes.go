package verify

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// transposes are the identities of transposed convolutions.
var transposes = []Identity{
	{"adjoint", lang.Key("a transposed convolution is the adjoint of the convolution: <conv(x), y> = <x, transposed(y)>"), transposedIsAdjoint},
	{"zero-insertion", lang.Key("a transposed convolution is a convolution by the flipped kernel over the input with zeros put in"), transposedIsInserted},
}

func transposedIsAdjoint(d *draw) (left, right *array) {
	dims, groups := d.dims(), d.Int(1, 3)
	x := d.input(groups*d.Int(1, 4), dims)
	kernel, stride, dilation, padding := d.axes(dims, 1, 3), d.axes(dims, 1, 3), d.axes(dims, 1, 2), d.axes(dims, 0, 2)
	window := []string{num("kernel", kernel...), num("stride", stride...), num("dilation", dilation...), num("padding", padding...), num("groups", groups), "bias=false"}
	o := groups * d.Int(1, 5)
	dilated := append(slices.Clone(window), num("out-channels", o))
	y, w := d.run(convolutionOf(groups, dilation), x, nil, dilated...)
	z := d.integers(y.Shape...)
	// What the strided windows did not reach is put back at the end.
	lost := make([]int, dims)
	for i, n := range spatial(x) {
		lost[i] = (n + 2*padding[i] - dilation[i]*(kernel[i]-1) - 1) % stride[i]
	}
	back := d.of("transposed", z, w, append(window, num("out-channels", x.Shape[1]), num("output-padding", lost...))...)
	return dot(y, z), dot(x, back)
}

// convolutionOf names the variant that has these groups and dilations.
func convolutionOf(groups int, dilation []int) string {
	switch {
	case slices.Max(dilation) > 1:
		return "dilated"
	case groups > 1:
		return "grouped"
	}
	return "standard"
}

// dot is the inner product of two arrays of integers: exact in float32 as long as it is below 2^24.
func dot(a, b *array) *array {
	sum := 0.0
	for i, v := range a.Data {
		sum += float64(v) * float64(b.Data[i])
	}
	return tensor.Of([]float32{float32(sum)}, 1)
}

func transposedIsInserted(d *draw) (left, right *array) {
	dims, o := d.dims(), d.Int(1, 6)
	x := d.input(d.Int(1, 6), dims)
	kernel, stride, padding, extra := d.axes(dims, 1, 4), d.axes(dims, 1, 3), make([]int, dims), make([]int, dims)
	for i := range dims {
		padding[i], extra[i] = d.Int(0, kernel[i]-1), d.Int(0, stride[i]-1)
	}
	left, w := d.run("transposed", x, nil, num("kernel", kernel...), num("stride", stride...), num("padding", padding...),
		num("output-padding", extra...), num("out-channels", o))
	inserted := make([]int, dims)
	for i, n := range spatial(x) {
		inserted[i] = (n-1)*stride[i] + 1 + 2*(kernel[i]-1-padding[i]) + extra[i]
	}
	spread := gather(x, inserted, func(axis, i int) int {
		at := i - (kernel[axis] - 1 - padding[axis])
		if at < 0 || at%stride[axis] != 0 {
			return -1
		}
		return at / stride[axis]
	})
	flipped := gather(swapped(w["weight"]), kernel, func(axis, i int) int { return kernel[axis] - 1 - i })
	return left, d.of("standard", spread, operands{"weight": flipped, "bias": w["bias"]}, num("kernel", kernel...), num("out-channels", o))
}

// swapped exchanges the first two axes.
func swapped(w *array) *array {
	shape := slices.Clone(w.Shape)
	shape[0], shape[1] = shape[1], shape[0]
	out := tensor.New[float32](shape...)
	taps := w.Len() / shape[0] / shape[1]
	for i := range shape[0] {
		for j := range shape[1] {
			copy(out.Data[(i*shape[1]+j)*taps:][:taps], w.Data[(j*shape[0]+i)*taps:])
		}
	}
	return out
}
