package swap

import (
	"cmp"
	"math"
	"slices"
	"time"

	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// searched bounds the exact search for the fewest exchanges, in sets looked at.
const searched = 2_000_000

// exchange looks for the fewest layers that must be exchanged by these rules.
func (t Task) exchange(rules []Rule) (Way, error) {
	w := Way{What: texts(rules)}
	if len(rules) > 1 {
		w.What = lang.Text("any of these")
	}
	items, err := t.items(rules)
	if err != nil {
		return w, err
	}
	if len(items.nodes) == 0 {
		w.Reason = lang.Text("no layer can be exchanged so")
		return w, nil
	}
	chosen, least, proven, ok := cover(items.gains, items.needs, searched)
	if !ok {
		chosen = items.useful()
	}
	if len(chosen) == 0 {
		w.Reason = lang.Text("no exchange saves anything of what is too much")
		return w, nil
	}
	s, v, err := t.try(items, chosen)
	if err != nil {
		return w, err
	}
	more := false
	for ok && !met(v) { // limits of single layers, of memory, of fields: exchange more, those first that gain most
		next := items.next(chosen)
		if next < 0 {
			break
		}
		chosen, more = append(chosen, next), true
		if s, v, err = t.try(items, chosen); err != nil {
			return w, err
		}
	}
	w.Result, w.Outcome, w.Met = s.After, v, met(v)
	for _, c := range s.Changes {
		w.Layers = append(w.Layers, c.Name)
	}
	w.How = lang.Sprintf("%d of %d", len(w.Layers), items.layers)
	switch {
	case !w.Met:
		w.Proof = lang.Text("all that can be exchanged")
	case proven && !more:
		w.Proof = lang.Text("the fewest")
	default:
		w.Proof = lang.Sprintf("greedy; at least %d", least)
	}
	return w, nil
}

func (t Task) try(it *items, chosen []int) (*Swapped, budget.Outcome, error) {
	var nodes []int
	for _, i := range chosen {
		nodes = append(nodes, it.nodes[i]...)
	}
	s, err := it.a.only(nodes)
	if err != nil {
		return nil, budget.Outcome{}, err
	}
	v, err := t.held(s.After)
	return s, v, err
}

// items are the layers that could be exchanged, those that share weights together, with what each gains of every limit of the
// whole network that adds up over its layers.
type items struct {
	a      *application
	nodes  [][]int
	layers int
	gains  [][]float64
	needs  []float64
}

// items works out the gains: of several rules, each layer takes the one that gains most.
func (t Task) items(rules []Rule) (*items, error) {
	it := &items{a: &application{r: t.Network, chosen: make([]*choice, len(t.Network.Nodes))}}
	before, err := t.held(t.Network)
	if err != nil {
		return nil, err
	}
	var over []budget.Check
	for _, c := range before.Checks {
		if !c.Sums() || c.Warn {
			continue
		}
		over = append(over, c)
		need := float64(c.Measured - c.Allowed)
		if c.Least { // which is kept from above
			need = -need
		}
		it.needs = append(it.needs, need)
	}
	best := map[int][]float64{}
	users := map[string]int{}
	for _, n := range t.Network.Graph.Nodes {
		users[n.Weights]++
	}
	for k, r := range rules {
		a := newApplication(t.Network, []Rule{r})
		if !slices.ContainsFunc(a.chosen, func(c *choice) bool { return c != nil }) {
			continue
		}
		s, err := a.finish()
		if err != nil {
			return nil, err
		}
		for _, c := range s.Changes {
			g, err := t.gain(s, c, over)
			if err != nil {
				return nil, err
			}
			if key := t.Network.Graph.Nodes[c.node].Weights; k > 0 && key != "" && users[key] > 1 {
				continue // layers that share weights become one thing: the first
			}
			if was, known := best[c.node]; !known || it.worth(g) > it.worth(was) {
				best[c.node], it.a.chosen[c.node] = g, a.chosen[c.node]
			}
		}
	}
	at := map[string]int{}
	for i, c := range it.a.chosen {
		if c == nil {
			continue
		}
		it.layers++
		if key := t.Network.Graph.Nodes[i].Weights; key != "" {
			if k, shared := at[key]; shared {
				it.nodes[k] = append(it.nodes[k], i)
				for q := range it.gains[k] {
					it.gains[k][q] += best[i][q]
				}
				continue
			}
			at[key] = len(it.nodes)
		}
		it.nodes, it.gains = append(it.nodes, []int{i}), append(it.gains, slices.Clone(best[i]))
	}
	return it, nil
}

// gain is how much less of each quantity a layer has after the exchange.
func (t Task) gain(s *Swapped, c Change, over []budget.Check) ([]float64, error) {
	counts := func(r *network.Result, nodes []int, total flops.Total) (budget.Counts, error) {
		figure := int64(0)
		for _, k := range nodes {
			n := &r.Nodes[k]
			for j, st := range n.Ops {
				one, err := t.Convention.In(n.Types).OfStage(st, n.Stages[j])
				if err == nil {
					figure, err = layer.Sum(figure, one)
				}
				if err != nil {
					return nil, err
				}
			}
		}
		counts := budget.CountsOf(total.Under(figure))
		per := int64(max(1, t.Network.Input[0]))
		counts[budget.MACsPerPicture] = figure / per
		if t.Rate != nil {
			counts[budget.MACsPerSecond] = t.Rate.Of(figure / per)
		}
		if t.Device != nil {
			_, elem := t.Device.Peak(cmp.Or(r.Options.Types.Activations, flops.Float32))
			var least time.Duration
			for _, k := range nodes {
				d, _ := t.Device.Least(r.Nodes[k].Total, elem)
				least += d
			}
			counts[budget.Time] = int64(least)
		}
		return counts, nil
	}
	before, err := counts(s.Before, []int{c.node}, c.Before)
	if err != nil {
		return nil, err
	}
	after, err := counts(s.After, c.nodes, c.After)
	if err != nil {
		return nil, err
	}
	gains := make([]float64, len(over))
	for q, check := range over {
		gains[q] = float64(before[check.Quantity] - after[check.Quantity])
		if check.Least {
			gains[q] = -gains[q]
		}
	}
	return gains, nil
}

// worth is how much of what is missing a layer gains.
func (it *items) worth(g []float64) (w float64) {
	for q, need := range it.needs {
		if need > 0 {
			w += math.Min(1, g[q]/need)
		}
	}
	return w
}

// useful are all layers that gain something.
func (it *items) useful() (out []int) {
	for i, g := range it.gains {
		if it.worth(g) > 0 {
			out = append(out, i)
		}
	}
	return out
}

// next is the layer that gains most of those that are not chosen; -1 is none that gains.
func (it *items) next(chosen []int) int {
	best := -1
	for i, g := range it.gains {
		if !slices.Contains(chosen, i) && (best < 0 || it.worth(g) > it.worth(it.gains[best])) {
			best = i
		}
	}
	return best
}
