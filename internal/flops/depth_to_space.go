package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// depthToSpace moves bytes and computes nothing.
func depthToSpace(layer.Stage, shape.Stage) ([]cost, error) { return []cost{{}}, nil }
