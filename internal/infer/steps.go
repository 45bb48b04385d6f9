package infer

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/ops/array"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// step is how a node runs.
type step interface {
	// run computes the node's outputs from its inputs, which are all there.
	run(ctx context.Context, net *Network, n *node) error
}

// chooseSteps gives every node its step.
func (net *Network) chooseSteps(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(net.options.threads())
	plans := make([]step, len(net.nodes))
	net.spares.open(net.options.threads())
	looked := make([]atomic.Bool, len(net.values)) // values whose memory some step goes on reading
	uses := make([]atomic.Int32, len(net.values))  // nodes that have not packed a value yet
	for _, n := range net.nodes {
		n.reads(func(v int) { uses[v].Add(1) })
	}
	for _, i := range net.largestFirst() {
		n := net.nodes[i]
		g.Go(func() (err error) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			operands := n.operands() // as long as the node has all its parts
			if plans[i], err = net.planStep(n); plans[i] == nil || err != nil || !packs(plans[i]) {
				return err
			}
			c, ok := plans[i].(copier)
			copied := ok && c.copies()
			for _, v := range operands {
				if !copied {
					looked[v].Store(true)
				}
				if uses[v].Add(-1) == 0 && !net.values[v].kept {
					net.letGo(v, !looked[v].Load())
				}
			}
			return nil
		})
	}
	err := g.Wait()
	if net.spares.close(); err != nil {
		return err
	}
	var pipelines []*ops.Pipeline[float32]
	for i, n := range net.nodes {
		if plans[i] == nil {
			net.choose(n)
			continue
		}
		if n.step = plans[i]; packs(n.step) {
			n.in = n.data()
		}
		switch p := n.step.(type) {
		case *planned:
			if p.pipeline != nil {
				pipelines = append(pipelines, p.pipeline)
			}
		case *blocked:
			pipelines = append(pipelines, p.pipeline)
		}
	}
	net.workspace, net.packed = net.opsOptions.ShareScratch(pipelines)
	for _, n := range net.nodes {
		if p, ok := n.step.(interface {
			bytes() (workspace, packed int)
		}); ok {
			workspace, packed := p.bytes()
			net.workspace, net.packed = net.workspace+workspace, net.packed+packed
		}
	}
	net.forget()
	return nil
}

// largestFirst is the nodes in the order in which their weights are packed: a large one needs memory beside the packed ones, which
// are few at first, and threads are then done at the same time.
func (net *Network) largestFirst() []int {
	order, bytes := make([]int, len(net.nodes)), make([]int, len(net.nodes))
	for i, n := range net.nodes {
		order[i] = i
		for _, v := range n.operands() {
			if w := net.values[v].weight; w != nil {
				bytes[i] += w.Bytes
			}
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(bytes[j], bytes[i]) })
	return order
}

// packs tells whether a step has packed all that is constant among its node's inputs.
func packs(s step) bool {
	switch s.(type) {
	case viewed, *joined:
		return false
	}
	return true
}

// copier is a step that may hold copies of all that is constant among its node's inputs: their memory may then be used again.
type copier interface{ copies() bool }

// planStep gives a node a step of its own, for which weights are packed; nil if the general one has to do.
func (net *Network) planStep(n *node) (step, error) {
	if n.chain != nil || n.bodies != nil || net.touchesEmpty(n) {
		return nil, nil
	}
	if s := net.planView(n); s != nil {
		return s, nil
	}
	if s := net.planJoin(n); s != nil {
		return s, nil
	}
	if s, err := net.planNorm(n); s != nil || err != nil {
		return s, err
	}
	if p, err := net.planPrimitive(n); p != nil || err != nil {
		return p, err
	}
	if s, err := net.planBlock(n); s != nil || err != nil {
		return s, err
	}
	if p, err := net.plan(n); p != nil || err != nil {
		return p, err
	}
	if p, err := net.planPool(n); p != nil || err != nil {
		return p, err
	}
	if p, err := net.planResize(n); p != nil || err != nil {
		return p, err
	}
	return net.planMatmul(n)
}

// forget lets go of the constants that no node reads any more: they were packed, or folded into others.
func (net *Network) forget() {
	read := make([]bool, len(net.values))
	for _, n := range net.nodes {
		n.reads(func(v int) { read[v] = true })
	}
	for i := range net.values {
		if x := &net.values[i]; !read[i] && !x.kept {
			x.constant = nil
		}
	}
}

func (net *Network) choose(n *node) {
	for _, b := range n.bodies {
		for _, inner := range b.nodes {
			net.choose(inner)
		}
	}
	if make, ok := control.Get()[n.op]; ok && n.domain == "" {
		n.step = make(n)
		return
	}
	if n.chain != nil {
		n.step = n.chain
		return
	}
	n.step = net.general(n)
	if n.clamp != "" {
		n.step = &clamped{n.step, n.clamp}
	}
	if n.finish != nil {
		n.step = &finishing{n.step}
	}
}

// general runs any node by package ops/array.
type general struct {
	call  array.Call
	items items
}

func (net *Network) general(n *node) *general {
	fixed := make([]bool, len(n.in))
	for i, v := range n.in {
		fixed[i] = net.isConstant(v)
	}
	g := &general{call: array.Call{
		Fixed: fixed,
		Op:    n.op, Domain: n.domain, Version: n.version, Attributes: n.attributes, Limit: net.options.MaxBytes,
		In: make([]*tensor.Array, len(n.in)), Out: make([]*tensor.Array, len(n.out)),
		Memory: func(i int, e tensor.Elem, shape []int) *tensor.Array { return net.allocate(n.out[i], e, shape) },
	}}
	if pool := net.opsOptions.Workers(); pool.Size() > 1 {
		g.call.Each = func(n int, item func(i int)) {
			g.items = items{n, item}
			_ = pool.RunOn(g.call.Ctx, n, &g.items) // who calls it looks at Ctx
		}
	}
	return g
}

// items is a job of n calls.
type items struct {
	n    int
	item func(i int)
}

// Work implements workers.Job.
func (s *items) Work(m *workers.Worker) {
	for i := m.Next(s.n); i >= 0; i = m.Next(s.n) {
		s.item(i)
	}
}

func (g *general) run(ctx context.Context, net *Network, n *node) error {
	c := &g.call
	c.Ctx = ctx
	for i, v := range n.in {
		c.In[i] = net.get(v)
	}
	if err := array.Run(c); err != nil {
		return err
	}
	for i, v := range n.out {
		if v != network.None {
			net.set(v, c.Out[i])
		}
		c.Out[i] = nil
	}
	clear(c.In)
	return nil
}

// clamped applies the activation that was folded into a node which no plan computes.
type clamped struct {
	step
	clamp string
}

func (s *clamped) run(ctx context.Context, net *Network, n *node) error {
	if err := s.step.run(ctx, net, n); err != nil {
		return err
	}
	a := net.get(n.out[0])
	c := array.Call{
		Ctx: ctx, Op: "Relu", Version: 14, In: []*tensor.Array{a}, Out: make([]*tensor.Array, 1),
		Memory: func(int, tensor.Elem, []int) *tensor.Array { return a },
	}
	if s.clamp == "relu6" {
		c.Op, c.Version, c.Attributes = "Clip", 6, array.Attributes{"min": 0.0, "max": 6.0}
	}
	return array.Run(&c)
}
