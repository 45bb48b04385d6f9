package swap

import (
	"math"
	"slices"
	"strconv"

	"convx/internal/budget"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// widthSteps are how finely widths are searched: in hundredths.
const widthSteps = 100

// width looks for the largest width multiplier below 1 that meets the budgets, in hundredths. Counts do not grow as it falls, so
// halving finds it, unless there are lower bounds, which a narrow network may miss: then all are tried, from above.
func (t Task) width() (Way, error) {
	w := Way{What: lang.Text("width")}
	at := func(k int) error {
		factor := float64(k) / widthSteps
		r, err := Widen(t.Network, factor)
		if err != nil {
			w.Reason, w.Met = err.Error(), false
			return nil
		}
		v, err := t.held(r)
		w.Result, w.Outcome, w.Met, w.How, w.Reason = r, v, err == nil && met(v), strconv.FormatFloat(factor, 'g', -1, 64), ""
		return err
	}
	best, err := 0, error(nil)
	if t.bounded() {
		for k := widthSteps - 1; k > 0 && !w.Met && err == nil; k-- {
			if err = at(k); w.Met {
				best = k
			}
		}
	} else {
		for lo, hi := 1, widthSteps-1; lo <= hi && err == nil; {
			middle := (lo + hi + 1) / 2
			if err = at(middle); w.Met {
				best, lo = middle, middle+1
			} else {
				hi = middle - 1
			}
		}
	}
	if err != nil {
		return w, err
	}
	if best == 0 {
		w.Proof = lang.Text("as narrow as is tried")
		return w, at(1)
	}
	w.Proof = lang.Text("the largest, in hundredths")
	return w, at(best)
}

// bounded reports whether some limit is the least of something.
func (t Task) bounded() bool {
	return slices.ContainsFunc(t.Budgets, func(b budget.Budget) bool {
		return slices.ContainsFunc(b.Limits, func(l budget.Limit) bool { return l.Least && !l.Warn })
	})
}

// resolution looks for the largest input that meets the budgets, with the sides in proportion, in steps of what one position of
// the output stands for.
func (t Task) resolution() (Way, error) {
	w := Way{What: lang.Text("resolution")}
	in := t.Network.Input
	if t.At == nil || len(in) < 3 {
		w.Reason = lang.Text("the network stands for one input size")
		return w, nil
	}
	step := stride(t.Network)
	short := slices.Min(in[2:])
	for side := (short - 1) / step * step; side >= step; side -= step {
		size := slices.Clone(in)
		for i := range size[2:] {
			size[2+i] = max(1, int(math.Round(float64(in[2+i])*float64(side)/float64(short))))
		}
		r, err := t.At(size)
		if err != nil {
			if w.Result == nil {
				w.Reason = err.Error()
			}
			return w, nil // smaller ones fit no window either
		}
		v, err := t.held(r)
		if err != nil {
			return w, err
		}
		w.Result, w.Outcome, w.Met, w.How = r, v, met(v), layer.FormatInts(size[2:])
		if w.Met {
			w.Proof = lang.Sprintf("the largest, in steps of %d", step)
			return w, nil
		}
	}
	if w.Result == nil {
		w.Reason = lang.Text("the input is as small as it can be")
	}
	w.Proof = lang.Text("as small as is tried")
	return w, nil
}

// stride is how many input pixels one position of the coarsest layer stands for, at most 32.
func stride(r *network.Result) int {
	step := 1
	for i := range r.Nodes {
		f := r.Nodes[i].Field
		if !f.Whole && len(f.Jump) > 0 && f.Jump[0] <= 32 && f.Jump[0] == math.Trunc(f.Jump[0]) {
			step = max(step, int(f.Jump[0]))
		}
	}
	return step
}
