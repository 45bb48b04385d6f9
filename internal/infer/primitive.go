package infer

import (
	"context"
	"slices"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// primitive runs an instruction that is a primitive of convx (network.StageDomain) by a plan of package ops.
type primitive struct {
	plan *ops.Plan[float32]
	in   []*tensor.Tensor[float32]
	out  tensor.Tensor[float32]
}

// planPrimitive gives such an instruction its plan; nil where it is another.
func (net *Network) planPrimitive(n *node) (step, error) {
	if n.domain != network.StageDomain {
		return nil, nil
	}
	st := n.attributes["stage"].(layer.Stage)
	data := n.data()
	shapes := make([][]int, len(data))
	for i, v := range data {
		shapes[i] = net.shapeOf(v)
	}
	weights := map[string]*tensor.Tensor[float32]{}
	for i, o := range st.Operands(shapes) {
		a, err := net.constant(n.in[len(data)+i])
		if err != nil {
			return nil, err
		}
		weights[o.Name], _ = tensor.ToTensor[float32](a)
	}
	opt := net.opsOptions
	plan, err := ops.Prepare(st, shapes, weights, opt)
	if err != nil && opt.Algorithm != "" && opt.Algorithm != "auto" { // a name that this layer does not take leaves it the choice
		opt.Algorithm = "auto"
		plan, err = ops.Prepare(st, shapes, weights, opt)
	}
	if err != nil {
		return nil, err
	}
	p := &primitive{plan: plan}
	for _, s := range shapes {
		p.in = append(p.in, &tensor.Tensor[float32]{Shape: s})
	}
	p.out.Shape = plan.Output
	return p, nil
}

// data are the inputs of a node that are not packed weights, when a plan computes it.
func (n *node) data() []int {
	if n.domain == network.StageDomain {
		return n.in[:n.intOr("inputs", 1)]
	}
	return n.in[:1]
}

// operands are the inputs of a node, and of those that are computed with it, beside the data: what a plan packs.
func (n *node) operands() (list []int) {
	take := func(in []int) {
		list = append(list, slices.DeleteFunc(slices.Clone(in), func(v int) bool { return v == network.None })...)
	}
	for _, p := range n.inner {
		take(p.in[1:])
	}
	if len(n.in) > 0 {
		take(n.in[len(n.data()):])
	}
	return list
}

func (p *primitive) run(ctx context.Context, net *Network, n *node) error {
	for i, v := range n.in {
		p.in[i].Data = tensor.Data[float32](net.get(v))
	}
	y, err := net.output(n.out[0], tensor.Float32, p.out.Shape)
	if err != nil {
		return err
	}
	p.out.Data = tensor.Data[float32](y)
	if err := p.plan.Run(ctx, &p.out, p.in...); err != nil {
		return err
	}
	net.set(n.out[0], y)
	return nil
}

func (p *primitive) bytes() (workspace, packed int) { return p.plan.Workspace, p.plan.Packed }
