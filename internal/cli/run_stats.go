package cli

import (
	"fmt"
	"math"

	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/tensor"
)

// channelStats are taken over every image of a batch and every position. Min, Max, Mean and Std are of the finite values,
// and nil where there are none; Std divides by the number of values.
type channelStats struct {
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

// statsOf measures each channel of an N x C x ... tensor, in two passes so that the deviation does not cancel.
func statsOf[T tensor.Float](t *tensor.Tensor[T]) []channelStats {
	n, c := t.Shape[0], t.Shape[1]
	plane := 0
	if n*c > 0 {
		plane = len(t.Data) / (n * c)
	}
	out := make([]channelStats, c)
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

// nonFinite counts NaN and infinite values.
func nonFinite[T tensor.Float](t *tensor.Tensor[T]) (nan, inf int) {
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

type runJSON struct {
	Variant   string         `json:"variant"`
	Input     []int          `json:"input"`
	Output    []int          `json:"output"`
	DType     string         `json:"dtype"`
	Algorithm string         `json:"algorithm"`
	Threads   int            `json:"threads"`
	Seconds   float64        `json:"seconds"`
	GFLOPS    float64        `json:"gflops"`
	Operands  []string       `json:"operands"`
	Written   *string        `json:"written"`
	More      []string       `json:"written_too,omitempty"` // of several -o, those after the first
	Channels  []channelStats `json:"channels"`
}

func statsDocument(j runJSON) report.Document {
	right := func(names ...string) (out []report.Column) {
		for _, n := range names {
			out = append(out, report.Column{Name: n, Right: true})
		}
		return out
	}
	t := report.Table{Columns: right("channel", "min", "max", "mean", "std", "zeros", "NaNs", "Infs", "values")}
	number := func(v *float64) report.Cell {
		if v == nil {
			return report.Cell{Text: "-", Raw: ""}
		}
		return report.Cell{Text: fmt.Sprintf("%.5g", *v), Raw: *v}
	}
	for _, s := range j.Channels {
		t.Rows = append(t.Rows, []report.Cell{
			report.Int(s.Channel), number(s.Min), number(s.Max), number((*float64)(s.Mean)), number((*float64)(s.Std)),
			report.Int(s.Zeros), report.Int(s.NaNs), report.Int(s.Infs), report.Int(s.Values),
		})
	}
	title := report.Text{fmt.Sprintf("%s: %s -> %s", j.Variant, layer.FormatShape(j.Input), layer.FormatShape(j.Output))}
	return report.Document{JSON: j, Blocks: []report.Block{title, t}}
}
