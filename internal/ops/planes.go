package ops

import "convx/internal/ops/planes"

// planesConv reads the planes of groups of few channels as they are: depthwise and grouped convolution.
func planesConv(p *Problem, w operands[float32]) (runner[float32], error) {
	return newDense(p, planes.New(*denseProblem(p), w.Weight, w.Bias)), nil
}

func planesCost(p *Problem) float64 { return planes.Cost(denseProblem(p)) }
