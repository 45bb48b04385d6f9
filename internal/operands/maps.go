package operands

import "convx/internal/tensor"

// Maps sees a result as maps, 1 x C x H x W in float32; false for what has no axes, more than one picture, or no numbers.
func Maps(a *tensor.Array) (*tensor.Tensor[float32], bool) {
	data, ok := tensor.Floats(a)
	if !ok || len(data) == 0 {
		return nil, false
	}
	switch s := a.Shape; len(s) {
	case 4:
		return tensor.Of(data, s...), true
	case 3:
		return tensor.Of(data, s[0], 1, s[1], s[2]), true
	case 2:
		return tensor.Of(data, 1, 1, s[0], s[1]), true
	case 1:
		return tensor.Of(data, 1, 1, 1, s[0]), true
	}
	return nil, false
}
