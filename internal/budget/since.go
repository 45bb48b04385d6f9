package budget

import (
	"math"
	"slices"
	"time"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// HoldTimes holds measured times to limits of time and to earlier ones. What lies within the noise has no verdict, as benchstat has
// none; what all layers share because the machine changed is said once, and taken from each (see drift). Layers pair up by name, and
// each of them is held beside the whole.
func (t Terms) HoldTimes(now Times) (Outcome, error) {
	for _, b := range t.Budgets {
		for _, l := range b.Limits {
			if l.Quantity != Time {
				return Outcome{}, layer.Errorf("%s: what is timed has a time alone to limit", l.key()).Hint("hold counts with convx flops --budget")
			}
		}
	}
	for q := range t.Allowed {
		if q != Time {
			return Outcome{}, layer.Errorf("increase of %s: what is timed has a time alone to limit", q.flag())
		}
	}
	path := t.Baseline
	t.Baseline = ""
	v, err := t.Hold(now.subject())
	if err != nil || path == "" {
		return v, err
	}
	before, err := readTimes(path)
	if err != nil {
		return v, err
	}
	v.Baseline = path
	return v, t.since(&v, now, before)
}

// since compares with earlier times: the whole is held, and every layer.
func (t Terms) since(v *Outcome, now, before Times) error {
	if now.CPU != before.CPU || now.Threads != before.Threads {
		v.Notes = append(v.Notes, lang.Sprintf("the baseline was timed on %s with %s, this on %s with %s: they say little of each other",
			before.CPU, lang.Plural(before.Threads, "thread"), now.CPU, lang.Plural(now.Threads, "thread")))
	}
	v.Times = timePairs(now, before)
	drifted := driftBetween(now, before, v.Times)
	drifted.judge(v.Times)
	if note := doubt(v.Times, before); note != "" {
		v.Notes = append(v.Notes, note)
	}
	v.Notes = append(v.Notes, drifted.notes()...)
	whole, err := t.increase(drifted.ofAll(), now.Whole, before.Whole)
	if err != nil {
		return err
	}
	whole.Name, whole.Whole = lang.Text("increase of time"), true
	var grown []Layer
	for _, d := range v.Times {
		if d.sign > 0 {
			grown = append(grown, Layer{Name: d.Now.Name, Counts: Counts{Time: int64(d.Now.Median - d.Before.Median)}})
		}
	}
	whole.Most = most(grown, Time, shown)
	v.Checks = append(v.Checks, whole)
	return t.eachSince(v, drifted)
}

// eachSince holds the layers, as one check of the one that grew most: of those that passed what is allowed, or else of all.
func (t Terms) eachSince(v *Outcome, drifted drift) error {
	var worst Check
	for _, d := range v.Times {
		if d.Before == nil || d.Now == nil {
			continue
		}
		c, err := t.increase(drifted, *d.Now, *d.Before)
		if err != nil {
			return err
		}
		c.Name, c.Rule = lang.Sprintf("increase of time of %s", d.Now.Name), lang.Text("increase of time of a layer")
		over := func(c Check) float64 { return float64(c.Measured) / max(1, float64(c.Allowed)) }
		if was, is := worst.Verdict() == Over, c.Verdict() == Over; worst.Name == "" || is && !was || is == was && over(c) > over(worst) {
			worst = c
		}
	}
	if worst.Name != "" {
		v.Checks = append(v.Checks, worst)
	}
	return nil
}

// increase is the check of a time against an earlier one.
func (t Terms) increase(drifted drift, now, before Measured) (Check, error) {
	then := before.scaled(max(1, drifted.shift))
	allowed, err := layer.Sum(int64(then.Median), t.Allowed[Time].of(int64(then.Median)))
	if err != nil {
		return Check{}, err
	}
	c := Check{
		Quantity: Time, Timed: true, Baseline: true, Before: int64(before.Median), Measured: int64(now.Median), Allowed: allowed,
		Noise: int64(drifted.noise(now, then)),
	}
	if ranked(now, then) {
		sign, p := drifted.apart(now, before, time.Duration(allowed)-then.Median)
		c.Ranked, c.Apart, c.P = true, sign != 0, p
	}
	return c, nil
}

// timePairs are the layers beside their earlier times, by name, and those that are new or gone.
func timePairs(now, before Times) (all []TimeDifference) {
	for i, m := range now.Layers {
		d := TimeDifference{Now: &now.Layers[i], p: -1}
		if at := slices.IndexFunc(before.Layers, func(b Measured) bool { return b.Name == m.Name }); at >= 0 {
			d.Before = &before.Layers[at]
		}
		all = append(all, d)
	}
	for i, b := range before.Layers {
		if !slices.ContainsFunc(now.Layers, func(m Measured) bool { return m.Name == b.Name }) {
			all = append(all, TimeDifference{Before: &before.Layers[i], p: -1})
		}
	}
	return all
}

// doubt says what the test of ranks lacks; empty if nothing.
func doubt(pairs []TimeDifference, before Times) string {
	if !slices.ContainsFunc(before.Layers, func(m Measured) bool { return len(m.Samples) > 0 }) {
		return lang.Text("the baseline holds no samples to rank, and the ranges median ± spread decide alone; a new one holds them")
	}
	few := 0
	for _, d := range pairs {
		if d.Before != nil && d.Now != nil && ranked(*d.Now, *d.Before) && leastP(len(d.Now.Samples), len(d.Before.Samples)) >= significant {
			few++
		}
	}
	if few > 0 {
		return lang.Sprintf("%s with too few samples for any verdict (4 against 4 can have one, or 3 against 5): raise --min-time", lang.Plural(few, "layer"))
	}
	return ""
}

// TimeDifference is a layer's time beside an earlier one; nil is a layer that is not there.
type TimeDifference struct {
	Before, Now *Measured
	sign        int     // 1: slower by more than both vary, -1: faster
	p           float64 // the probability of ranks like these by chance, or -1 without samples
}

const slower = "slower"

// verdict says whether the times differ by more than they vary.
func (d TimeDifference) verdict() string {
	switch {
	case d.Before == nil:
		return "new"
	case d.Now == nil:
		return "gone"
	}
	return map[int]string{1: slower, 0: "~", -1: "faster"}[d.sign]
}

// chance is p for JSON, which has null where there is none.
func (d TimeDifference) chance() report.Number {
	if d.p < 0 {
		return report.Number(math.NaN())
	}
	return report.Number(d.p)
}
