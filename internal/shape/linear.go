package shape

import "convx/internal/layer"

// linear: all non-batch axes are flattened: N x (...) -> N x Out.
func linear(op layer.Op, in [][]int) (Stage, error) {
	if len(in[0]) < 2 {
		return Stage{}, layer.Errorf("a linear layer reads a batch of features, not %s", layer.FormatShape(in[0]))
	}
	if _, err := layer.Product(in[0][1:]...); err != nil {
		return Stage{}, layer.Errorf("flattening %s: %v", layer.FormatShape(in[0]), err)
	}
	return Stage{Output: []int{in[0][0], op.(layer.Linear).Out}}, nil
}
