package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
	"convx/internal/tensor"
)

type (
	array    = tensor.Tensor[float32]
	operands = map[string]*array
)

// draw makes up one layer and computes both sides of an identity on it. A layer that cannot be computed ends the
// identity through fail, so that the sides read as formulas.
type draw struct {
	*tensor.Stream
	ctx    context.Context
	opt    ops.Options
	rounds bool     // something that was computed rounds integers
	layers []string // what was computed, for the report
}

// failure carries an error from fail to catch.
type failure struct{ error }

func (d *draw) fail(err error) { panic(failure{err}) }

func catch(err *error) {
	switch r := recover().(type) {
	case nil:
	case failure:
		*err = r.error
	default:
		panic(r)
	}
}

// num is a layer key and its value: num("kernel", 3), num("padding", 1, 2).
func num(name string, values ...int) string {
	return name + "=" + layer.FormatInts(values)
}

// layer builds a layer of a variant on an input of shape x from keys like "kernel=3x5".
func (d *draw) layer(variant string, x []int, given operands, keys ...string) shape.Result {
	s := layer.Spec{Variant: variant, Input: x, Dims: len(x) - 2}
	for _, kv := range keys {
		key, value, _ := strings.Cut(kv, "=")
		if err := s.Set(key, value); err != nil {
			d.fail(err)
		}
	}
	l, err := layer.Build(ops.GivenOperands(s, given))
	if err != nil {
		d.fail(fmt.Errorf("%s %s: %w", variant, strings.Join(keys, " "), err))
	}
	r, err := shape.Of(l)
	if err != nil {
		d.fail(err)
	}
	return r
}

// integers draws an array of small integers.
func (d *draw) integers(dims ...int) *array {
	t := tensor.New[float32](dims...)
	tensor.FillInt(t, d.Stream, -3, 3)
	return t
}

// operands is those of a layer: the given ones, and integers for the others.
func (d *draw) operands(s shape.Result, given operands) operands {
	out := operands{}
	for _, o := range ops.Operands(s) {
		if t, ok := given[o.Name]; ok {
			out[o.Name] = t
			continue
		}
		out[o.Name] = d.integers(o.Shape...)
	}
	return out
}

// run computes a layer. Operands that are not given are drawn and returned with the others.
func (d *draw) run(variant string, x *array, given operands, keys ...string) (*array, operands) {
	s := d.layer(variant, x.Shape, given, keys...)
	w := d.operands(s, given)
	p, err := ops.PrepareLayer(s, w, d.opt)
	if err != nil { // the named algorithm is not one for this layer
		p, err = ops.PrepareLayer(s, w, ops.Options{Threads: d.opt.Threads})
	}
	if err != nil {
		d.fail(err)
	}
	out := tensor.New[float32](p.Output...)
	if err := p.Run(d.ctx, out, x); err != nil {
		d.fail(err)
	}
	for _, st := range p.Steps() {
		d.rounds = d.rounds || st.Tolerance > 0
	}
	d.layers = append(d.layers, fmt.Sprintf("%s %s on %s", variant, strings.Join(keys, " "), layer.FormatShape(x.Shape)))
	return out, w
}

// of computes a layer whose operands are all given.
func (d *draw) of(variant string, x *array, given operands, keys ...string) *array {
	out, _ := d.run(variant, x, given, keys...)
	return out
}

// axes draws one integer per spatial axis.
func (d *draw) axes(dims, lo, hi int) []int {
	v := make([]int, dims)
	for i := range v {
		v[i] = d.Int(lo, hi)
	}
	return v
}

// input draws a batch of integer-valued images, sequences or volumes with room for the windows below.
func (d *draw) input(channels, dims int) *array {
	extents := append([]int{d.Int(1, 2), channels}, d.axes(dims, 7, []int{40, 16, 9}[dims-1])...)
	return d.integers(extents...)
}

// window draws the keys of a window that fits every drawn input.
func (d *draw) window(dims int) []string {
	kernel := d.axes(dims, 1, 3)
	return []string{num("kernel", kernel...), num("stride", d.axes(dims, 1, 3)...), num("padding", d.axes(dims, 0, 2)...)}
}

// concat joins arrays along the channels.
func concat(parts ...*array) *array {
	shape := slices.Clone(parts[0].Shape)
	shape[1] = 0
	for _, p := range parts {
		shape[1] += p.Shape[1]
	}
	out := tensor.New[float32](shape...)
	at := 0
	for n := range shape[0] {
		for _, p := range parts {
			size := p.Len() / shape[0]
			at += copy(out.Data[at:], p.Data[n*size:][:size])
		}
	}
	return out
}

// channels is a slice of an array's second axis.
func channels(x *array, from, to int) *array {
	shape := slices.Clone(x.Shape)
	shape[1] = to - from
	plane := x.Len() / x.Shape[0] / x.Shape[1]
	var data []float32
	for n := range x.Shape[0] {
		data = append(data, x.Data[(n*x.Shape[1]+from)*plane:(n*x.Shape[1]+to)*plane]...)
	}
	return tensor.Of(data, shape...)
}

// first is a slice of an array's first axis.
func first(x *array, from, to int) *array {
	size := x.Len() / x.Shape[0]
	return tensor.Of(x.Data[from*size:to*size], append([]int{to - from}, x.Shape[1:]...)...)
}

// gather makes an array of spatial extents out from x, whose leading axes stay: each element is x's at the position that
// from returns per axis, or zero where that is outside.
func gather(x *array, out []int, from func(axis, i int) int) *array {
	lead := len(x.Shape) - len(out)
	y := tensor.New[float32](append(slices.Clone(x.Shape[:lead]), out...)...)
	size, rest := 1, 1
	for i, n := range out {
		size, rest = size*n, rest*x.Shape[lead+i]
	}
	for i := range y.Data {
		at, inside, p := i/size*rest, true, i%size
		stride := 1
		for axis := len(out) - 1; axis >= 0; axis-- {
			s := from(axis, p%out[axis])
			p /= out[axis]
			inside = inside && s >= 0 && s < x.Shape[lead+axis]
			at += s * stride
			stride *= x.Shape[lead+axis]
		}
		if inside {
			y.Data[i] = x.Data[at]
		}
	}
	return y
}

// spatial is the extents of an array's axes beyond the first two.
func spatial(x *array) []int { return x.Shape[2:] }

// each maps every element.
func each(x *array, f func(float32) float32) *array {
	y := x.Clone()
	for i, v := range y.Data {
		y.Data[i] = f(v)
	}
	return y
}

// sum adds two arrays.
func sum(a, b *array) *array {
	y := a.Clone()
	for i, v := range b.Data {
		y.Data[i] += v
	}
	return y
}
