package ops

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/ops/elementwise"
	"convx/internal/ops/problem"
	"convx/internal/ops/resample"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// fusion computes several consecutive stages at once, so that what is between them need not go through memory. The
// result must be that of the stages in turn: equal on integer-valued data.
type fusion struct {
	Name string
	// tolerance is as an algorithm's, where the chain has an activation of its own: without, none is needed.
	tolerance float64
	keeps     demand // as an algorithm's
	copies    bool   // as an algorithm's
	// accept returns how many of the chain's first stages it computes at once (at least 2), or why it computes none.
	accept func(c *problem.Chain) (int, error)
	// pays is nil, or reports whether the fusion is quicker than its stages in turn: asked unless it is chosen by name.
	pays func(c *problem.Chain) bool
	// The constructors get the chain cut to the accepted length, and the weights of its stages.
	prepare32 func(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error)
	prepare64 func(c *problem.Chain, w []problem.Operands[float64]) (problem.Runner[float64], error)
}

// fusions lists them, the best first.
var fusions = []fusion{
	{Name: "squeeze", tolerance: elementwise.ActivationTolerance, accept: elementwise.SqueezeAccepts, prepare32: elementwise.NewSqueeze},
	{Name: "resize-last", accept: resample.LastAccepts, prepare32: newResizeLast},
	{Name: "block-nchwc", copies: true, tolerance: elementwise.ActivationTolerance, keeps: ownProducts, accept: blockNCHWcAccepts, pays: blockNCHWcPays, prepare32: newBlockNCHWc},
	{Name: "block-bands", copies: true, tolerance: elementwise.ActivationTolerance, keeps: ownProducts, accept: blockBandsAccepts, pays: blockBandsPays, prepare32: newBlockBands},
}

// chainAt is the stages from i on as fusions see them; names are the runner's inputs.
func chainAt(nodes []node, i int) (c problem.Chain, names []string) {
	made := map[string]int{}
	for _, n := range nodes[i:] {
		var from []int
		for _, name := range n.inputs {
			at, inside := made[name]
			if !inside {
				k := slices.Index(names, name)
				if k < 0 {
					k = len(names)
					names = append(names, name)
				}
				at = -1 - k
			}
			from = append(from, at)
		}
		made[n.result] = len(c.Problems)
		c.Problems, c.From = append(c.Problems, n.problem), append(c.From, from)
	}
	return c, names
}

// fuseAt prepares the first fusion that accepts the nodes from i on, and returns how many it computes; 0 if none does.
func fuseAt[T tensor.Float](nodes []node, i int, weights map[string]*tensor.Tensor[T], sel selection, demands demands) (step[T], int, error) {
	c, names := chainAt(nodes, i)
	for _, f := range fusions {
		if !sel.allows(f.Name) || problem.IsFloat64[T]() && f.prepare64 == nil || !problem.IsFloat64[T]() && f.prepare32 == nil {
			continue
		}
		n, err := f.accept(&c)
		if err != nil || !closed(nodes, i, n) || sel.auto() && demands.of(nodes[i:i+n]) > f.keeps {
			continue
		}
		part := c.First(n)
		if f.pays != nil && !sel.names(f.Name) && !f.pays(part) {
			continue
		}
		r, err := prepareFusion(f, part, weights)
		if err != nil {
			return step[T]{}, 0, lang.Errorf("preparing %s: %w", f.Name, err)
		}
		last := nodes[i+n-1]
		st := step[T]{unit: unit{inputs: names[:part.Inputs()], result: last.result, elements: last.elements}, runner: r, nodes: nodes[i : i+n], keeps: f.keeps}
		for _, m := range nodes[i : i+n] {
			st.stages = append(st.stages, m.stages...)
		}
		st.Kind, st.Algorithm, st.Copies = last.problem.Stage.Op.Kind(), f.Name, f.copies
		if slices.ContainsFunc(part.Problems, activates) {
			st.Tolerance = f.tolerance
		}
		st.Workspace, st.Packed = r.Bytes()
		return st, n, nil
	}
	return step[T]{}, 0, nil
}

// Fuses reports whether all stages of a layer, in float32, would be computed at once.
func Fuses(s shape.Result, opt Options) bool {
	sel, err := parseSelection(opt.Algorithm)
	if err != nil {
		return false
	}
	nodes, err := nodesOf(s, opt, false)
	if err != nil {
		return false
	}
	c, _ := chainAt(nodes, 0)
	for _, f := range fusions {
		if !sel.allows(f.Name) || f.prepare32 == nil {
			continue
		}
		if n, err := f.accept(&c); err == nil && n == len(nodes) && (f.pays == nil || sel.names(f.Name) || f.pays(&c)) {
			return true
		}
	}
	return false
}

// closed reports whether nobody but the n nodes from i on reads what is between them.
func closed(nodes []node, i, n int) bool {
	for _, inner := range nodes[i : i+n-1] {
		for _, later := range nodes[i+n:] {
			if slices.Contains(later.inputs, inner.result) {
				return false
			}
		}
	}
	return true
}

func prepareFusion[T tensor.Float](f fusion, c *problem.Chain, weights map[string]*tensor.Tensor[T]) (problem.Runner[T], error) {
	var ws []problem.Operands[T]
	for _, p := range c.Problems {
		w, err := bind(p, weights)
		if err != nil {
			return nil, err
		}
		ws = append(ws, w)
	}
	var r any
	var err error
	switch ws := any(ws).(type) {
	case []problem.Operands[float32]:
		r, err = f.prepare32(c, ws)
	case []problem.Operands[float64]:
		r, err = f.prepare64(c, ws)
	}
	if err != nil {
		return nil, err
	}
	return r.(problem.Runner[T]), nil
}

// newResizeLast computes the convolution by the quickest algorithm.
func newResizeLast(c *problem.Chain, w []problem.Operands[float32]) (problem.Runner[float32], error) {
	return resample.NewLast(c, w, quickest)
}

// quickest prepares a convolution by the algorithm of least cost.
func quickest(p *problem.Problem, w problem.Operands[float32]) (problem.Runner[float32], error) {
	a, err := selection{}.choose(p)
	if err != nil {
		return nil, err
	}
	return prepareWith(a, p, w)
}
