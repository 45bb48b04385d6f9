package budget

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/report"
)

// Times are measured times of layers, and of a whole: a network, or all of the layers.
type Times struct {
	Name, CPU string
	Threads   int
	Whole     Measured
	Layers    []Measured
	// Peaks and Bandwidths are how fast the same loops ran meanwhile, in 10^9 a second; older baselines have none.
	Peaks, Bandwidths []float64
}

// Measured is a median with its spread, half of the range in which the middle half of the runs lies. Samples are times of
// single rounds, in turn; older baselines have none.
type Measured struct {
	Name, Kind     string
	Median, Spread time.Duration
	Samples        []time.Duration
	count          time.Duration // how many times the whole has it
}

// subject is the times as something to hold limits to.
func (t Times) subject() Subject {
	s := Subject{Name: t.Name, Timed: true, Noise: int64(t.Whole.Spread), Total: Counts{Time: int64(t.Whole.Median)}}
	for _, m := range t.Layers {
		s.Layers = append(s.Layers, Layer{Name: m.Name, Kind: m.Kind, Noise: int64(m.Spread), Counts: Counts{Time: int64(m.Median)}})
	}
	return s
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
		t.Rows = append(t.Rows, append(row, difference, chance(d.p), report.Cell{Text: d.verdict(), Failed: d.sign > 0}))
	}
	return t
}

func chance(p float64) report.Cell {
	if p < 0 {
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
	Machine struct {
		Peak, Bandwidth struct{ Samples []float64 }
	} `json:"machine"`
}

type timedJSON struct {
	Name, Net, Variant, Algorithm string
	Count                         int
	Seconds                       *struct {
		Median, Spread float64
		Samples        []float64
	}
}

// readTimes reads an earlier -f json of bench. Errors are *FileError.
func readTimes(path string) (Times, error) {
	data, err := input.ReadFile(path, maxBaseline)
	var t Times
	if err == nil {
		t, err = parseTimes(data)
	}
	if err != nil {
		return t, &FileError{path, lang.Errorf("reading %q: %w", path, err)}
	}
	return t, nil
}

func parseTimes(data []byte) (Times, error) {
	var j timesJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Times{}, inJSON(data, err, lang.Errorf("not convx's JSON: %w: make a baseline with convx bench -f json", input.JSONFault(err)))
	}
	t := Times{CPU: j.CPU, Threads: j.Threads, Peaks: j.Machine.Peak.Samples, Bandwidths: j.Machine.Bandwidth.Samples}
	if slices.ContainsFunc(slices.Concat(t.Peaks, t.Bandwidths), func(rate float64) bool { return !(rate > 0 && rate < 1e9) }) {
		return t, lang.New("its rates of the machine are none: make a baseline with convx bench -f json")
	}
	for _, l := range append(j.Layers, or(j.Network)...) {
		if l.Seconds == nil || slices.ContainsFunc(append(l.Seconds.Samples, l.Seconds.Median, l.Seconds.Spread), func(s float64) bool { return !(s >= 0 && s < 1e9) }) {
			return t, lang.New("it holds no times: make a baseline with convx bench -f json")
		}
		if n := len(l.Seconds.Samples); n > mostTimes {
			return t, lang.Errorf("it holds %d samples of %s, and at most %d can be ranked: make a baseline with convx bench -f json", n, cmp.Or(l.Name, l.Net), mostTimes)
		}
	}
	for _, l := range j.Layers {
		t.Add(l.measured(), l.Algorithm, l.Count)
	}
	if j.Network != nil {
		t.Whole = j.Network.measured()
	}
	if len(t.Layers) == 0 {
		return t, lang.New("it holds no times: make a baseline with convx bench -f json")
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
	m.count = time.Duration(max(1, count))
	t.Layers = append(t.Layers, m)
	t.Whole.Median += m.count * m.Median
	t.Whole.Spread += m.count * m.Spread
	t.Whole.Samples = sums(t.Layers)
}

// sums are samples of all layers together: as many as the layer has that has the fewest.
func sums(layers []Measured) []time.Duration {
	least := len(slices.MinFunc(layers, func(a, b Measured) int { return cmp.Compare(len(a.Samples), len(b.Samples)) }).Samples)
	out := make([]time.Duration, least)
	for _, m := range layers {
		for i := range out {
			part := slices.Sorted(slices.Values(m.Samples[i*len(m.Samples)/least : (i+1)*len(m.Samples)/least]))
			out[i] += m.count * part[len(part)/2]
		}
	}
	return out
}
