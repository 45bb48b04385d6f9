package operands

import (
	"math"
	"strings"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// Noise is about what rounding leaves of an output that is zero by definition: taps x epsilon x sum of |w| x max |x|.
// Algorithms that transform their input lose more.
func Noise[T tensor.Float](taps int, weights, input float64, steps []ops.Step) float64 {
	epsilon := 0x1p-52
	if tensor.ElemOf[T]() == tensor.Float32 {
		epsilon = 0x1p-23
	}
	const transformed = 100 // times epsilon: 1.2e-5 in float32, where Winograd is held to 1e-5
	for _, s := range steps {
		if strings.Contains(s.Algorithm, "winograd") || strings.Contains(s.Algorithm, "fft") {
			taps = max(taps, transformed)
		}
	}
	return float64(taps) * epsilon * weights * input
}

// NoiseOf is the Noise of a layer that is one convolution without a bias; 0 of others, which say nothing of zeros.
func NoiseOf[T tensor.Float](s *Settled, v Values[T], x *tensor.Tensor[T], steps []ops.Step) float64 {
	variant, _ := layer.VariantNamed(s.Layer.Variant)
	w := v.Tensors[variant.Filter]
	if w == nil || len(s.Layer.Stages) > 1 && s.Filters == nil {
		return 0
	}
	for name, t := range v.Tensors {
		if strings.HasSuffix(name, "bias") && largest(t.Data) > 0 {
			return 0
		}
	}
	outputs := w.Shape[0] // of which each has its own weights
	if s.Layer.Stages[0].Op.Kind() == layer.KindTransposed {
		outputs = 1 // weights are input channels first: all of them bound any
	}
	each := len(w.Data) / max(outputs, 1)
	most := 0.0
	for o := range outputs {
		sum := 0.0
		for _, v := range w.Data[o*each : (o+1)*each] {
			sum += math.Abs(float64(v))
		}
		most = max(most, sum)
	}
	return Noise[T](each, most, largest(x.Data), steps)
}

// largest is the greatest finite magnitude.
func largest[T tensor.Float](values []T) float64 {
	most := T(0)
	for _, v := range values {
		if v-v == 0 {
			most = max(most, v, -v)
		}
	}
	return float64(most)
}
