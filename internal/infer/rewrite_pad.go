package infer

import (
	"maps"
	"slices"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// borders are the padding modes of convolutions, by ONNX's names of a Pad's.
var borders = map[string]layer.PadMode{"constant": layer.PadZeros, "reflect": layer.PadReflect, "edge": layer.PadReplicate, "wrap": layer.PadCircular}

// foldPad makes what a Pad puts beside a convolution's input its own padding: nothing is copied. Each convolution that reads it takes
// it up, until nobody does.
func foldPad(g *graph, n *node) (bool, error) {
	if !n.is("Conv") || n.in[0] == network.None || n.stringOr("auto_pad", "NOTSET") != "NOTSET" {
		return false, nil
	}
	pad, axes := g.made[n.in[0]], len(g.values[n.in[0]].shape)
	if pad == nil || g.dropped[pad] || !pad.is("Pad") || axes < 3 {
		return false, nil
	}
	more, err := g.padsOf(pad, axes)
	if more == nil || err != nil {
		return false, err
	}
	pads, ok := n.perAxis("pads", len(more), 0, 0)
	if !ok {
		return false, nil
	}
	sum := make([]int64, len(more))
	for i, p := range more {
		sum[i] = int64(pads[i]) + p
	}
	mode := borders[pad.stringOr("mode", "constant")]
	if mode != layer.PadZeros && (slices.Max(pads) > 0 || !g.padsItself(n, pad.in[0], sum, mode)) || mode == layer.PadZeros && n.border != mode {
		return false, nil
	}
	n.attributes["pads"], n.border = sum, mode
	g.rewire(n, slices.Concat(pad.in[:1], n.in[1:]))
	if v := pad.out[0]; len(g.readers[v]) == 0 && !g.values[v].kept {
		n.covers = append(n.covers, pad.covers...)
	}
	return true, nil
}

// padsItself reports whether package ops computes a convolution of x with such a border as it computes the rest.
func (g *graph) padsItself(n *node, x int, pads []int64, mode layer.PadMode) bool {
	in := g.values[x].shape
	if in == nil || g.elem(x) != tensor.Float32 || !g.isConstant(n.input(1)) || g.elem(n.in[1]) != tensor.Float32 || n.input(2) != network.None && !g.isConstant(n.input(2)) {
		return false
	}
	c := *n
	c.attributes = maps.Clone(n.attributes)
	c.attributes["pads"], c.border = pads, mode
	stages := c.stages(in, g.shapeOf(n.in[1]), n.input(2) != network.None)
	if stages == nil {
		return false
	}
	s, err := layerOf(stages, in)
	return err == nil && ops.PadsItself(s, g.opsOptions)
}

// padsOf is what a Pad adds before and behind each axis but the first two, as pads of a convolution; nil where it does anything else.
func (g *graph) padsOf(pad *node, axes int) ([]int64, error) {
	if borders[pad.stringOr("mode", "constant")] == "" || pad.floatOr("value", 0) != 0 || pad.input(3) != network.None {
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
	if len(pads) != 2*axes || slices.Min(pads) < 0 || max(pads[0], pads[1], pads[axes], pads[axes+1]) > 0 {
		return nil, nil
	}
	return slices.Concat(pads[2:axes], pads[axes+2:]), nil
}
