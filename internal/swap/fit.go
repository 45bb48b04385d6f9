package swap

import (
	"cmp"
	"slices"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
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
	// AllowUncounted decides limits by what is counted, though some operator is not.
	AllowUncounted bool
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
	// What is done: the rules' text, "width" or "resolution"; How much of it: "5 of 16", layers, "0.72", "192x192".
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
	if t.AllowUncounted {
		s.Partial = nil
	}
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
