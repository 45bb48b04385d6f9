package swap

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
)

// Task is a network that is to meet budgets.
type Task struct {
	Network    *network.Result
	Budgets    []budget.Budget
	Convention flops.Convention
	Device     *device.Device // may be nil
	Rate       *budget.Rate   // may be nil
	// Rules are the exchanges to try, each by itself and all together.
	Rules []Rule
	// At counts the network at another input, N x C x spatial; nil if there is no way to.
	At func(input []int) (*network.Result, error)
}

// DefaultRules are what Fit tries where nothing is asked for: the exchanges that the literature saves by.
func DefaultRules() []Rule {
	var out []Rule
	for _, text := range []string{
		"kernel>1&groups==1=separable", "kernel>1&groups==1=grouped,groups=2", "kernel>1&groups==1=grouped,groups=4", "kernel>1&groups==1=grouped,groups=8",
	} {
		r, err := ParseRule(text)
		if err != nil {
			panic(err) // a mistake in the program
		}
		out = append(out, r)
	}
	return out
}

// Way is one way to meet the budgets, or how near it comes.
type Way struct {
	// What is done: the rules' text, "width" or "resolution"; How much of it: "5 of 16 layers", "0.72", "192x192".
	What, How string
	Result    *network.Result
	Layers    []string // that are exchanged
	Outcome   budget.Outcome
	Met       bool
	// Proof says how sure it is that less would not do.
	Proof string
	// Reason says why the way is none.
	Reason string
}

// held counts a network and holds it to the budgets.
func (t Task) held(r *network.Result) (budget.Outcome, error) {
	figures, total, err := r.Under(t.Convention)
	if err != nil {
		return budget.Outcome{}, err
	}
	s := budget.OfNetwork(r, figures, total, t.Convention)
	if t.Rate != nil {
		s.AtRate(*t.Rate)
	}
	if t.Device != nil {
		p := t.Device.Place(r)
		s.In(p.Least, p.Times())
	}
	return budget.Terms{Budgets: t.Budgets}.Hold(s)
}

func met(v budget.Outcome) bool { return v.Failure("") == nil }

// Fit looks for ways to meet the budgets: the fewest exchanges by each rule and by all together, the largest width, the largest
// resolution. Ways that meet come first, those first that keep most MACs. holds says that the network meets them as it is.
func (t Task) Fit() (ways []Way, holds bool, err error) {
	v, err := t.held(t.Network)
	if err != nil {
		return nil, false, err
	}
	if met(v) {
		return nil, true, nil
	}
	sets := [][]Rule{}
	for _, r := range t.Rules {
		sets = append(sets, []Rule{r})
	}
	if len(t.Rules) > 1 {
		sets = append(sets, t.Rules)
	}
	for _, rules := range sets {
		w, err := t.exchange(rules)
		if err != nil {
			return nil, false, err
		}
		ways = append(ways, w)
	}
	for _, by := range []func() (Way, error){t.width, t.resolution} {
		w, err := by()
		if err != nil {
			return nil, false, err
		}
		ways = append(ways, w)
	}
	slices.SortStableFunc(ways, func(a, b Way) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.macs(), a.macs()), cmp.Compare(b.params(), a.params()))
	})
	return ways, false, nil
}

// rank puts ways that meet first, then those that come as near as they can, then those that are none.
func rank(w Way) int {
	switch {
	case w.Met:
		return 0
	case w.Result != nil:
		return 1
	}
	return 2
}

func (w Way) macs() int64 {
	if w.Result == nil {
		return 0
	}
	return w.Result.Total.MACs
}

func (w Way) params() int64 {
	if w.Result == nil {
		return 0
	}
	return w.Result.Total.Params
}

// searched bounds the exact search for the fewest exchanges, in sets looked at.
const searched = 2_000_000

// exchange looks for the fewest layers that must be exchanged by these rules.
func (t Task) exchange(rules []Rule) (Way, error) {
	w := Way{What: texts(rules)}
	if len(rules) > 1 {
		w.What = "any of these exchanges"
	}
	items, err := t.items(rules)
	if err != nil {
		return w, err
	}
	if len(items.nodes) == 0 {
		w.Reason = "no layer can be exchanged so"
		return w, nil
	}
	chosen, least, proven, ok := cover(items.gains, items.needs, searched)
	if !ok {
		chosen = items.useful()
	}
	if len(chosen) == 0 {
		w.Reason = "no exchange saves anything of what is too much"
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
	w.How = fmt.Sprintf("%d of %d layers", len(w.Layers), items.layers)
	switch {
	case !w.Met:
		w.Proof = "all that can be exchanged"
	case proven && !more:
		w.Proof = "the fewest"
	default:
		w.Proof = fmt.Sprintf("greedy; at least %d", least)
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
