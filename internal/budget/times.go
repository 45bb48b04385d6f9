package budget

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"convx/internal/input"
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

// Measured is a median with its spread, half of the range in which the middle half of the runs lies.
type Measured struct {
	Name, Kind     string
	Median, Spread time.Duration
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
// none: a difference counts where the two ranges do not meet. Layers pair up by name.
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
			before.CPU, report.Plural(before.Threads, "thread"), now.CPU, report.Plural(now.Threads, "thread")))
	}
	allowed, err := layer.Sum(int64(before.Whole.Median), t.Allowed[Time].of(int64(before.Whole.Median)))
	if err != nil {
		return err
	}
	whole := Check{
		Name: "increase of time", Quantity: Time, Whole: true, Timed: true, Baseline: true, Before: int64(before.Whole.Median),
		Measured: int64(now.Whole.Median), Allowed: allowed, Noise: int64(now.Whole.Spread + before.Whole.Spread),
	}
	var grown []Layer
	for _, m := range now.Layers {
		i := slices.IndexFunc(before.Layers, func(b Measured) bool { return b.Name == m.Name })
		d := TimeDifference{Now: &m}
		if i >= 0 {
			d.Before = &before.Layers[i]
			if more := m.Median - d.Before.Median; more > m.Spread+d.Before.Spread {
				grown = append(grown, Layer{Name: m.Name, Counts: Counts{Time: int64(more)}})
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

// TimeDifference is a layer's time beside an earlier one; nil is a layer that is not there.
type TimeDifference struct{ Before, Now *Measured }

// verdict says whether the times differ by more than they vary.
func (d TimeDifference) verdict() string {
	switch {
	case d.Before == nil:
		return "new"
	case d.Now == nil:
		return "gone"
	}
	switch more, noise := d.Now.Median-d.Before.Median, d.Now.Spread+d.Before.Spread; {
	case more > noise:
		return "slower"
	case -more > noise:
		return "faster"
	}
	return "~"
}

// timesTable is a row a layer.
func timesTable(all []TimeDifference) report.Table {
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "before", Key: "before_seconds", Right: true}, {Name: "±", Key: "before_spread_seconds", Right: true}, {Name: "now", Key: "seconds", Right: true},
		{Name: "±", Key: "spread_seconds", Right: true}, {Name: "difference", Right: true}, {Name: "verdict"},
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
		t.Rows = append(t.Rows, append(row, difference, report.Cell{Text: d.verdict(), Failed: d.verdict() == "slower"}))
	}
	return t
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
	Seconds                       *struct{ Median, Spread float64 }
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
		if l.Seconds == nil || !(l.Seconds.Median >= 0 && l.Seconds.Median < 1e9) || !(l.Seconds.Spread >= 0 && l.Seconds.Spread < 1e9) {
			return t, errors.New("it holds no times: make a baseline with convx bench -f json")
		}
	}
	for _, l := range j.Layers {
		t.Add(Measured{l.Name, l.Variant, seconds(l.Seconds.Median), seconds(l.Seconds.Spread)}, l.Algorithm, l.Count)
	}
	if j.Network != nil {
		t.Whole = Measured{Name: j.Network.Net, Median: seconds(j.Network.Seconds.Median), Spread: seconds(j.Network.Seconds.Spread)}
	}
	if len(t.Layers) == 0 {
		return t, errors.New("it holds no times: make a baseline with convx bench -f json")
	}
	return t, nil
}

func or(t *timedJSON) []timedJSON {
	if t == nil {
		return nil
	}
	return []timedJSON{*t}
}

func seconds(s float64) time.Duration { return time.Duration(s * 1e9) }

// Add adds a layer, which the whole has count times, 0 as 1. One whose name is taken goes by its algorithm too.
func (t *Times) Add(m Measured, algorithm string, count int) {
	if slices.ContainsFunc(t.Layers, func(o Measured) bool { return o.Name == m.Name }) {
		m.Name += " " + algorithm
	}
	t.Layers = append(t.Layers, m)
	times := time.Duration(max(1, count))
	t.Whole.Median += times * m.Median
	t.Whole.Spread += times * m.Spread
}
