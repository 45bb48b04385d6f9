package budget

import (
	"cmp"

	"convx/internal/report"
)

// OutcomeJSON is what became of limits, beside what a count prints without them. Rules that limit nothing, and why a baseline
// may be the wrong one, are among the document's own notes.
type OutcomeJSON struct {
	// Titles are what the budgets are for, of those that say it.
	Titles      []string        `json:"budgets,omitempty"`
	Checks      []checkJSON     `json:"checks"`
	Differences *differenceJSON `json:"differences,omitempty"`
	Times       []timeJSON      `json:"times,omitempty"`
}

// timeJSON is a layer's time beside an earlier one, in seconds; null: the layer is new, or gone.
type timeJSON struct {
	Name    string        `json:"name"`
	Before  *measuredJSON `json:"before"`
	Now     *measuredJSON `json:"now"`
	P       report.Number `json:"p_value"` // of the test of ranks; null without samples
	Verdict string        `json:"verdict"`
}

type measuredJSON struct {
	Median float64 `json:"median"`
	Spread float64 `json:"spread"`
}

func (m *Measured) json() *measuredJSON {
	if m == nil {
		return nil
	}
	return &measuredJSON{m.Median.Seconds(), m.Spread.Seconds()}
}

type checkJSON struct {
	Limit    string     `json:"limit"`
	Rule     string     `json:"rule"` // the limit's name, whichever layer was measured
	Name     string     `json:"name"` // the limit's too
	Quantity string     `json:"quantity"`
	Unit     string     `json:"unit"`
	Measured int64      `json:"measured"`
	Allowed  int64      `json:"allowed"`
	Over     int64      `json:"over"` // negative: what is left
	Noise    int64      `json:"noise,omitempty"`
	Verdict  string     `json:"verdict"`
	Passed   bool       `json:"passed"` // the verdict is holds
	Most     []partJSON `json:"most"`
}

type partJSON struct {
	Name  string  `json:"name"`
	Value int64   `json:"value"`
	Share float64 `json:"share"`
}

type differenceJSON struct {
	Baseline string       `json:"baseline"`
	Total    changeJSON   `json:"total"`
	Layers   []changeJSON `json:"layers"`
	Renamed  []renameJSON `json:"renamed"`
}

type renameJSON struct {
	Name string `json:"name"`
	Was  string `json:"was"`
}

type changeJSON struct {
	Name    string `json:"name"`
	Kind    string `json:"variant,omitempty"`
	Was     string `json:"was,omitempty"` // its name before
	WasKind string `json:"was_variant,omitempty"`
	Before  Counts `json:"before"` // null: the layer is new
	After   Counts `json:"after"`  // null: it is gone
}

// JSON is the outcome for a document; nothing where there were no limits.
func (v Outcome) JSON() OutcomeJSON {
	j := OutcomeJSON{Titles: v.Titles, Checks: []checkJSON{}}
	for _, c := range v.Checks {
		most := []partJSON{}
		for _, p := range c.Most {
			most = append(most, partJSON(p))
		}
		j.Checks = append(j.Checks, checkJSON{
			Limit: c.Name, Rule: c.rule(), Name: c.Name, Quantity: string(c.Quantity), Unit: c.Quantity.row().unit, Measured: c.Measured, Allowed: c.Allowed, Over: c.Measured - c.Allowed, Noise: c.Noise,
			Verdict: string(c.Verdict()), Passed: c.Verdict() == Holds, Most: most,
		})
	}
	for _, d := range v.Times {
		j.Times = append(j.Times, timeJSON{cmp.Or(d.Now, d.Before).Name, d.Before.json(), d.Now.json(), d.chance(), d.verdict()})
	}
	if d := v.Difference; d != nil {
		j.Differences = &differenceJSON{Baseline: v.Baseline, Total: changeJSON(d.Total), Layers: []changeJSON{}, Renamed: []renameJSON{}}
		for _, c := range d.Layers {
			j.Differences.Layers = append(j.Differences.Layers, changeJSON(c))
		}
		for _, r := range d.Renamed {
			j.Differences.Renamed = append(j.Differences.Renamed, renameJSON(r))
		}
	}
	return j
}
