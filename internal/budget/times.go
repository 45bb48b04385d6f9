package budget

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

// Times are measured times of layers, and of a whole: a network, or all of the layers.
type Times struct {
	Name, CPU string
	Threads   int
	Whole     Measured
	Layers    []Measured
}

// Measured is a median with its spread, half of the range in which the middle half of the runs lies. Samples are a few times of
// equal parts of the runs, in turn; older baselines have none.
type Measured struct {
	Name, Kind     string
	Median, Spread time.Duration
	Samples        []time.Duration
}

// subject is the times as something to hold limits to.
func (t Times) subject() Subject {
	s := Subject{Name: t.Name, Timed: true, Noise: int64(t.Whole.Spread), Total: Counts{Time: int64(t.Whole.Median)}}
	for _, m := range t.Layers {
		s.Layers = append(s.Layers, Layer{Name: m.Name, Kind: m.Kind, Noise: int64(m.Spread), Counts: Counts{Time: int64(m.Median)}})
	}
	return s
}

// HoldTimes holds measured times to limits of time and to earlier ones. What lies within the noise has no verdict, as benchstat has
// none: a difference counts where the two ranges do not meet and the ranks of the times differ by more than chance; older baselines have ranges alone. Layers pair up by name.
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
	before, err := ReadTimes(path)
	if err != nil {
		return v, err
	}
	v.Baseline = path
	return v, t.since(&v, now, before)
}

// since compares with earlier times: the whole is held, layers are listed.
func (t Terms) since(v *Outcome, now, before Times) error {
	if now.CPU != before.CPU || now.Threads != before.Threads {
		v.Notes = append(v.Notes, fmt.Sprintf("the baseline was timed on %s with %s, this on %s with %s: they say little of each other",
			before.CPU, lang.Plural(before.Threads, "thread"), now.CPU, lang.Plural(now.Threads, "thread")))
	}
	if note := doubt(now, before); note != "" {
		v.Notes = append(v.Notes, note)
	}
	allowed, err := layer.Sum(int64(before.Whole.Median), t.Allowed[Time].of(int64(before.Whole.Median)))
	if err != nil {
		return err
	}
	whole := Check{
		Name: "increase of time", Quantity: Time, Whole: true, Timed: true, Baseline: true, Before: int64(before.Whole.Median),
		Measured: int64(now.Whole.Median), Allowed: allowed, Noise: int64(now.Whole.Spread + before.Whole.Spread),
	}
	if ranked(now.Whole, before.Whole) {
		sign, p := apart(now.Whole, before.Whole.shifted(time.Duration(allowed)-before.Whole.Median))
		whole.Ranked, whole.Apart, whole.P = true, sign != 0, p
	}
	var grown []Layer
	for _, m := range now.Layers {
		i := slices.IndexFunc(before.Layers, func(b Measured) bool { return b.Name == m.Name })
		d := TimeDifference{Now: &m}
		if i >= 0 {
			d.Before = &before.Layers[i]
			if d.verdict() == slower {
				grown = append(grown, Layer{Name: m.Name, Counts: Counts{Time: int64(m.Median - d.Before.Median)}})
			}
		}
		v.Times = append(v.Times, d)
	}
	for i, b := range before.Layers {
		if !slices.ContainsFunc(now.Layers, func(m Measured) bool { return m.Name == b.Name }) {
			v.Times = append(v.Times, TimeDifference{Before: &before.Layers[i]})
		}
	}
	whole.Most = most(grown, Time, shown)
	v.Checks = append(v.Checks, whole)
	return nil
}

// doubt says what the test of ranks lacks; empty if nothing.
func doubt(now, before Times) string {
	if !slices.ContainsFunc(before.Layers, func(m Measured) bool { return len(m.Samples) > 0 }) {
		return "the baseline holds no samples to rank, and the ranges median ± spread decide alone; a new one holds them"
	}
	few := 0
	for _, m := range now.Layers {
		if slices.ContainsFunc(before.Layers, func(b Measured) bool {
			return b.Name == m.Name && ranked(m, b) && leastP(len(m.Samples), len(b.Samples)) >= significant
		}) {
			few++
		}
	}
	if few > 0 {
		return fmt.Sprintf("%s with too few samples for any verdict (4 against 4 can have one, or 3 against 5): raise --min-time", lang.Plural(few, "layer"))
	}
	return ""
}

// TimeDifference is a layer's time beside an earlier one; nil is a layer that is not there.
type TimeDifference struct{ Before, Now *Measured }

const slower = "slower"

// p is the probability of a difference like this by chance; not a number where it was not computed.
func (d TimeDifference) p() float64 {
	if d.Before != nil && d.Now != nil {
		if _, p := apart(*d.Now, *d.Before); p >= 0 {
			return p
		}
	}
	return math.NaN()
}

// verdict says whether the times differ by more than they vary.
func (d TimeDifference) verdict() string {
	switch {
	case d.Before == nil:
		return "new"
	case d.Now == nil:
		return "gone"
	}
	sign, _ := apart(*d.Now, *d.Before)
	return map[int]string{1: slower, 0: "~", -1: "faster"}[sign]
}

// timesTable is a row a layer.
func timesTable(all []TimeDifference) report.Table {
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "before", Key: "before_seconds", Right: true}, {Name: "±", Key: "before_spread_seconds", Right: true, Spare: 2}, {Name: "now", Key: "seconds", Right: true},
		{Name: "±", Key: "spread_seconds", Right: true, Spare: 1}, {Name: "difference", Right: true}, {Name: "p", Key: "p_value", Right: true}, {Name: "verdict"},
	}}
	cells := func(m *Measured) []report.Cell {
		if m == nil {
			return []report.Cell{report.Str(""), report.Str("")}
		}
		return []report.Cell{report.Time(m.Median), report.Time(m.Spread)}
	}
	for _, d := range all {
		row := []report.Cell{report.Str(cmp.Or(d.Now, d.Before).Name)}
		row = append(append(row, cells(d.Before)...), cells(d.Now)...)
		difference := report.Str("")
		if d.Before != nil && d.Now != nil {
			difference = signed(Time, int64(d.Now.Median), int64(d.Before.Median))
		}
		t.Rows = append(t.Rows, append(row, difference, chance(d.p()), report.Cell{Text: d.verdict(), Failed: d.verdict() == slower}))
	}
	return t
}

func chance(p float64) report.Cell {
	if math.IsNaN(p) {
		return report.Str("")
	}
	return report.Cell{Text: fmt.Sprintf("%.3f", p), Raw: p}
}

// timesJSON are the times of a -f json of bench.
type timesJSON struct {
	CPU     string      `json:"cpu"`
	Threads int         `json:"threads"`
	Network *timedJSON  `json:"network"`
	Layers  []timedJSON `json:"layers"`
}

type timedJSON struct {
	Name, Net, Variant, Algorithm string
	Count                         int
	Seconds                       *struct {
		Median, Spread float64
		Samples        []float64
	}
}

// ReadTimes reads an earlier -f json of bench. Errors are *FileError.
func ReadTimes(path string) (Times, error) {
	data, err := input.ReadFile(path, maxBaseline)
	var t Times
	if err == nil {
		t, err = parseTimes(data)
	}
	if err != nil {
		return t, &FileError{path, fmt.Errorf("reading %q: %w", path, err)}
	}
	return t, nil
}

func parseTimes(data []byte) (Times, error) {
	var j timesJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Times{}, inJSON(data, err, fmt.Errorf("not convx's JSON: %s: make a baseline with convx bench -f json", jsonProblem(err)))
	}
	t := Times{CPU: j.CPU, Threads: j.Threads}
	for _, l := range append(j.Layers, or(j.Network)...) {
		if l.Seconds == nil || slices.ContainsFunc(append(l.Seconds.Samples, l.Seconds.Median, l.Seconds.Spread), func(s float64) bool { return !(s >= 0 && s < 1e9) }) {
			return t, errors.New("it holds no times: make a baseline with convx bench -f json")
		}
		if n := len(l.Seconds.Samples); n > mostTimes {
			return t, fmt.Errorf("it holds %d samples of %s, and at most %d can be ranked: make a baseline with convx bench -f json", n, cmp.Or(l.Name, l.Net), mostTimes)
		}
	}
	for _, l := range j.Layers {
		t.Add(l.measured(), l.Algorithm, l.Count)
	}
	if j.Network != nil {
		t.Whole = j.Network.measured()
	}
	if len(t.Layers) == 0 {
		return t, errors.New("it holds no times: make a baseline with convx bench -f json")
	}
	return t, nil
}

func (t timedJSON) measured() Measured {
	m := Measured{Name: cmp.Or(t.Name, t.Net), Kind: t.Variant, Median: seconds(t.Seconds.Median), Spread: seconds(t.Seconds.Spread)}
	for _, s := range t.Seconds.Samples {
		m.Samples = append(m.Samples, seconds(s))
	}
	return m
}

func or(t *timedJSON) []timedJSON {
	if t == nil {
		return nil
	}
	return []timedJSON{*t}
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// Add adds a layer, which the whole has count times, 0 as 1. One whose name is taken goes by its algorithm too.
func (t *Times) Add(m Measured, algorithm string, count int) {
	if slices.ContainsFunc(t.Layers, func(o Measured) bool { return o.Name == m.Name }) {
		m.Name += " " + algorithm
	}
	times := time.Duration(max(1, count))
	if len(t.Layers) == 0 {
		t.Whole.Samples = make([]time.Duration, len(m.Samples))
	}
	if len(m.Samples) != len(t.Whole.Samples) { // the whole has samples where its layers have as many each
		t.Whole.Samples = nil
	}
	for i := range t.Whole.Samples {
		t.Whole.Samples[i] += times * m.Samples[i]
	}
	t.Layers = append(t.Layers, m)
	t.Whole.Median += times * m.Median
	t.Whole.Spread += times * m.Spread
}
