package cli

import (
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/shape"
)

// counted is a layer with its shape and its cost.
type counted struct {
	shape.Result
	cost flops.Count
}

// count builds a layer and counts it, its bytes in these types.
func count(s layer.Spec, types flops.Types) (counted, error) {
	l, err := layer.Build(s)
	if err != nil {
		return counted{}, err
	}
	r, err := shape.Of(l)
	if err != nil {
		return counted{}, err
	}
	c, err := types.Of(r)
	return counted{r, c}, err
}
