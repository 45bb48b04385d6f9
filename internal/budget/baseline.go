package budget

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
)

// maxBaseline bounds a baseline file, in bytes.
const maxBaseline = 256 << 20

// readBaseline reads an earlier -f json output of flops (a layer or a network) or compare; of compare's rows, the one
// that goes by this name counts, or the only one.
func readBaseline(path, name string) (Subject, error) {
	data, err := input.ReadFile(path, maxBaseline)
	if err == nil {
		var s Subject
		if s, err = parseBaseline(data, name); err == nil {
			return s, nil
		}
	}
	return Subject{}, &FileError{path, lang.Errorf("reading %q: %w", path, err)}
}

// countsJSON are the counts of any of convx's JSON documents; what a document leaves out was not measured.
type countsJSON struct {
	Params          *int64 `json:"params"`
	MACs            *int64 `json:"macs"`
	FLOPs           *int64 `json:"flops"`
	Activations     *int64 `json:"activations"`
	WeightBytes     *int64 `json:"weight_bytes"`
	ActivationBytes *int64 `json:"activation_bytes"`
}

type baselineJSON struct {
	Net        string      `json:"net"`
	Input      []int       `json:"input"`
	Variant    string      `json:"variant"`
	Convention string      `json:"convention"`
	PeakMemory *int64      `json:"peak_memory"`
	Total      *countsJSON `json:"total"`
	countsJSON
	Layers []rowJSON `json:"layers"`
	// Unfolded are all layers, where Layers shows a fold of them.
	Unfolded []rowJSON `json:"unfolded"`
	Stages   []rowJSON `json:"stages"`
	Rows     []rowJSON `json:"rows"`
}

type rowJSON struct {
	Name    string `json:"name"`
	Net     string `json:"net"`
	Input   []int  `json:"input"`
	Label   string `json:"label"`
	Variant string `json:"variant"`
	Kind    string `json:"kind"`
	Output  []int  `json:"output"`
	countsJSON
}

func (c countsJSON) counts() Counts {
	out := Counts{}
	for q, v := range map[Quantity]*int64{
		Params: c.Params, MACs: c.MACs, FLOPs: c.FLOPs, Activations: c.Activations,
		WeightBytes: c.WeightBytes, ActivationBytes: c.ActivationBytes,
	} {
		if v != nil {
			out[q] = *v
		}
	}
	return out
}

// parseBaseline reads the JSON of a baseline.
func parseBaseline(data []byte, name string) (Subject, error) {
	var j baselineJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return Subject{}, inJSON(data, err, lang.Errorf("not convx's JSON: %w: make a baseline with convx flops -f json", input.JSONFault(err)))
	}
	s := Subject{Name: cmp.Or(j.Net, j.Variant), Input: j.Input, Convention: cmp.Or(j.Convention, "mac"), Total: j.counts()}
	if j.Total != nil {
		s.Total = j.Total.counts()
	}
	if j.PeakMemory != nil {
		s.Total[PeakMemory] = *j.PeakMemory
	}
	if len(j.Unfolded) > 0 {
		j.Layers = j.Unfolded
	}
	for _, r := range append(j.Layers, j.Stages...) {
		s.Layers = append(s.Layers, Layer{Name: r.Name, Kind: cmp.Or(r.Variant, r.Kind), Output: r.Output, Counts: r.counts()})
	}
	if len(j.Rows) > 0 {
		i := slices.IndexFunc(j.Rows, func(r rowJSON) bool { return r.Label == name || r.Variant == name || r.Net == name })
		if i < 0 && len(j.Rows) == 1 {
			i = 0
		}
		if i < 0 {
			return Subject{}, lang.Errorf("none of its %d rows is %s", len(j.Rows), name)
		}
		row := j.Rows[i]
		s.Name, s.Total = cmp.Or(row.Label, row.Variant, row.Net), row.counts()
		if row.Input != nil {
			s.Input = row.Input
		}
	}
	for _, layers := range append(s.Layers, Layer{Counts: s.Total}) {
		for q, v := range layers.Counts {
			if v < 0 {
				return Subject{}, lang.Errorf("a negative count of %s", q.Name())
			}
		}
	}
	if len(s.Total) == 0 {
		return Subject{}, lang.New("it holds no counts: make a baseline with convx flops -f json")
	}
	return s, nil
}

// Change is what became of a layer, or of the total.
type Change struct {
	Name, Kind    string
	Was, WasKind  string
	Before, After Counts // nil: the layer is new, or gone
}

// Difference is a subject beside an earlier one.
type Difference struct {
	Total Change
	// Layers are those that changed, in order.
	Layers  []Change
	Renamed []Rename
	Checks  []Check
	// Doubts say why the earlier one may be the wrong one to compare with.
	Doubts []string
}

// Compare holds the subject to an earlier one. Only the quantities of allowed are held, each to its increase; without
// any, no total may grow.
func Compare(s, before Subject, allowed map[Quantity]Amount) (Difference, error) {
	if s.Convention != before.Convention {
		return Difference{}, lang.Errorf("the baseline counts as %s does and this count as %s: give --convention %s", before.Convention, s.Convention, before.Convention)
	}
	d := Difference{Total: Change{Name: "total", Before: before.Total, After: s.Total}}
	d.Layers, d.Renamed = pairs(s, before)
	d.Doubts = doubts(s, before, d.Layers)
	for _, q := range Quantities() {
		old, known := before.Total[q]
		now, measured := s.Total[q]
		limit, named := allowed[q]
		switch {
		case named && !(known && measured):
			return Difference{}, lang.Errorf("the baseline or this count has no %s", q.Name())
		case !known || !measured || len(allowed) > 0 && !named:
			continue
		}
		most, err := layer.Sum(old, limit.of(old))
		if err != nil {
			most = math.MaxInt64 // more than fits: anything goes
		}
		d.Checks = append(d.Checks, Check{
			Name: lang.Sprintf("increase of %s", q), Quantity: q, Measured: now, Allowed: most,
			Baseline: true, Before: old, Partial: s.partial(q), Most: d.grown(q),
		})
	}
	return d, nil
}

// differ compares the quantities that both have.
func differ(a, b Counts) bool {
	for q, v := range a {
		if w, ok := b[q]; ok && v != w {
			return true
		}
	}
	return false
}

// grown are the layers that a quantity grew most in, as far as it is known for both.
func (d Difference) grown(q Quantity) []Part {
	var parts []Layer
	for _, c := range d.Layers {
		if _, known := c.Before[q]; c.After == nil || c.Before != nil && !known {
			continue
		}
		if more := c.After[q] - c.Before[q]; more > 0 {
			parts = append(parts, Layer{Name: c.Name, Counts: Counts{q: more}})
		}
	}
	return most(parts, q, shown)
}
