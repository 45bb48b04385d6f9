package infer

import (
	"context"
	"errors"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// planned runs a convolution on a pipeline of package ops, with packed weights.
type planned struct {
	pipeline *ops.Pipeline[float32]
	stages   []layer.Stage
	weights  map[string]*tensor.Tensor[float32]       // nil once they are packed for the one shape that there is
	read     map[string]func() (*tensor.Array, error) // them again: what is out of the ordinary needs them
	out      []int                                    // the value's shape: a mean may be without the axes of the pipeline's
	x, y     tensor.Tensor[float32]
	finishes bool // the pipeline runs what finishes the node
	watch    *watch
	halves   *halves // where the operands are half floats
}

// plan gives a convolution whose weights are known a pipeline; nil where package ops has none.
func (net *Network) plan(n *node) (*planned, error) {
	if !n.is("Conv", "ConvTranspose") || !net.isConstant(n.input(1)) || n.input(2) != network.None && !net.isConstant(n.input(2)) {
		return nil, nil
	}
	w, err := net.constant(n.in[1])
	if err != nil {
		return nil, err
	}
	b, err := net.constant(n.input(2))
	if err != nil || w.Elem != tensor.Float32 && w.Elem != tensor.Float16 || b != nil && b.Elem != w.Elem {
		return nil, err
	}
	p := &planned{weights: map[string]*tensor.Tensor[float32]{"weight": widened(w)}, read: map[string]func() (*tensor.Array, error){"weight": net.again(n.in[1])}}
	if b != nil {
		p.weights["bias"], p.read["bias"] = widened(b), net.again(n.in[2])
	}
	if w.Elem == tensor.Float16 {
		p.halves = &halves{}
	}
	in := net.values[n.in[0]].shape
	if in == nil { // prepared when it is seen
		return p, nil
	}
	if err := p.prepare(net, n, in); err != nil {
		if errors.Is(err, errGeneral) {
			return nil, nil
		}
		return nil, err
	}
	if p.weights = nil; p.watch == nil {
		p.read = nil
	}
	return p, nil
}

// errGeneral says that package ops does not compute a node.
var errGeneral = lang.New("not in package ops")

// prepare makes the pipeline for an input of this shape.
func (p *planned) prepare(net *Network, n *node, in []int) error {
	_, bias := p.weights["bias"]
	if n.is("Conv", "ConvTranspose") {
		p.stages = n.stages(in, p.weights["weight"].Shape, bias)
	} else {
		p.stages = n.poolStages(in)
	}
	if p.stages == nil {
		return errGeneral
	}
	return p.prepareStages(net, n, in)
}

// prepareStages is prepare once the stages are known.
func (p *planned) prepareStages(net *Network, n *node, in []int) error {
	opt := net.opsOptions
	s, err := layerOf(p.stages, in)
	if err != nil {
		return lang.Errorf("%w: %w", errGeneral, err)
	}
	p.pipeline, err = ops.PrepareLayer(s, p.weights, opt)
	if err != nil && opt.Algorithm != "" && opt.Algorithm != "auto" { // a name that this layer does not take leaves it the choice
		opt.Algorithm = "auto"
		p.pipeline, err = ops.PrepareLayer(s, p.weights, opt)
	}
	if err != nil {
		return lang.Errorf("%w: %w", errGeneral, err)
	}
	p.finishes = n.finish != nil && p.pipeline.FinishBy(n.finish)
	p.x.Shape, p.y.Shape, p.out = p.pipeline.Input, p.pipeline.Output, p.pipeline.Output
	p.watch = p.watchWeights(net)
	return nil
}

// planPool gives a pool a pipeline; nil where package ops has none like it.
func (net *Network) planPool(n *node) (*planned, error) {
	in, mean := network.None, net.isPlaneMean(n)
	if len(n.in) == 1 || mean {
		in = n.in[0]
	}
	if in == network.None || n.is("ReduceMean") && !mean || len(n.out) != 1 || net.values[in].shape == nil || net.elem(in) != tensor.Float32 {
		return nil, nil
	}
	p := &planned{weights: map[string]*tensor.Tensor[float32]{}}
	if err := p.prepare(net, n, net.values[in].shape); err != nil {
		return nil, nil // the general operator runs it, or says what is wrong
	}
	if mean && n.intOr("keepdims", 1) == 0 {
		p.out = p.out[:2]
	}
	if !slices.Equal(p.out, net.values[n.out[0]].shape) {
		return nil, nil
	}
	p.weights = nil
	return p, nil
}

// isPlaneMean reports whether a node is the mean of whole planes, as a global pool is.
func (net *Network) isPlaneMean(n *node) bool {
	if !n.is("ReduceMean") || n.in[0] == network.None {
		return false
	}
	axes, rank := net.integers(n, 1, "axes"), len(net.values[n.in[0]].shape)
	meant := make([]bool, max(2, rank))
	for _, a := range axes {
		meant[clampAxis(a, rank)%len(meant)] = true
	}
	return rank > 2 && !meant[0] && !meant[1] && !slices.Contains(meant[2:], false)
}

func (p *planned) copies() bool { return p.pipeline != nil && p.pipeline.Copies() }

func (p *planned) run(ctx context.Context, net *Network, n *node) error {
	x, elem := net.get(n.in[0]), tensor.Float32
	if p.halves != nil {
		elem = tensor.Float16
	}
	if x.Elem != elem {
		return lang.Errorf("its input is %v and its weights are %v", x, elem)
	}
	if p.pipeline == nil || !slices.Equal(x.Shape, p.pipeline.Input) {
		if p.weights == nil {
			return lang.Errorf("its input is %v, and follows from the model's shapes as %s", x, tensor.Format(p.pipeline.Input))
		}
		if x.Len() == 0 {
			return p.runEmpty(net, n, x)
		}
		if err := p.prepare(net, n, slices.Clone(x.Shape)); err != nil {
			return err
		}
	}
	y, err := net.output(n.out[0], elem, p.out)
	if err != nil {
		return err
	}
	p.bind(x, y)
	if err := n.bindFinish(net, p.y.Data); err != nil {
		return err
	}
	pipeline, finishes, err := p.suited(ctx, net, n)
	if err != nil {
		return err
	}
	if err := pipeline.Run(ctx, &p.y, &p.x); err != nil {
		return err
	}
	if err := n.runFinish(ctx, finishes); err != nil {
		return err
	}
	if p.halves != nil {
		roundHalves(tensor.Data[tensor.F16](y), p.y.Data)
	}
	net.set(n.out[0], y)
	return nil
}

// runEmpty gives a batch of nothing a result of nothing, of the extents that one input would have.
func (p *planned) runEmpty(net *Network, n *node, x *tensor.Array) error {
	in := slices.Clone(x.Shape)
	in[0] = 1
	if slices.Contains(in, 0) {
		return lang.Errorf("its input is %v: an axis is empty", x)
	}
	if err := p.prepare(net, n, in); err != nil {
		return err
	}
	p.pipeline = nil // for another shape
	y, err := net.output(n.out[0], x.Elem, slices.Concat([]int{0}, p.out[1:]))
	if err != nil {
		return err
	}
	net.set(n.out[0], y)
	return nil
}

// bind says what the next run reads and writes.
func (p *planned) bind(x, y *tensor.Array) {
	h := p.halves
	if h == nil {
		p.x.Data, p.y.Data = tensor.Data[float32](x), tensor.Data[float32](y)
		return
	}
	if len(h.x) != x.Len() || len(h.y) != y.Len() {
		h.x, h.y = problem.Aligned(x.Len()), problem.Aligned(y.Len())
	}
	widen(h.x, tensor.Data[tensor.F16](x))
	p.x.Data, p.y.Data = h.x, h.y
}
