package measured

import (
	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/report"
	"convx/internal/verify"
)

type accuracyJSON struct {
	Kind      string        `json:"kind"`
	Algorithm string        `json:"algorithm"`
	Stages    int           `json:"stages"`
	Own       report.Number `json:"ulps_of_own_sum"` // infinite where an output should be nothing and is not
	Largest   report.Number `json:"ulps_of_largest_sum"`
	Allowed   float64       `json:"allowed"`
	Of        string        `json:"allowed_of"`
	Holds     bool          `json:"holds"`
	At        string        `json:"at"`
}

// Accuracy is the answer of errors that were measured on so many layers.
func Accuracy(all []verify.Accuracy, layers int, seed uint64) report.Document {
	j := struct {
		ISA        string         `json:"isa"`
		Layers     int            `json:"layers"`
		Seed       uint64         `json:"seed"`
		Algorithms []accuracyJSON `json:"algorithms"`
	}{ISA: kernel.Best().String(), Layers: layers, Seed: seed}
	t := report.Table{Columns: []report.Column{
		{Name: "kind"}, {Name: "algorithm"}, {Name: "stages", Right: true}, {Name: "own sum", Key: "ulps_of_own_sum", Right: true},
		{Name: "largest sum", Key: "ulps_of_largest_sum", Right: true}, {Name: "allowed", Right: true}, {Name: "of", Key: "allowed_of"}, {Name: "holds"}, {Name: "worst layer", Key: "at"},
	}}
	for _, a := range all {
		of, holds := lang.Text("own"), lang.Text("NO")
		if a.OfLargest {
			of = lang.Text("largest")
		}
		if a.Holds() {
			holds = lang.Text("yes")
		}
		j.Algorithms = append(j.Algorithms, accuracyJSON{string(a.Kind), a.Algorithm, a.Stages, report.Number(a.Own), report.Number(a.Largest), a.Allowed, of, a.Holds(), a.At})
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(string(a.Kind)), report.Str(a.Algorithm), report.Int(a.Stages), report.Float(a.Own), report.Float(a.Largest), report.Float(a.Allowed),
			report.Str(of), {Text: holds, Raw: a.Holds(), Failed: !a.Holds()}, report.Str(a.At),
		})
	}
	return report.Document{JSON: j, Blocks: []report.Block{t, report.Text{
		lang.Text("largest errors in ulps (2^-23) of a sum of magnitudes |bias| + sum |weight*input|: the output's own, and the layer's largest"),
		lang.Sprintf("instruction set %s, %d layers cut to %d outputs an axis, seed %d", j.ISA, layers, verify.MostOutputs, seed),
	}}}
}
