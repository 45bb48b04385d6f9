package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// concat moves bytes and computes nothing.
func concat(layer.Stage, shape.Stage) ([]cost, error) { return []cost{{}}, nil }
