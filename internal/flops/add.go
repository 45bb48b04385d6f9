package flops

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// add: one addition per element and input beyond the first.
func add(_ layer.Stage, s shape.Stage) ([]cost, error) {
	out := output(s.Output)
	return []cost{{extra: Sum{out.times(by(lang.Text("(inputs - 1)"), len(s.Inputs)-1))}}}, nil
}
