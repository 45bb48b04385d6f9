package ops

import (
	"context"

	"convx/internal/shape"
	"convx/internal/tensor"
)

// PrepareFor is PrepareLayer for data that is at hand. Where the input, the weights or what is between the stages hold NaN or
// infinite values, come near the limits of float32, or have a range in which an algorithm would lose more of an output's own
// sum of magnitudes than it states, "auto" takes algorithms that keep to the definition; Step.Data says so. One that was
// asked for by its name stays, and Step.Data says what it meets.
//
// What is between the stages is computed to be looked at: all stages but the last run once.
func PrepareFor[T tensor.Float](ctx context.Context, s shape.Result, operands map[string]*tensor.Tensor[T], x *tensor.Tensor[T], opt Options) (*Pipeline[T], error) {
	sel, err := parseSelection(opt.Algorithm)
	if err != nil {
		return nil, err
	}
	opt.demands, opt.OddWeights = demands{}, false
	for {
		p, err := PrepareLayer(s, operands, opt)
		if err != nil {
			return nil, err
		}
		found, err := p.inspect(ctx, x, operands, sel.auto())
		if err != nil {
			return nil, err
		}
		for stage, d := range found {
			opt.demands[stage] = d
		}
		if len(found) == 0 || !sel.auto() {
			p.explain(opt.demands)
			return p, nil
		}
	}
}

// oddWeights is what the weights of some nodes demand where they are not finite, and what would be chosen does not keep to.
func oddWeights[T tensor.Float](nodes []node, operands map[string]*tensor.Tensor[T], algorithm string) (demands, error) {
	sel, err := parseSelection(algorithm)
	if err != nil {
		return nil, err
	}
	found := demands{}
	for _, n := range nodes {
		if !n.problem.Stage.Op.Kind().Multiplies() {
			continue
		}
		w, err := bind(n.problem, operands)
		if err != nil {
			return nil, err
		}
		d := weightDemand(n.problem, surveyOf(w.Weight))
		if d.demand == ordinary {
			continue
		}
		mine, _ := sel.forStage(n.problem)
		a, err := mine.choose(n.problem)
		if err != nil {
			return nil, err
		}
		if a.keepsTo(n.problem) < d.demand {
			found[n.stages[0]] = d
		}
	}
	return found, nil
}

// explain tells the steps what demanded something of them.
func (p *Pipeline[T]) explain(all demands) {
	for i := range p.steps {
		st := &p.steps[i]
		for _, n := range st.nodes {
			if d := all[n.stages[0]]; d.demand > ordinary {
				st.Data, st.Keeps = d.why, st.keeps >= d.demand
			}
		}
	}
}

// inspect finds the stages whose data demands more than their algorithm keeps to: up to the first, if the others would have
// to be computed by what does not keep to it.
func (p *Pipeline[T]) inspect(ctx context.Context, x *tensor.Tensor[T], operands map[string]*tensor.Tensor[T], first bool) (demands, error) {
	found := demands{}
	p.values[inputValue] = x.Data
	for i := range p.steps {
		st := &p.steps[i]
		for j, v := range st.in {
			st.args[j] = p.values[v]
		}
		if err := st.demands(found, operands); err != nil {
			return nil, err
		}
		if i == len(p.steps)-1 || first && len(found) > 0 {
			break
		}
		if err := st.runner.Run(ctx, p.values[st.out], st.args); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// demands adds those of a step's nodes that it does not keep to. Of what is inside a fusion, bounds are known.
func (st *step[T]) demands(found demands, operands map[string]*tensor.Tensor[T]) error {
	input := surveyOf(st.args[0])
	for _, n := range st.nodes {
		if !n.problem.Stage.Op.Kind().Multiplies() {
			continue
		}
		w, err := bind(n.problem, operands)
		if err != nil {
			return err
		}
		d, most := demandOf(n.problem, input, w)
		if d.demand == ordinary && st.keeps == ordinary && st.Tolerance > 0 && len(st.nodes) == 1 {
			d = rangeDemand(n.problem, st.args[0], input, w)
		}
		if d.demand > st.keeps {
			found[n.stages[0]] = d
			return nil
		}
		input = survey{most: min(most, n.problem.Hi)}
	}
	return nil
}
