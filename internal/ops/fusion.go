package ops

import (
	"fmt"
	"slices"

	"convx/internal/tensor"
)

// fusion computes several consecutive stages at once, so that what is between them need not go through memory. The
// result must be that of the stages in turn: equal on integer-valued data.
type fusion struct {
	Name string
	// tolerance is as an algorithm's.
	tolerance float64
	// accept returns how many of the chain's first stages it computes at once (at least 2), or why it computes none.
	accept func(c *chain) (int, error)
	// pays is nil, or reports whether the fusion is quicker than its stages in turn: asked unless it is chosen by name.
	pays func(c *chain) bool
	// The constructors get the chain cut to the accepted length, and the weights of its stages.
	prepare32 func(c *chain, w []operands[float32]) (runner[float32], error)
	prepare64 func(c *chain, w []operands[float64]) (runner[float64], error)
}

// fusions lists them, the best first.
var fusions = []fusion{
	{Name: "squeeze", tolerance: vectorActivationTolerance, accept: squeezeAccepts, prepare32: newSqueeze},
	{Name: "resize-last", accept: resizeLastAccepts, prepare32: newResizeLast},
	{Name: "block-nchwc", accept: blockNCHWcAccepts, pays: blockNCHWcPays, prepare32: newBlockNCHWc},
	{Name: "block-bands", accept: blockBandsAccepts, pays: blockBandsPays, prepare32: newBlockBands},
}

// chain is consecutive stages of a layer, activations already folded into the Lo and Hi of the stage before (so a
// separable block with activations is two problems). Padding modes are as the layer has them: a fusion that pads with
// zeros alone declines p.needsPadding().
type chain struct {
	Problems []*Problem
	// From says where each input of each problem comes from: i >= 0 is the result of Problems[i], -1-k is in[k] of the
	// runner. The runner's inputs are numbered in the order in which the problems first read them.
	From [][]int
}

// chainAt is the stages from i on as fusions see them; names are the runner's inputs.
func chainAt(nodes []node, i int) (c chain, names []string) {
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

// first cuts a chain to n stages.
func (c chain) first(n int) *chain { return &chain{c.Problems[:n], c.From[:n]} }

// inputs is the number of arrays that the chain's runner reads.
func (c *chain) inputs() int {
	n := 0
	for _, from := range c.From {
		for _, f := range from {
			n = max(n, -f)
		}
	}
	return n
}

// fuseAt prepares the first fusion that accepts the nodes from i on, and returns how many it computes; 0 if none does.
func fuseAt[T tensor.Float](nodes []node, i int, weights map[string]*tensor.Tensor[T], sel selection) (step[T], int, error) {
	c, names := chainAt(nodes, i)
	for _, f := range fusions {
		if !sel.allows(f.Name) || isFloat64[T]() && f.prepare64 == nil || !isFloat64[T]() && f.prepare32 == nil {
			continue
		}
		n, err := f.accept(&c)
		if err != nil || !closed(nodes, i, n) {
			continue
		}
		part := c.first(n)
		if f.pays != nil && !sel.names(f.Name) && !f.pays(part) {
			continue
		}
		r, err := prepareFusion(f, part, weights)
		if err != nil {
			return step[T]{}, 0, fmt.Errorf("preparing %s: %w", f.Name, err)
		}
		last := nodes[i+n-1]
		st := step[T]{unit: unit{inputs: names[:part.inputs()], result: last.result, elements: last.elements}, runner: r}
		for _, m := range nodes[i : i+n] {
			st.stages = append(st.stages, m.stages...)
		}
		st.Kind, st.Algorithm, st.Tolerance = last.problem.Stage.Op.Kind(), f.Name, f.tolerance
		st.Workspace, st.Packed = r.bytes()
		return st, n, nil
	}
	return step[T]{}, 0, nil
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

func prepareFusion[T tensor.Float](f fusion, c *chain, weights map[string]*tensor.Tensor[T]) (runner[T], error) {
	var ws []operands[T]
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
	case []operands[float32]:
		r, err = f.prepare32(c, ws)
	case []operands[float64]:
		r, err = f.prepare64(c, ws)
	}
	if err != nil {
		return nil, err
	}
	return r.(runner[T]), nil
}
