package page

import (
	"context"
	"time"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// maxMACs bounds what one request may compute: about a second in a browser.
const maxMACs = 4e9

type runRequest struct {
	layerRequest
	// Input is the data; without it, seeded noise of the layer's input.
	Input *array `json:"input"`
	// Weights by name; what is not given is seeded.
	Weights map[string]array `json:"weights"`
	Seed    uint64           `json:"seed"`
}

type runJSON struct {
	Input    []int            `json:"input"`
	Output   array            `json:"output"`
	Weights  map[string]array `json:"weights"`
	Seconds  float64          `json:"seconds"` // of one run, weights prepared before
	MACs     int64            `json:"macs"`
	Computed []string         `json:"algorithms"`
}

// run computes a layer. The keys' input size is the data's where there are data.
func run(ctx context.Context, request []byte) (any, error) {
	q, err := read[runRequest](request)
	if err != nil {
		return nil, err
	}
	var x *tensor.Tensor[float32]
	if q.Input != nil {
		if x, err = q.Input.tensor("input"); err != nil {
			return nil, err
		}
		if q.Layer == nil {
			q.Layer = map[string]string{}
		}
		q.Layer["input"] = layer.FormatShape(x.Shape)
	}
	r, err := q.shape()
	if err != nil {
		return nil, err
	}
	cost, err := flops.Of(r)
	if err != nil {
		return nil, err
	}
	if float64(cost.Total.MACs) > maxMACs || cost.Total.ActivationBytes > MaxRequest*8 {
		return nil, layer.Errorf("%d MACs are more than a page computes", cost.Total.MACs).Hint("convx run on the command line has no such bound")
	}
	if x == nil {
		x = tensor.New[float32](r.Input...)
		tensor.FillUniform(x, tensor.NewStream(q.Seed, "input"), 1)
	}
	return q.compute(ctx, r, x, cost.Total.MACs)
}

func (q runRequest) compute(ctx context.Context, r shape.Result, x *tensor.Tensor[float32], macs int64) (any, error) {
	operands := map[string]*tensor.Tensor[float32]{}
	for name, a := range q.Weights {
		t, err := a.tensor(name)
		if err != nil {
			return nil, err
		}
		operands[name] = t
	}
	if _, err := ops.FillShaped(r, operands, q.Seed); err != nil {
		return nil, err
	}
	p, err := ops.PrepareShaped(r, operands, ops.Options{})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](p.Output...)
	start := time.Now()
	if err := p.Run(ctx, out, x); err != nil {
		return nil, err
	}
	j := runJSON{Input: r.Input, Output: arrayOf(out), Weights: map[string]array{}, Seconds: time.Since(start).Seconds(), MACs: macs}
	for name, t := range operands {
		j.Weights[name] = arrayOf(t)
	}
	for _, st := range p.Steps() {
		j.Computed = append(j.Computed, st.Algorithm)
	}
	return j, nil
}
