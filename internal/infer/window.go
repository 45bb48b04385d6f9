package infer

import (
	"fmt"
	"slices"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// autoPads are ONNX's names of paddings that follow from the sizes.
var autoPads = map[string]layer.Auto{"VALID": layer.Valid, "SAME_UPPER": layer.Same, "SAME_LOWER": layer.SameLower}

// window is the geometry of a node that slides a kernel; ok is false where package ops has none like it.
func (n *node) window(kernel []int) (w layer.Window, ok bool) {
	axes := len(kernel)
	w.Kernel = kernel
	if w.Stride, ok = n.perAxis("strides", axes, 1, 1); !ok {
		return w, false
	}
	if w.Dilation, ok = n.perAxis("dilations", axes, 1, 1); !ok {
		return w, false
	}
	if auto, named := autoPads[n.stringOr("auto_pad", "NOTSET")]; named {
		w.Padding.Auto = auto
		return w, true
	}
	pads, ok := n.perAxis("pads", 2*axes, 0, 0)
	if !ok {
		return w, false
	}
	for i := range axes {
		w.Padding.Pairs = append(w.Padding.Pairs, layer.Pad{Begin: pads[i], End: pads[axes+i]})
	}
	return w, true
}

// perAxis reads an attribute of one number an axis.
func (n *node) perAxis(name string, axes, def, least int) ([]int, bool) {
	list := n.ints(name)
	if list == nil {
		list = make([]int64, axes)
		for i := range list {
			list[i] = int64(def)
		}
	}
	if len(list) != axes {
		return nil, false
	}
	out := make([]int, axes)
	for i, v := range list {
		if v < int64(least) || v > layer.MaxExtent {
			return nil, false
		}
		out[i] = int(v)
	}
	return out, true
}

// stages are what package ops makes of a node and what was folded into it, for an input of this shape; nil if nothing.
func (n *node) stages(in []int, weight []int, bias bool) []layer.Stage {
	axes := len(in) - 2
	if axes < 1 || axes > 3 || len(weight) != len(in) {
		return nil
	}
	w, ok := n.window(weight[2:])
	groups := n.countOr("group", 1)
	if !ok || groups < 1 || groups > layer.MaxExtent {
		return nil
	}
	var op layer.Op
	switch {
	case n.is("Conv"):
		op = layer.Conv{Window: w, PadMode: n.border, OutChannels: weight[0], Groups: groups, Bias: bias}
	case n.is("ConvTranspose"):
		extra, ok := n.perAxis("output_padding", axes, 0, 0)
		if !ok || w.Padding.Auto != layer.Explicit || n.ints("output_shape") != nil {
			return nil
		}
		op = layer.Transposed{Window: w, OutputPadding: extra, OutChannels: weight[1] * groups, Groups: groups, Bias: bias}
	}
	stages := []layer.Stage{{Name: "node", Op: op, Inputs: []string{layer.Input}}}
	if n.clamp != "" {
		stages = append(stages, layer.Stage{Name: "clamp", Op: layer.Activation{Func: n.clamp}, Inputs: []string{"node"}})
	}
	return stages
}

// poolStages is a pool as package ops has it; nil if it has none like it.
func (n *node) poolStages(in []int) []layer.Stage {
	var op layer.Pool
	switch n.op {
	case "GlobalAveragePool", "ReduceMean": // of planes
		op = layer.Pool{Func: layer.AveragePool, Global: true}
	case "GlobalMaxPool":
		op = layer.Pool{Func: layer.MaxPool, Global: true}
	case "MaxPool", "AveragePool":
		op.Func = layer.MaxPool
		if op.CeilMode = n.intOr("ceil_mode", 0) != 0; n.is("AveragePool") {
			op.Func, op.CountPadding = layer.AveragePool, n.intOr("count_include_pad", 0) != 0
			if op.CeilMode { // whether a window that reaches beyond counts what is there differs between versions
				return nil
			}
		}
		var kernel []int
		for _, k := range n.ints("kernel_shape") {
			kernel = append(kernel, tensor.Int(k))
		}
		var ok bool
		if op.Window, ok = n.window(kernel); !ok || len(kernel) != len(in)-2 || n.intOr("storage_order", 0) != 0 {
			return nil
		}
		if slices.Equal(kernel, in[2:]) && isTight(op.Window) { // it covers all there is
			op = layer.Pool{Func: op.Func, Global: true}
		}
	default:
		return nil
	}
	if n.domain != "" || len(in) < 3 || len(in) > 5 {
		return nil
	}
	return []layer.Stage{{Name: "node", Op: op, Inputs: []string{layer.Input}}}
}

// isTight reports a window without padding and gaps.
func isTight(w layer.Window) bool {
	padded := slices.ContainsFunc(w.Padding.Pairs, func(p layer.Pad) bool { return p != layer.Pad{} })
	return w.Padding.Auto == layer.Explicit && !padded && !slices.ContainsFunc(w.Dilation, func(d int) bool { return d != 1 })
}

// layerOf is the shape of a chain of stages as a layer of its own.
func layerOf(stages []layer.Stage, in []int) (shape.Result, error) {
	return shape.Of(layer.Layer{Spec: layer.Spec{Variant: "standard", Input: in, Dims: max(1, len(in)-2)}, Stages: stages})
}

func (n *node) String() string { return fmt.Sprintf("%s %q", n.op, n.name) }
