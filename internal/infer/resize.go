package infer

import (
	"slices"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// planResize gives a resize a pipeline; nil where package ops has none like it.
func (net *Network) planResize(n *node) (*planned, error) {
	if !n.is("Resize") || len(n.out) != 1 || n.in[0] == network.None || net.elem(n.in[0]) != tensor.Float32 {
		return nil, nil
	}
	in, out := net.values[n.in[0]].shape, net.values[n.out[0]].shape
	if in == nil || out == nil || !net.enlarges(n, in, out) {
		return nil, nil
	}
	p := &planned{stages: []layer.Stage{{Name: "node", Op: layer.Resize{Size: out[2:], Nearest: n.stringOr("mode", "nearest") == "nearest"}, Inputs: []string{layer.Input}}}}
	if err := p.prepareStages(net, n, in); err != nil || !slices.Equal(p.out, out) {
		return nil, nil // the general operator runs it, or says what is wrong
	}
	return p, nil
}

// enlarges reports whether a Resize makes planes a whole number of times as large, along each axis, with half-pixel centres: places
// are then the same however they are rounded, and antialiasing does nothing.
func (net *Network) enlarges(n *node, in, out []int) bool {
	transformation, rounding := n.stringOr("coordinate_transformation_mode", "half_pixel"), n.stringOr("nearest_mode", "round_prefer_floor")
	switch n.stringOr("mode", "nearest") {
	case "nearest":
		if (transformation != "asymmetric" || rounding != "floor") && (transformation != "half_pixel" || rounding != "round_prefer_floor" && rounding != "round_prefer_ceil") {
			return false
		}
	case "linear":
		if transformation != "half_pixel" && transformation != "pytorch_half_pixel" {
			return false
		}
	default:
		return false
	}
	if n.version < 11 || len(in) < 3 || len(in) > 5 || len(in) != len(out) || n.ints("axes") != nil || n.intOr("exclude_outside", 0) != 0 ||
		n.stringOr("keep_aspect_ratio_policy", "stretch") != "stretch" {
		return false
	}
	for i := range in {
		if in[i] < 1 || out[i]%in[i] != 0 || i < 2 && out[i] != in[i] {
			return false
		}
	}
	// Sizes are what they are; scales may be a little more than the extents tell.
	v := n.input(2)
	if v == network.None {
		return true
	}
	scales, err := net.constant(v)
	if err != nil || scales == nil || scales.Elem != tensor.Float32 || scales.Len() != 0 && scales.Len() != len(in) {
		return false
	}
	for i, s := range tensor.Data[float32](scales) {
		if s != float32(out[i]/in[i]) {
			return false
		}
	}
	return true
}
