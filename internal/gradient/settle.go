package gradient

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// settled is the part of a program that makes the value target, as it runs on what it is fed with: in place of every If the branch that
// was taken, the shapes that depend on data, and how many samples RoiAlign takes where that follows from the regions.
func settled(ctx context.Context, p *network.Program, target int, feeds map[string]*tensor.Array, o infer.Options) (*network.Program, error) {
	q := &network.Program{Values: slices.Clone(p.Values), Code: needed(p, target), Inputs: p.Inputs}
	for {
		var conditions []int
		for _, in := range q.Code {
			if isIf(&in) {
				conditions = append(conditions, in.In[0])
			}
		}
		if len(conditions) == 0 {
			break
		}
		were, err := met(ctx, q, conditions, feeds, o)
		if err != nil {
			return nil, err
		}
		q.Code = branched(q.Code, were)
		q.Code = needed(q, target)
	}
	var open []int
	for _, in := range q.Code {
		for _, v := range in.Out {
			if v != network.None && q.Values[v].Shape == nil {
				open = append(open, v)
			}
		}
		if regions, ok := regionsOf(&in); ok && q.Values[regions].Weight == nil {
			open = append(open, regions)
		}
	}
	were, err := met(ctx, q, open, feeds, o)
	if err != nil {
		return nil, err
	}
	for _, v := range open {
		if a := were[v]; a != nil {
			q.Values[v].Shape = append([]int{}, a.Shape...)
		}
	}
	for i := range q.Code {
		if err := countSamples(q, &q.Code[i], were); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func isIf(in *network.Instruction) bool { return in.Op == "If" && in.Domain == "" && len(in.In) == 1 }

// met are values of a program as a run makes them. Weights are left out.
func met(ctx context.Context, p *network.Program, values []int, feeds map[string]*tensor.Array, o infer.Options) (map[int]*tensor.Array, error) {
	were := map[int]*tensor.Array{}
	q := *p
	q.Outputs = nil
	for _, v := range values {
		if w := p.Values[v].Weight; w != nil {
			a, err := w.Read()
			if err != nil {
				return nil, err
			}
			were[v] = a
		} else {
			q.Outputs = append(q.Outputs, network.Port{Name: fmt.Sprint(v), Value: v})
		}
	}
	if len(q.Outputs) == 0 {
		return were, nil
	}
	net, err := infer.Prepare(ctx, &network.Graph{Program: &q}, o)
	if err == nil {
		err = net.Run(ctx, feeds)
	}
	if err != nil {
		return nil, err
	}
	for _, port := range q.Outputs {
		were[port.Value] = net.Result(port)
	}
	return were, nil
}

// branched is code with the branches that its conditions chose in place of every If.
func branched(code []network.Instruction, conditions map[int]*tensor.Array) []network.Instruction {
	var all []network.Instruction
	for _, in := range code {
		if !isIf(&in) {
			all = append(all, in)
			continue
		}
		name := "else_branch"
		if c := conditions[in.In[0]]; c != nil && c.Elem == tensor.Bool && c.Len() > 0 && tensor.Data[bool](c)[0] {
			name = "then_branch"
		}
		body := in.Bodies[name]
		all = append(all, body.Code...)
		for k, v := range in.Out {
			if v != network.None {
				all = append(all, network.Instruction{
					Name: in.Name, Op: "Identity", Version: in.Version, Attributes: map[string]any{}, In: []int{body.Outputs[k]}, Out: []int{v}, Node: network.None,
				})
			}
		}
	}
	return all
}

// regionsOf are the regions of a RoiAlign that takes as many samples as they have pixels.
func regionsOf(in *network.Instruction) (v int, ok bool) {
	if in.Op != "RoiAlign" || in.Domain != "" || len(in.In) != 3 || whole(in, "sampling_ratio", 0) != 0 {
		return 0, false
	}
	return in.In[1], true
}

// countSamples notes the most samples that a bin of such a RoiAlign has along both axes.
func countSamples(p *network.Program, in *network.Instruction, were map[int]*tensor.Array) error {
	v, ok := regionsOf(in)
	if !ok {
		return nil
	}
	regions := were[v]
	if w := p.Values[v].Weight; w != nil {
		var err error
		if regions, err = w.Read(); err != nil {
			return err
		}
	}
	most := []int64{1, 1}
	corners, _ := tensor.Floats(regions)
	for axis, bins := range []int{whole(in, "output_height", 1), whole(in, "output_width", 1)} {
		for r := range len(corners) / 4 {
			size := float64(corners[4*r+3-axis]-corners[4*r+1-axis]) * attribute(in, "spatial_scale", 1)
			most[axis] = max(most[axis], int64(math.Ceil(max(size, 1)/float64(bins))))
		}
	}
	in.Attributes = maps.Clone(in.Attributes)
	in.Attributes[samplesAttribute] = most
	return nil
}
