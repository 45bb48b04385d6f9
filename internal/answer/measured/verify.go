package measured

import (
	"convx/internal/lang"
	"convx/internal/report"
	"convx/internal/verify"
)

type identityJSON struct {
	Name      string  `json:"name"`
	Statement string  `json:"statement"`
	Layers    int     `json:"layers"`
	Largest   float64 `json:"max_difference"`
	Allowed   float64 `json:"allowed"`
	Holds     bool    `json:"holds"`
	Failed    string  `json:"failed,omitempty"`
}

// Verify is the answer of identities that were checked, result by result, on layers drawn from a seed.
func Verify(identities []verify.Identity, results []verify.Result, seed uint64) report.Document {
	j := struct {
		Seed       uint64         `json:"seed"`
		Identities []identityJSON `json:"identities"`
	}{Seed: seed}
	t := report.Table{Columns: []report.Column{
		{Name: "identity", Key: "name"}, {Name: "holds"}, {Name: "layers", Right: true}, {Name: "max difference", Key: "max_difference", Right: true},
		{Name: "allowed", Right: true}, {Name: "statement"},
	}}
	hold := 0
	for i, r := range results {
		id, holds := identities[i], lang.Text("NO")
		if r.Holds() {
			holds = lang.Text("yes")
			hold++
		}
		j.Identities = append(j.Identities, identityJSON{id.Name, id.Statement, r.Layers, r.Largest, r.Allowed, r.Holds(), r.Failed})
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(id.Name), {Text: holds, Raw: r.Holds(), Failed: !r.Holds()}, report.Int(r.Layers), report.Float(r.Largest), report.Float(r.Allowed), report.Str(lang.Text(id.Statement)),
		})
	}
	sum := report.Text{lang.Sprintf("%s, seed %d", holdText(hold, len(results)), seed)}
	return report.Document{JSON: j, Blocks: []report.Block{t, sum}}
}

func holdText(hold, n int) string {
	if n == 1 {
		return lang.Sprintf("%d of 1 identity holds", hold)
	}
	return lang.Sprintf("%d of %d identities hold", hold, n)
}
