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
	// Mute leaves the weights out of the answer.
	Mute bool `json:"mute"`
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
func (e *Engine) run(ctx context.Context, request []byte) (any, error) {
	q, err := read[runRequest](request)
	if err != nil {
		return nil, err
	}
	job, err := e.settle(q)
	if err != nil {
		return nil, err
	}
	p, err := ops.PrepareLayer(job.shape, job.operands, ops.Options{})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](p.Output...)
	start := time.Now()
	if err := p.Run(ctx, out, job.input); err != nil {
		return nil, err
	}
	j := runJSON{Input: job.shape.Input, Output: arrayOf(out), Weights: map[string]array{}, Seconds: time.Since(start).Seconds(), MACs: job.macs}
	if !q.Mute {
		for name, t := range job.operands {
			j.Weights[name] = arrayOf(t)
		}
	}
	for _, st := range p.Steps() {
		j.Computed = append(j.Computed, st.Algorithm)
	}
	return j, nil
}

// job is a layer that is ready to be prepared, with its data.
type job struct {
	shape    shape.Result
	input    *tensor.Tensor[float32]
	operands map[string]*tensor.Tensor[float32]
	macs     int64
}

// settle reads the data and the weights of a request, draws what is missing, and refuses what is more than a page computes.
func (e *Engine) settle(q runRequest) (j job, err error) {
	s, err := q.spec()
	if err != nil {
		return j, err
	}
	if q.Input != nil {
		if j.input, err = e.tensor(*q.Input, "input"); err != nil {
			return j, err
		}
		s.Input = j.input.Shape
	}
	j.operands = map[string]*tensor.Tensor[float32]{}
	for name, a := range q.Weights {
		if j.operands[name], err = e.tensor(a, name); err != nil {
			return j, err
		}
	}
	l, err := layer.Build(ops.GivenOperands(s, j.operands))
	if err != nil {
		return j, err
	}
	if j.shape, err = shape.Of(l); err != nil {
		return j, err
	}
	cost, err := flops.Of(j.shape)
	if err != nil {
		return j, err
	}
	if j.macs = cost.Total.MACs; float64(j.macs) > maxMACs || cost.Total.ActivationBytes > MaxRequest*8 || cost.Total.WeightBytes > MaxRequest*8 {
		return j, layer.Errorf("%d MACs are more than a page computes", j.macs).Hint("convx run on the command line has no such bound")
	}
	if j.input == nil {
		j.input = tensor.New[float32](j.shape.Input...)
		tensor.FillUniform(j.input, tensor.NewStream(q.Seed, "input"), 1)
	}
	_, err = ops.FillOperands(j.shape, j.operands, q.Seed)
	return j, err
}
