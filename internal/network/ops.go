package network

import (
	"slices"
	"strconv"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
)

// opKind is an operator that network files name with op: a primitive between the layers.
type opKind struct {
	name    string
	summary string
	keys    []opKey
	build   func(values) (Operator, error)
}

// opKey is one key of an op. Required keys have no default.
type opKey struct {
	name     string
	typ      string // what the reference shows: N, N[xN], BOOL
	def      string
	required bool
	usage    string
}

// values are the keys of one op in a file, parameters filled in.
type values struct {
	op   opKind
	dims int
	text map[string]string
}

var poolKeys = []opKey{
	{name: "kernel", typ: "N[xN]", required: true, usage: "window size"},
	{name: "stride", typ: "N[xN]", usage: "the kernel, if not given"},
	{name: "padding", typ: "P", def: "0", usage: "as a layer's"},
	{name: "dilation", typ: "N[xN]", def: "1", usage: "distance between the window's elements"},
	{name: "ceil", typ: "BOOL", def: "false", usage: "round output sizes up"},
}

var averageKeys = append(slices.Clip(poolKeys), opKey{
	name: "count_include_pad", typ: "BOOL", def: "true", usage: "divide by the whole window, its padding counted as zeros",
})

// opKinds lists the operators, without the activations, which have no keys.
func opKinds() []opKind {
	affine := []opKey{{name: "affine", typ: "BOOL", def: "true", usage: "a learned factor and offset per channel"}}
	kinds := []opKind{
		{name: "max-pool", summary: "maximum of each window", keys: poolKeys, build: pool(layer.MaxPool)},
		{name: "average-pool", summary: "average of each window", keys: averageKeys, build: pool(layer.AveragePool)},
		{name: "global-max-pool", summary: "maximum of each plane", build: globalPool(layer.MaxPool)},
		{name: "global-average-pool", summary: "average of each plane", build: globalPool(layer.AveragePool)},
		{name: "adaptive-max-pool", summary: "maximum, to a given output size", keys: sizeKey, build: adaptivePool(layer.MaxPool)},
		{name: "adaptive-average-pool", summary: "average, to a given output size", keys: sizeKey, build: adaptivePool(layer.AveragePool)},
		{
			name: "linear", summary: "fully connected, over all axes but the batch",
			keys: []opKey{
				{name: "out_features", typ: "N", required: true, usage: "outputs"},
				{name: "bias", typ: "BOOL", def: "true", usage: "add a bias"},
			},
			build: linear,
		},
		{name: "batch-norm", summary: "batch normalisation at inference", keys: affine, build: norm("batch")},
		{name: "layer-norm", summary: "layer normalisation", keys: affine, build: norm("layer")},
		{name: "instance-norm", summary: "instance normalisation", keys: affine, build: norm("instance")},
		{
			name: "group-norm", summary: "group normalisation",
			keys:  append(slices.Clip(affine), opKey{name: "groups", typ: "N", def: "32", usage: "groups of channels that are normalised together"}),
			build: norm("group"),
		},
		{
			name: "lrn", summary: "local response normalisation across channels",
			keys:  []opKey{{name: "size", typ: "N", def: "5", usage: "channels that normalise one"}},
			build: lrn,
		},
		{name: "add", summary: "sum of its inputs, broadcast as multiply's", build: primitive("add", layer.Add{})},
		{name: "concat", summary: "inputs joined along the channels", build: primitive("concat", layer.Concat{})},
		{name: "multiply", summary: "product of its inputs, element by element; an extent of 1 stretches to the others'", build: multiply},
		{name: "scale", summary: "x times one factor per channel: from: [x, factors]", build: primitive("scale", layer.Scale{})},
		{
			name: "resize", summary: "resampling by a factor, or to a size",
			keys: []opKey{
				{name: "scale", typ: "F[xF]", usage: "factor"},
				{name: "size", typ: "N[xN]", usage: "output size, in place of a factor"},
				{name: "mode", typ: "MODE", def: "bilinear", usage: "bilinear or nearest"},
			},
			build: resize,
		},
		{
			name: "depth-to-space", summary: "planes laid into one another, as a pixel shuffle",
			keys:  []opKey{{name: "scale", typ: "N[xN]", required: true, usage: "whole factor; each pixel of a block is a plane of the input"}},
			build: depthToSpace,
		},
		{
			name: "pixel-shuffle", summary: "depth-to-space, by PyTorch's name",
			keys:  []opKey{{name: "scale", typ: "N[xN]", required: true, usage: "whole factor"}},
			build: depthToSpace,
		},
		{
			name: "clip", summary: "values kept between two bounds",
			keys:  []opKey{{name: "min", typ: "F", def: "0", usage: "the lower"}, {name: "max", typ: "F", def: "1", usage: "the upper"}},
			build: clip,
		},
		{name: "crop", summary: "the middle of x, as large as a second input: from: [x, like]", build: crop},
		{name: "flatten", summary: "all axes but the batch become one", build: view("flatten", "Flatten", Flatten)},
		{name: "dropout", summary: "nothing, at inference", build: view("dropout", "Identity", SameShape)},
		{name: "identity", summary: "nothing", build: view("identity", "Identity", SameShape)},
	}
	kinds = slices.Concat(kinds, partKinds(), sequenceKinds(), plainKinds())
	for _, f := range flops.Activations() {
		if f == "clip" {
			continue
		}
		kinds = append(kinds, opKind{name: f, summary: "activation", build: primitive(f, layer.Activation{Func: f})})
	}
	return kinds
}

var sizeKey = []opKey{{name: "size", typ: "N[xN]", required: true, usage: "output size"}}

func (k opKind) keyNames() []string {
	names := make([]string, len(k.keys))
	for i, key := range k.keys {
		names[i] = key.name
	}
	return names
}

// get is a key's text, or its default.
func (v values) get(key string) string {
	if t, ok := v.text[key]; ok {
		return t
	}
	i := slices.IndexFunc(v.op.keys, func(k opKey) bool { return k.name == key })
	return v.op.keys[i].def
}

// ints reads one number for every axis, or one per axis.
func (v values) ints(key string, least int) ([]int, error) {
	n, err := layer.ParseInts(v.get(key), least)
	if err != nil {
		return nil, lang.Errorf("%s: %w", key, err)
	}
	return spread(v, key, n)
}

func spread[T any](v values, key string, n []T) ([]T, error) {
	switch len(n) {
	case 1:
		return slices.Repeat(n, v.dims), nil
	case v.dims:
		return n, nil
	}
	return nil, lang.Errorf("%s %s has %d numbers, and the network has %d spatial axes", key, v.get(key), len(n), v.dims)
}

func (v values) bool(key string) (bool, error) {
	b, err := strconv.ParseBool(v.get(key))
	if err != nil {
		return false, lang.Errorf("%s: %q is neither true nor false", key, v.get(key))
	}
	return b, nil
}

func pool(f layer.PoolFunc) func(values) (Operator, error) {
	return func(v values) (Operator, error) {
		s := layer.Spec{Dims: v.dims}
		for _, key := range v.op.keys {
			text := v.text[key.name]
			if text == "" {
				continue
			}
			if key.typ == "N[xN]" { // the network has the axes, not a flag
				if _, err := v.ints(key.name, 1); err != nil {
					return nil, err
				}
			}
			if err := s.Set(key.name, text); err != nil {
				return nil, err
			}
		}
		p, err := s.Pooling(f)
		return &Primitive{Op: p, Name: v.op.name}, err
	}
}

func globalPool(f layer.PoolFunc) func(values) (Operator, error) {
	return func(v values) (Operator, error) {
		return &Primitive{Op: layer.Pool{Func: f, Global: true}, Name: v.op.name}, nil
	}
}

func adaptivePool(f layer.PoolFunc) func(values) (Operator, error) {
	return func(v values) (Operator, error) {
		size, err := v.ints("size", 1)
		return &Primitive{Op: layer.Pool{Func: f, Adaptive: size}, Name: v.op.name}, err
	}
}

func linear(v values) (Operator, error) {
	out, err := layer.ParseInts(v.get("out_features"), 1)
	if err == nil && len(out) != 1 {
		err = lang.Errorf("%q is not one number", v.get("out_features"))
	}
	if err != nil {
		return nil, lang.Errorf("out_features: %w", err)
	}
	bias, err := v.bool("bias")
	return &Primitive{Op: layer.Linear{Out: out[0], Bias: bias}}, err
}

func norm(f string) func(values) (Operator, error) {
	return func(v values) (Operator, error) {
		n := layer.Norm{Func: f}
		var err error
		if n.Affine, err = v.bool("affine"); err == nil && f == "group" {
			n.Size, err = v.number("groups", 1, 32)
		}
		return &Primitive{Op: n, Name: v.op.name}, err
	}
}

func lrn(v values) (Operator, error) {
	n, err := layer.ParseInts(v.get("size"), 1)
	if err == nil && len(n) != 1 {
		err = lang.Errorf("%q is not one number", v.get("size"))
	}
	if err != nil {
		return nil, lang.Errorf("size: %w", err)
	}
	return &Primitive{Op: layer.Norm{Func: "lrn", Size: n[0]}, Name: v.op.name}, nil
}

func primitive(name string, op layer.Op) func(values) (Operator, error) {
	return func(values) (Operator, error) { return &Primitive{Op: op, Name: name}, nil }
}

func multiply(values) (Operator, error) { return &Elementwise{Name: "multiply", FLOPs: 1}, nil }

func view(name, operator string, shape func([][]int) ([]int, error)) func(values) (Operator, error) {
	emit := func(e *emitter) int {
		v := e.op(operator, nil, e.out, e.in[0]) // Flatten's axis is 1 where none is said
		e.counts(0)
		return v
	}
	return func(values) (Operator, error) { return &View{Name: name, Shape: shape, emit: emit}, nil }
}
