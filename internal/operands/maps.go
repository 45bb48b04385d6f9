package operands

import "convx/internal/tensor"

// Maps sees a result as maps, N x C x H x W in float32, every plane of a volume as one of N x (C D) x H x W; false for what has no or
// more axes, or no numbers.
func Maps(a *tensor.Array) (*tensor.Tensor[float32], bool) {
	data, ok := tensor.Floats(a)
	if !ok || len(data) == 0 {
		return nil, false
	}
	switch s := a.Shape; len(s) {
	case 5:
		return tensor.Of(data, s[0], s[1]*s[2], s[3], s[4]), true
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
