package infer

import (
	"slices"

	"convx/internal/network"
	"convx/internal/tensor"
)

// foldPad makes zeros beside a convolution's input its own padding: nothing is copied. Each convolution that reads them takes them
// up, until nobody does.
func foldPad(g *graph, n *node) (bool, error) {
	if !n.is("Conv") || n.in[0] == network.None || n.stringOr("auto_pad", "NOTSET") != "NOTSET" {
		return false, nil
	}
	pad, axes := g.made[n.in[0]], len(g.values[n.in[0]].shape)
	if pad == nil || g.dropped[pad] || !pad.is("Pad") || axes < 3 {
		return false, nil
	}
	more, err := g.zerosBeside(pad, axes)
	if more == nil || err != nil {
		return false, err
	}
	pads := n.ints("pads")
	if pads == nil {
		pads = make([]int64, len(more))
	}
	if len(pads) != len(more) {
		return false, nil
	}
	sum := slices.Clone(pads)
	for i, p := range more {
		sum[i] += p
	}
	n.attributes["pads"] = sum
	g.rewire(n, slices.Concat(pad.in[:1], n.in[1:]))
	if v := pad.out[0]; len(g.readers[v]) == 0 && !g.values[v].kept {
		n.covers = append(n.covers, pad.covers...)
	}
	return true, nil
}

// zerosBeside is the zeros that a Pad writes before and behind each axis but the first two, as pads of a convolution; nil where it
// does anything else.
func (g *graph) zerosBeside(pad *node, axes int) ([]int64, error) {
	if pad.stringOr("mode", "constant") != "constant" || pad.floatOr("value", 0) != 0 || pad.input(3) != network.None {
		return nil, nil
	}
	if v := pad.input(2); v != network.None {
		if x, ok := g.number(v); !ok || x != 0 {
			return nil, nil
		}
	}
	pads := pad.ints("pads")
	if v := pad.input(1); v != network.None {
		if !g.isConstant(v) {
			return nil, nil
		}
		a, err := g.constant(v)
		if err != nil || a.Elem != tensor.Int64 {
			return nil, err
		}
		pads = tensor.Data[int64](a)
	}
	if len(pads) != 2*axes || slices.Min(pads) < 0 || pads[0]+pads[1]+pads[axes]+pads[axes+1] != 0 {
		return nil, nil
	}
	return slices.Concat(pads[2:axes], pads[axes+2:]), nil
}
