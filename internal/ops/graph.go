package ops

import (
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// unit is what a step needs to know of the graph: which stages it computes, from which names, under which name the
// result is known, and how many elements it has.
type unit struct {
	stages   []string
	inputs   []string
	result   string
	elements int
}

// node is one stage, with the activation after it if that is fused into its store.
type node struct {
	unit
	problem *problem.Problem
}

// nodesOf resolves the stages of a layer and folds activations into the stages before them.
func nodesOf(s shape.Result, opt Options, float64s bool) ([]node, error) {
	stages := s.Layer.Stages
	var nodes []node
	for i, st := range stages {
		if lo, hi, ok := clampOf(st.Op); ok && len(nodes) > 0 && foldsInto(&nodes[len(nodes)-1], stages, i) {
			last := &nodes[len(nodes)-1]
			last.problem.Lo, last.problem.Hi = lo, hi
			last.stages, last.result = append(last.stages, st.Name), st.Name
			continue
		}
		p, err := opt.problem(st, s.Stages[i].Inputs)
		if err != nil {
			return nil, err
		}
		p.Float64 = float64s
		nodes = append(nodes, node{unit{[]string{st.Name}, st.Inputs, st.Name, p.Elements()}, p})
	}
	return nodes, nil
}

// foldsInto reports whether stage i is the only reader of the stage before it, whose store can take an activation.
func foldsInto(before *node, stages []layer.Stage, i int) bool {
	if !before.problem.Stage.Op.Kind().Multiplies() || before.problem.Clamped() || stages[i].Inputs[0] != before.result {
		return false
	}
	return !slices.ContainsFunc(stages[i+1:], func(st layer.Stage) bool { return slices.Contains(st.Inputs, before.result) })
}

// prepareNodes makes the steps of a layer: fusions where one accepts, otherwise a node each.
func prepareNodes[T tensor.Float](nodes []node, weights map[string]*tensor.Tensor[T], opt Options) ([]step[T], error) {
	sel, err := parseSelection(opt.Algorithm)
	if err != nil {
		return nil, err
	}
	var steps []step[T]
	var reasons []string
	for i := 0; i < len(nodes); {
		if st, n, err := fuseAt(nodes, i, weights, sel, opt.demands); err != nil {
			return nil, err
		} else if n > 0 {
			steps = append(steps, st)
			i += n
			continue
		}
		mine, reason := sel.forStage(nodes[i].problem)
		mine.demand = opt.demands.of(nodes[i : i+1])
		if reason != "" {
			reasons = append(reasons, nodes[i].stages[0]+": "+reason)
		}
		st, err := prepareNode(nodes[i], weights, mine)
		if err != nil {
			return nil, err
		}
		steps = append(steps, st)
		i++
	}
	if !sel.auto() && !slices.ContainsFunc(steps, func(s step[T]) bool { return sel.names(s.Algorithm) }) {
		return nil, layer.Errorf("no stage of this layer is computed by %s: %s", lang.Or(sel.only), strings.Join(reasons, lang.Text("; ")))
	}
	return steps, nil
}

// forStage is the choice left to one stage of several: a name that it does not accept is no choice, for a reason.
func (s selection) forStage(p *problem.Problem) (mine selection, reason string) {
	if s.auto() {
		return s, ""
	}
	if _, err := s.choose(p); err != nil {
		return selection{}, err.Error()
	}
	return s, ""
}

func prepareNode[T tensor.Float](n node, weights map[string]*tensor.Tensor[T], sel selection) (step[T], error) {
	w, err := bind(n.problem, weights)
	if err != nil {
		return step[T]{}, err
	}
	a, err := sel.choose(n.problem)
	if err != nil {
		return step[T]{}, lang.Errorf("stage %s: %w", n.stages[0], err)
	}
	plan, err := newPlan(a, n.problem, w)
	if err != nil {
		return step[T]{}, err
	}
	return step[T]{unit: n.unit, Info: plan.Info, runner: plan.runner, nodes: []node{n}, keeps: a.keepsTo(n.problem)}, nil
}

// planBuffers places every result but the last in a buffer, reusing those whose readers are done; sizes are in elements.
func planBuffers(units []unit) (places map[string]int, sizes []int) {
	places = map[string]int{}
	lastRead := map[string]int{}
	for i, u := range units {
		for _, name := range u.inputs {
			lastRead[name] = i
		}
	}
	var free []int
	for i, u := range units[:len(units)-1] {
		b := pickBuffer(free, sizes, u.elements)
		if b < 0 {
			b = len(sizes)
			sizes = append(sizes, 0)
		}
		free = slices.DeleteFunc(free, func(f int) bool { return f == b })
		sizes[b] = max(sizes[b], u.elements)
		places[u.result] = b
		// What this step read for the last time is free for the next.
		for _, name := range u.inputs {
			if p, ok := places[name]; ok && lastRead[name] == i && !slices.Contains(free, p) {
				free = append(free, p)
			}
		}
	}
	return places, sizes
}

// pickBuffer is the smallest free buffer that is large enough, else the largest, to be grown; -1 if none is free.
func pickBuffer(free, sizes []int, n int) int {
	best := -1
	for _, f := range free {
		switch {
		case best < 0,
			sizes[f] >= n && (sizes[best] < n || sizes[f] < sizes[best]),
			sizes[f] < n && sizes[best] < n && sizes[f] > sizes[best]:
			best = f
		}
	}
	return best
}

// clampOf is the range that an activation keeps values within, if that is all it does: such a one can be fused into
// the store of the stage before.
func clampOf(op layer.Op) (lo, hi float64, ok bool) {
	a, _ := op.(layer.Activation)
	switch a.Func {
	case "relu":
		return 0, math.Inf(1), true
	case "relu6":
		return 0, 6, true
	}
	return 0, 0, false
}
