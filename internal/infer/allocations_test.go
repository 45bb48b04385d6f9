package infer

import (
	"context"
	"fmt"
	"testing"

	"convx/internal/tensor"
)

// sketches are small networks of the kinds that real ones are made of.
var sketches = map[string]func(b *builder){
	"resnet":    resnetSketch,
	"mobilenet": mobilenetSketch,
	"unet":      unetSketch,
}

// convolve appends a convolution that keeps the size, over the stride.
func convolve(b *builder, name string, x int, shape []int, outs, kernel, stride int) (int, []int) {
	out := []int{shape[0], outs, (shape[2]-1)/stride + 1, (shape[3]-1)/stride + 1}
	w := seeded(name+"w", outs, shape[1], kernel, kernel)
	for i := range tensor.Data[float32](w) {
		tensor.Data[float32](w)[i] *= 2 / float32(shape[1]*kernel)
	}
	pad := int64(kernel / 2)
	attributes := map[string]any{"pads": []int64{pad, pad, pad, pad}, "strides": []int64{int64(stride), int64(stride)}}
	return b.op("Conv", name, out, attributes, x, b.weight(name+"w", w), b.weight(name+"b", seeded(name+"b", outs))), out
}

func resnetSketch(b *builder) {
	shape := []int{1, 3, 64, 64}
	v := b.in("x", tensor.Float32, shape...)
	v, shape = convolve(b, "stem", v, shape, 16, 7, 2)
	v = b.op("Relu", "stemr", shape, nil, v)
	shape = []int{1, 16, 16, 16}
	v = b.op("MaxPool", "pool", shape, map[string]any{"kernel_shape": []int64{3, 3}, "strides": []int64{2, 2}, "pads": []int64{1, 1, 1, 1}}, v)
	for i, stride := range []int{1, 2} {
		name := fmt.Sprint("b", i)
		short, out := convolve(b, name+"s", v, shape, 32, 1, stride)
		y, inner := convolve(b, name+"1", v, shape, 32, 3, stride)
		y = b.op("Relu", name+"r1", inner, nil, y)
		y, _ = convolve(b, name+"2", y, inner, 32, 3, 1)
		v, shape = b.op("Relu", name, out, nil, b.op("Add", name+"a", out, nil, y, short)), out
	}
	v = b.op("GlobalAveragePool", "mean", []int{1, 32, 1, 1}, nil, v)
	v = b.op("Flatten", "flat", []int{1, 32}, nil, v)
	v = b.op("Gemm", "fc", []int{1, 10}, map[string]any{"transB": int64(1)}, v, b.weight("fcw", seeded("fcw", 10, 32)), b.weight("fcb", seeded("fcb", 10)))
	b.out("y", b.op("Softmax", "y", []int{1, 10}, map[string]any{"axis": int64(1)}, v))
}

func mobilenetSketch(b *builder) {
	shape := []int{1, 3, 56, 56}
	v, shape := convolve(b, "stem", b.in("x", tensor.Float32, shape...), shape, 16, 3, 2)
	v = b.op("HardSwish", "stema", shape, nil, v)
	v, shape = bottleneck(b, "m0", v, shape, 4, 24, 2, "Clip", 0, "")
	v, shape = bottleneck(b, "m1", v, shape, 4, 24, 1, "Clip", 0, "")
	v, shape = bottleneck(b, "m2", v, shape, 4, 24, 1, "HardSwish", 6, "HardSigmoid")
	one := []int{1, shape[1], 1, 1} // squeeze and excitation
	gate, _ := convolve(b, "se1", b.op("GlobalAveragePool", "sep", one, nil, v), one, 8, 1, 1)
	gate, _ = convolve(b, "se2", b.op("Relu", "ser", []int{1, 8, 1, 1}, nil, gate), []int{1, 8, 1, 1}, shape[1], 1, 1)
	v = b.op("Mul", "se", shape, nil, v, b.op("HardSigmoid", "seh", one, nil, gate))
	wide := []int{1, 2 * shape[1], shape[2], shape[3]}
	head, _ := convolve(b, "head", v, shape, wide[1], 1, 1)
	b.out("y", b.op("Mul", "y", wide, nil, head, b.op("Sigmoid", "ys", wide, nil, head)))
}

func unetSketch(b *builder) {
	shape := []int{1, 3, 32, 32}
	level := func(name string, x int, shape []int, outs int) (int, []int) {
		y, out := convolve(b, name, x, shape, outs, 3, 1)
		return b.op("Relu", name+"r", out, nil, y), out
	}
	skip, high := level("d0", b.in("x", tensor.Float32, shape...), shape, 16)
	low := []int{1, 16, 16, 16}
	v := b.op("MaxPool", "down", low, map[string]any{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}, skip)
	v, low = level("d1", v, low, 32)
	v = b.op("ConvTranspose", "up", high, map[string]any{"strides": []int64{2, 2}}, v, b.weight("upw", seeded("upw", low[1], 16, 2, 2)), b.weight("upb", seeded("upb", 16)))
	v = b.op("Concat", "cat", []int{1, 32, 32, 32}, map[string]any{"axis": int64(1)}, skip, v)
	v, high = level("u0", v, []int{1, 32, 32, 32}, 16)
	v, high = convolve(b, "out", v, high, 2, 1, 1)
	b.out("y", b.op("Sigmoid", "y", high, nil, v))
}

func sketchFeeds(b *builder) map[string]*tensor.Array {
	return map[string]*tensor.Array{"x": seeded("x", b.p.Values[b.p.Inputs[0].Value].Shape...)}
}

// A run of a network allocates nothing after the first.
func TestRunsAllocateNothing(t *testing.T) {
	for name, sketch := range sketches {
		for _, threads := range []int{1, 2} {
			b := &builder{}
			sketch(b)
			net, feeds := b.prepare(t, Options{Threads: threads}), sketchFeeds(b)
			for range 2 {
				run(t, net, feeds)
			}
			if n := testing.AllocsPerRun(20, func() {
				if err := net.Run(context.Background(), feeds); err != nil {
					t.Fatal(err)
				}
			}); n > 0 {
				t.Errorf("%s on %d threads: %v allocations a run", name, threads, n)
			}
		}
	}
}

// Rewrites, threads and values that are asked for change nothing beyond rounding.
func TestSketchesStayTheSame(t *testing.T) {
	for name, sketch := range sketches {
		t.Run(name, func(t *testing.T) {
			b := &builder{}
			sketch(b)
			same(t, b, sketchFeeds(b))
		})
	}
}
