package infer

import (
	"math"

	"convx/internal/network"
	"convx/internal/ops/kernel"
	"convx/internal/tensor"
)

// foldAffine folds what scales and shifts each channel after a convolution, a batch normalisation first of all, into its
// weights and its bias.
func foldAffine(g *graph, n *node) (bool, error) {
	next := g.only(n)
	if next == nil || n.clamp != "" || !n.is("Conv", "ConvTranspose") || !g.isConstant(n.input(1)) || g.elem(n.in[1]) != tensor.Float32 {
		return false, nil
	}
	if n.input(2) != network.None && !g.isConstant(n.in[2]) {
		return false, nil
	}
	shape := g.shapeOf(n.in[1])
	if len(shape) < 3 || volume(shape) == 0 {
		return false, nil
	}
	groups := n.countOr("group", 1)
	channels := shape[0]
	if n.is("ConvTranspose") {
		channels = shape[1] * groups
	}
	a, b, ok, err := g.affineOf(next, n.out[0], channels, len(shape))
	if err != nil || !ok || groups < 1 || n.is("ConvTranspose") && shape[0]%groups != 0 {
		return false, err
	}
	if v := n.input(2); v != network.None {
		bias, err := g.constant(v)
		if err != nil || bias.Elem != tensor.Float32 || bias.Len() != channels {
			return false, err
		}
		for i, f := range tensor.Data[float32](bias) {
			b[i] += a[i] * f
		}
	}
	scaled := g.derive(n.in[1], shape, true, func(to, from *tensor.Array) {
		scaleChannels(to, from, a, groups, n.is("ConvTranspose"))
	})
	n.in = []int{n.in[0], scaled, g.hold(n.name+".bias", tensor.ArrayOf(b, channels))}
	g.absorb(n, next)
	return true, nil
}

// scaleChannels multiplies the weights w of a convolution, or of a transposed one, by the number of their output channel.
func scaleChannels(to, w *tensor.Array, a []float32, groups int, transposed bool) {
	y, x, isa := tensor.Data[float32](to), tensor.Data[float32](w), kernel.Best()
	rows, length := w.Shape[0], volume(w.Shape[1:]) // of one output channel each
	channel := func(row int) int { return row }
	if transposed {
		ins, outs := w.Shape[0], w.Shape[1]
		rows, length = ins*outs, volume(w.Shape[2:])
		channel = func(row int) int { return row/outs/(ins/groups)*outs + row%outs }
	}
	for i := range rows {
		isa.Affine(y[i*length:][:length], x[i*length:][:length], a[channel(i)], 0, noLow, noHigh)
	}
}

// hold makes a constant value.
func (net *Network) hold(name string, a *tensor.Array) int {
	net.values = append(net.values, value{name: name, shape: a.Shape, constant: a, elem: a.Elem, place: place{of: network.None}})
	return len(net.values) - 1
}

// affineOf is what a node does to its input v of so many channels and axes: y = a[c]*x + b[c]; ok is false if it does anything
// else.
func (net *Network) affineOf(n *node, v, channels, rank int) (a, b []float32, ok bool, err error) {
	a, b = make([]float32, channels), make([]float32, channels)
	for i := range a {
		a[i] = 1
	}
	switch {
	case n.is("BatchNormalization") && n.input(0) == v:
		ok, err = net.normalise(n, a, b)
	case n.is("Add", "Mul") && len(n.in) == 2 && n.in[0] != n.in[1]:
		other := n.in[0]
		if other == v {
			other = n.in[1]
		}
		var c []float32
		if c, ok, err = net.perChannel(other, channels, rank); !ok || err != nil {
			return nil, nil, false, err
		}
		if n.is("Add") {
			copy(b, c)
		} else {
			copy(a, c)
		}
	}
	return a, b, ok, err
}

// perChannel reads a constant that is one number, or one for each channel of an array of so many axes.
func (net *Network) perChannel(v, channels, rank int) ([]float32, bool, error) {
	if !net.isConstant(v) || net.elem(v) != tensor.Float32 {
		return nil, false, nil
	}
	shape := net.shapeOf(v)
	if len(shape) > rank {
		return nil, false, nil
	}
	for i, d := range shape {
		if axis := rank - len(shape) + i; d != 1 && (axis != 1 || d != channels) {
			return nil, false, nil
		}
	}
	c, err := net.constant(v)
	if err != nil {
		return nil, false, err
	}
	out := make([]float32, channels)
	for i := range out {
		out[i] = tensor.Data[float32](c)[i%c.Len()]
	}
	return out, true, nil
}

// normalise fills in what a batch normalisation at inference does: a = scale/sqrt(variance + epsilon), b = shift - mean a.
func (net *Network) normalise(n *node, a, b []float32) (bool, error) {
	if len(n.in) < 5 || n.intOr("training_mode", 0) != 0 || len(n.out) != 1 {
		return false, nil
	}
	var data [4][]float32
	for i := range data {
		c, err := net.constant(n.in[1+i])
		if err != nil {
			return false, err
		}
		if c == nil || c.Elem != tensor.Float32 || c.Len() != len(a) {
			return false, nil
		}
		data[i] = tensor.Data[float32](c)
	}
	epsilon := n.floatOr("epsilon", 1e-5)
	for i := range a {
		scale := float64(data[0][i]) / math.Sqrt(float64(data[3][i])+epsilon)
		a[i] = float32(scale)
		b[i] = float32(float64(data[1][i]) - float64(data[2][i])*scale)
	}
	return true, nil
}

// chainNorm makes a batch normalisation that no convolution took up a chain of a product and a sum.
func chainNorm(g *graph, n *node) (bool, error) {
	if !n.is("BatchNormalization") || n.chain != nil || g.elem(n.input(0)) != tensor.Float32 || g.values[n.out[0]].shape == nil {
		return false, nil
	}
	shape := g.values[n.out[0]].shape
	if len(shape) < 2 {
		return false, nil
	}
	a, b := make([]float32, shape[1]), make([]float32, shape[1])
	if ok, err := g.normalise(n, a, b); !ok || err != nil {
		return false, err
	}
	per := make([]int, len(shape)-1)
	for i := range per {
		per[i] = 1
	}
	per[0] = shape[1]
	x := n.in[0]
	in := []int{x, g.hold(n.name+".scale", tensor.ArrayOf(a, per...)), g.hold(n.name+".shift", tensor.ArrayOf(b, per...))}
	c := g.newChain([]link{
		{kind: product, lo: noLow, hi: noHigh, other: in[1]},
		{kind: blend, a: 1, b: 1, lo: noLow, hi: noHigh, other: in[2]},
	}, in, shape)
	if c == nil {
		return false, nil
	}
	n.in, n.chain = in, c
	return true, nil
}
