package network

import (
	"math"

	"convx/internal/layer"
)

// moments are about the mean and the mean square of a layer's output: enough to draw weights that keep the outputs of the layers
// after it from growing or vanishing. What layers sum is taken to be Gaussian and independent.
type moments struct{ mean, square float64 }

// momentsOf follows an operator. Weighted sums are drawn to have a mean square of 1.
func (e *emitter) momentsOf(op string, in []int) moments {
	if len(in) == 0 {
		return moments{0, 1}
	}
	x := e.moments[in[0]]
	switch op {
	case "Relu", "Clip", "Gelu", "HardSwish", "Elu", "LeakyRelu", "PRelu", "Softplus":
		return x.rectified()
	case "Sigmoid", "HardSigmoid":
		return moments{0.5, 0.3}
	case "Tanh":
		return moments{0, x.square / (1 + x.square)}
	case "Softmax":
		n := float64(e.out[min(1, len(e.out)-1)])
		return moments{1 / n, math.Max(1/n/n, 1e-12)}
	case "Add":
		y := e.moments[in[1]]
		return moments{x.mean + y.mean, x.square + y.square + 2*x.mean*y.mean}
	case "Mul":
		y := e.moments[in[1]]
		return moments{x.mean * y.mean, x.square * y.square}
	case "Concat":
		var sum moments
		for _, v := range in {
			sum.mean += e.moments[v].mean / float64(len(in))
			sum.square += e.moments[v].square / float64(len(in))
		}
		return sum
	case "Conv", "ConvTranspose", "Gemm", string(layer.KindDeformable), "GroupNormalization", "InstanceNormalization":
		return moments{0, 1}
	case "LSTM", "GRU":
		return moments{0, 0.1}
	case "MatMul":
		shape := e.program.Values[in[0]].Shape
		return moments{0, x.square * e.moments[in[1]].square * float64(shape[len(shape)-1])}
	}
	return x
}

// rectified are the moments of max(x, 0).
func (m moments) rectified() moments {
	variance := m.square - m.mean*m.mean
	if variance <= 1e-12*m.square {
		return moments{max(m.mean, 0), m.square}
	}
	deviation := math.Sqrt(variance)
	z := m.mean / deviation
	above := 0.5 * math.Erfc(-z/math.Sqrt2)
	density := math.Exp(-z*z/2) / math.Sqrt(2*math.Pi)
	return moments{deviation*density + m.mean*above, m.square*above + m.mean*deviation*density}
}
