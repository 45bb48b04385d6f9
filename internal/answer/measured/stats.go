package measured

import (
	"math"

	"convx/internal/report"
	"convx/internal/tensor"
)

// ChannelStats are taken over every image of a batch and every position. Min, Max, Mean and Std are of the finite values,
// and nil where there are none; Std divides by the number of values.
type ChannelStats struct {
	Channel int            `json:"channel"`
	Min     *float64       `json:"min"`
	Max     *float64       `json:"max"`
	Mean    *report.Number `json:"mean"`
	Std     *report.Number `json:"std"`
	Zeros   int            `json:"zeros"`
	NaNs    int            `json:"nans"`
	Infs    int            `json:"infs"`
	Values  int            `json:"values"`
}

// StatsOf measures each channel of an N x C x ... tensor, in two passes so that the deviation does not cancel.
func StatsOf[T tensor.Float](t *tensor.Tensor[T]) []ChannelStats {
	n, c := t.Shape[0], t.Shape[1]
	plane := 0
	if n*c > 0 {
		plane = len(t.Data) / (n * c)
	}
	out := make([]ChannelStats, c)
	for k := range out {
		s := &out[k]
		s.Channel = k
		low, high, sum, finite := math.Inf(1), math.Inf(-1), 0.0, 0
		each := func(f func(v float64)) {
			for i := range n {
				for _, v := range t.Data[(i*c+k)*plane : (i*c+k+1)*plane] {
					f(float64(v))
				}
			}
		}
		each(func(v float64) {
			s.Values++
			switch {
			case v != v:
				s.NaNs++
			case math.IsInf(v, 0):
				s.Infs++
			default:
				finite++
				sum += v
				low, high = min(low, v), max(high, v)
				if v == 0 {
					s.Zeros++
				}
			}
		})
		if finite == 0 {
			continue
		}
		mean, squares := sum/float64(finite), 0.0
		each(func(v float64) {
			if d := v - mean; d-d == 0 {
				squares += d * d
			}
		})
		average, std := report.Number(mean), report.Number(math.Sqrt(squares/float64(finite)))
		s.Min, s.Max, s.Mean, s.Std = &low, &high, &average, &std
	}
	return out
}

// NonFinite counts NaN and infinite values.
func NonFinite[T tensor.Float](t *tensor.Tensor[T]) (nan, inf int) {
	for _, v := range t.Data {
		if v-v != 0 {
			if v != v {
				nan++
			} else {
				inf++
			}
		}
	}
	return nan, inf
}

// ArrayStats are of all numbers of an array.
type ArrayStats struct {
	min, max, mean float64
	zeros, nans    int
	values         int
	// Dead is how many of its maps are all zero. Strip, if not nil, draws the strongest in at most so many columns of a terminal.
	Dead  int
	Strip func(columns int) string
}

// StatsOfArray measures an array of any element type; zero where there are no numbers.
func StatsOfArray(a *tensor.Array) (s ArrayStats) {
	if a == nil {
		return s
	}
	data, ok := tensor.Floats(a)
	if !ok {
		return s
	}
	s.min, s.max, s.values = math.Inf(1), math.Inf(-1), len(data)
	sum := 0.0
	for _, v := range data {
		switch f := float64(v); {
		case f != f:
			s.nans++
		default:
			if f == 0 {
				s.zeros++
			}
			s.min, s.max = min(s.min, f), max(s.max, f)
			sum += f
		}
	}
	s.mean = sum / float64(max(1, s.values-s.nans))
	if s.values == s.nans {
		s.min, s.max = 0, 0
	}
	return s
}
