package reference

import (
	"math"

	"convx/internal/tensor"
)

// normEpsilon is added to variances, as PyTorch does by default.
const normEpsilon = 1e-5

// ScaleShift is batch normalisation at inference, its statistics folded into one factor and one term per channel:
// y = x*weight[c] + bias[c]; nil are ones and zeros. It computes planes from..to of N x channels x plane.
func ScaleShift[T tensor.Float](channels, plane int, y, x, weight, bias []T, from, to int) {
	for i := from; i < to; i++ {
		f, b := affine(weight, bias, i%channels)
		for p := i * plane; p < (i+1)*plane; p++ {
			y[p] = T(float64(x[p])*f + b)
		}
	}
}

// Standardize subtracts the mean of each block of channels and divides by its (biased) standard deviation, then applies
// the channels' factors and terms. N x channels x plane in blocks of size channels: all of them is layer normalisation,
// one is instance, between is group. It computes blocks from..to.
func Standardize[T tensor.Float](channels, size, plane int, y, x, weight, bias []T, from, to int) {
	for i := from; i < to; i++ {
		block := x[i*size*plane:][:size*plane]
		mean, variance := 0.0, 0.0
		for _, v := range block {
			mean += float64(v) / float64(len(block))
		}
		for _, v := range block {
			variance += (float64(v) - mean) * (float64(v) - mean) / float64(len(block))
		}
		for j, v := range block {
			f, b := affine(weight, bias, (i*size+j/plane)%channels)
			y[i*size*plane+j] = T((float64(v)-mean)/math.Sqrt(variance+normEpsilon)*f + b)
		}
	}
}

// LocalResponse is AlexNet's normalisation across channels (Krizhevsky et al. 2012, section 3.3): each element over
// (2 + 1e-4 * the sum of squares of the size channels around it)^0.75. It computes planes from..to.
func LocalResponse[T tensor.Float](channels, size, plane int, y, x []T, from, to int) {
	for i := from; i < to; i++ {
		n, c := i/channels, i%channels
		for p := range plane {
			sum := 0.0
			for j := max(0, c-size/2); j <= min(channels-1, c+(size-1)/2); j++ {
				v := float64(x[(n*channels+j)*plane+p])
				sum += v * v
			}
			y[i*plane+p] = T(float64(x[i*plane+p]) / math.Pow(2+1e-4*sum, 0.75))
		}
	}
}

func affine[T tensor.Float](weight, bias []T, c int) (factor, term float64) {
	factor = 1
	if weight != nil {
		factor = float64(weight[c])
	}
	return factor, start(bias, c)
}
