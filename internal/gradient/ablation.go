package gradient

import (
	"context"
	"maps"
	"slices"

	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// Ablation is how the largest output of a network changes if it has to do without one channel of a layer: what the channel matters
// for it (Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks, leave out parts of the picture instead).
type Ablation struct {
	Layer  string
	Output int     // the index of the largest element of the output
	Before string  // the operator behind what was looked at, where one that saturates is the last: a softmax
	Value  float64 // with all channels
	// Without is the same element without each channel, and Largest the index of the largest one then.
	Without []float64
	Largest []int
}

// Ablate runs a network on what it is fed with, and the part of it behind a layer again for every channel of what the layer makes,
// N x C x ..., with zeros in place of the channel.
func Ablate(ctx context.Context, p *network.Program, layer string, feeds map[string]*tensor.Array, o infer.Options) (Ablation, error) {
	a := Ablation{Layer: layer}
	p, feeds = widened(p, feeds)
	target, err := valueOf(p, layer)
	if err != nil {
		return a, err
	}
	shape := p.Values[target].Shape
	if len(shape) < 2 || len(p.Outputs) == 0 {
		return a, lang.Errorf("layer %s makes no channels to leave out", layer)
	}
	final := p.Outputs[0].Value
	if in := maker(p, final); in != nil && (in.Op == "Softmax" || in.Op == "LogSoftmax") && target != final {
		a.Before, final = "softmax", in.In[0]
	}
	part := func(value int, given []int, extra ...network.Port) (*infer.Network, error) {
		q := &network.Program{Values: p.Values, Code: needed(p, value, given...), Inputs: append(slices.Clone(p.Inputs), extra...), Outputs: []network.Port{{Name: "out", Value: value}}}
		return infer.Prepare(ctx, &network.Graph{Program: q}, o)
	}
	head, err := part(target, nil)
	if err != nil {
		return a, err
	}
	if err := head.Run(ctx, feeds); err != nil {
		return a, err
	}
	made := head.Result(head.At[0]).Clone()
	if made.Elem != tensor.Float32 {
		return a, lang.Errorf("layer %s makes no float32 to leave out", layer)
	}
	const port = "the layer at hand"
	tail, err := part(final, []int{target}, network.Port{Name: port, Value: target, Elem: tensor.Float32})
	if err != nil {
		return a, err
	}
	fed := maps.Clone(feeds)
	fed[port] = made
	outputs := func() ([]float32, error) {
		if err := tail.Run(ctx, fed); err != nil {
			return nil, err
		}
		data, ok := tensor.Floats(tail.Result(tail.At[0]))
		if !ok || len(data) == 0 {
			return nil, lang.Errorf("the output is %v, and no numbers", tail.Result(tail.At[0]))
		}
		return data, nil
	}
	all, err := outputs()
	if err != nil {
		return a, err
	}
	a.Output = largest(all)
	a.Value = float64(all[a.Output])
	data, plane := tensor.Data[float32](made), elements(shape[2:])
	kept := make([]float32, plane)
	for c := range shape[1] { // of the first sample
		channel := data[c*plane : (c+1)*plane]
		copy(kept, channel)
		clear(channel)
		without, err := outputs()
		if err != nil {
			return a, err
		}
		copy(channel, kept)
		a.Without, a.Largest = append(a.Without, float64(without[a.Output])), append(a.Largest, largest(without))
	}
	return a, nil
}

func largest(v []float32) int {
	most := 0
	for i, x := range v {
		if x > v[most] {
			most = i
		}
	}
	return most
}

// maker is the instruction that makes a value; nil if it comes from outside.
func maker(p *network.Program, v int) *network.Instruction {
	for i := range p.Code {
		if slices.Contains(p.Code[i].Out, v) {
			return &p.Code[i]
		}
	}
	return nil
}
