package page

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/tensor"
)

type stagesRequest struct {
	runRequest
	// Instead are numbers of a stage's output that take the place of what it computes, by the stage's name; null keeps one.
	Instead map[string][]*float32 `json:"instead"`
}

// stages computes a layer stage by stage, and gives what each has made.
func (e *Engine) stages(ctx context.Context, request []byte) (any, error) {
	q, err := read[stagesRequest](request)
	if err != nil {
		return nil, err
	}
	j, err := e.settle(q.runRequest)
	if err != nil {
		return nil, err
	}
	made := map[string]*tensor.Tensor[float32]{layer.Input: j.input}
	for name, t := range j.operands {
		made[name] = t
	}
	answer := map[string]array{}
	for _, st := range j.shape.Layer.Stages {
		out, err := runStage(ctx, st, made)
		if err != nil {
			return nil, err
		}
		if err := put(out, q.Instead[st.Name]); err != nil {
			return nil, err
		}
		made[st.Name], answer[st.Name] = out, arrayOf(out)
	}
	return answer, nil
}

func runStage(ctx context.Context, st layer.Stage, made map[string]*tensor.Tensor[float32]) (*tensor.Tensor[float32], error) {
	var in []*tensor.Tensor[float32]
	var shapes [][]int
	for _, name := range st.Inputs {
		in, shapes = append(in, made[name]), append(shapes, made[name].Shape)
	}
	p, err := ops.Prepare(st, shapes, made, ops.Options{})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](p.Output...)
	return out, p.Run(ctx, out, in...)
}

// put overwrites numbers by those that are given.
func put(out *tensor.Tensor[float32], instead []*float32) error {
	if len(instead) > out.Len() {
		return layer.Errorf("%d numbers for a stage that makes %d", len(instead), out.Len())
	}
	for i, v := range instead {
		if v != nil {
			out.Data[i] = *v
		}
	}
	return nil
}
