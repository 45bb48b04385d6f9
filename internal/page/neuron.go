package page

import (
	"context"
	"slices"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// neuronJSON is one channel of a convolution inside a network: what it reads, its weights, and what it makes of it.
type neuronJSON struct {
	Input  array     `json:"input"`  // 1 x C x H x W: the channels of its group
	First  int       `json:"first"`  // the first of them in the layer's input
	Weight array     `json:"weight"` // 1 x C x Kh x Kw
	Bias   float32   `json:"bias"`
	Window *windowOf `json:"window"`
	Output array     `json:"output"` // 1 x 1 x H x W: before what follows (a norm, a ReLU)
	// After are the operators that follow within the network's own step.
	After []string `json:"after"`
}

// neuron takes one channel of a convolution out of a network that runs.
func (e *Engine) neuron(ctx context.Context, request []byte) (any, error) {
	q, err := read[struct {
		modelRequest
		Layer   string `json:"layer"`
		Channel int    `json:"channel"`
	}](request)
	if err != nil {
		return nil, err
	}
	img, err := q.Picture.image()
	if err != nil {
		return nil, err
	}
	whole, err := e.open(ctx, q.modelRequest, img)
	if err != nil {
		return nil, err
	}
	in, err := whole.convolution(q.Layer)
	if err != nil {
		return nil, err
	}
	r, fed, release, err := e.fed(ctx, q.modelRequest, whole.around(in)...)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := r.run(ctx, fed); err != nil {
		return nil, err
	}
	x, y := fed, r.result(in.Out[0])
	if in.In[0] != r.port.Value {
		x = r.result(in.In[0])
	}
	return r.neuron(in, x, y, q.Channel)
}

// convolution is the instruction of that name.
func (r *running) convolution(name string) (*network.Instruction, error) {
	code := r.graph.Program.Code
	i := slices.IndexFunc(code, func(in network.Instruction) bool { return in.Name == name })
	if i < 0 || code[i].Op != "Conv" || code[i].Node == network.None {
		return nil, layer.Errorf("no convolution is called %q", name)
	}
	return &code[i], nil
}

// around are the names of what an instruction makes, and of what it reads first where that is not the network's input.
func (r *running) around(in *network.Instruction) []string {
	p := r.graph.Program
	names := []string{p.Values[in.Out[0]].Name}
	if in.In[0] != r.port.Value {
		names = append(names, p.Values[in.In[0]].Name)
	}
	return names
}

// result is a value that was kept; nil if it was not.
func (r *running) result(value int) *tensor.Array {
	for _, p := range r.net.At {
		if p.Value == value {
			return r.net.Result(p)
		}
	}
	return nil
}

// neuron cuts one channel out of a convolution and of the arrays around it.
func (r *running) neuron(in *network.Instruction, x, y *tensor.Array, channel int) (any, error) {
	window := windowIn(&r.count.Nodes[in.Node])
	if x == nil || y == nil || window == nil || len(y.Shape) != 4 {
		return nil, layer.Errorf("%s is no convolution of a plane that can be shown", in.Name)
	}
	if channel < 0 || channel >= y.Shape[1] {
		return nil, layer.Errorf("%s has no channel %d: it has %d, counted from 0", in.Name, channel, y.Shape[1])
	}
	weight, err := r.weight(in, 1)
	if err != nil {
		return nil, err
	}
	if weight == nil || len(weight.Shape) != 4 || weight.Shape[0] != y.Shape[1] {
		return nil, layer.Errorf("the weights of %s are computed, and cannot be shown", in.Name)
	}
	j := neuronJSON{Window: window, After: r.after(in)}
	seen := weight.Shape[1]
	j.First = channel / (y.Shape[1] / window.Groups) * seen
	bias, err := r.weight(in, 2)
	if err != nil {
		return nil, err
	}
	if bias != nil {
		j.Bias = bias.Data[channel]
	}
	j.Weight = part(weight.Data, channel, 1, seen, weight.Shape[2], weight.Shape[3])
	given, ok := tensor.Floats(x)
	made, ok2 := tensor.Floats(y)
	if !ok || !ok2 {
		return nil, layer.Errorf("%s computes in %v, which a page does not show", in.Name, y.Elem)
	}
	j.Input = part(given, j.First/seen, 1, seen, x.Shape[2], x.Shape[3])
	j.Output = part(made, channel, 1, 1, y.Shape[2], y.Shape[3])
	return j, nil
}

// part is piece i of data that are cut into pieces of this shape.
func part(data []float32, i int, shape ...int) array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return arrayOf(tensor.Of(data[i*n:][:n], shape...))
}

// weight is a stored operand of an instruction; nil if there is none.
func (r *running) weight(in *network.Instruction, k int) (*tensor.Tensor[float32], error) {
	if k >= len(in.In) || in.In[k] == network.None {
		return nil, nil
	}
	w := r.graph.Program.Values[in.In[k]].Weight
	if w == nil {
		return nil, nil
	}
	a, err := w.Read()
	if err != nil {
		return nil, err
	}
	data, ok := tensor.Floats(a)
	if !ok {
		return nil, nil
	}
	return tensor.Of(data, a.Shape...), nil
}

// after are the operators that the network's own step computes behind an instruction.
func (r *running) after(in *network.Instruction) (ops []string) {
	code, at := r.graph.Program.Code, in.Out[0]
	for i := range code {
		if next := &code[i]; slices.Contains(next.In, at) && (next.Op == "Relu" || next.Op == "BatchNormalization" || next.Op == "Clip") {
			ops, at = append(ops, next.Op), next.Out[0]
		}
	}
	return ops
}
