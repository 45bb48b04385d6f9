package answer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/swap"
)

type fitJSON struct {
	Net   string       `json:"net"`
	Input []int        `json:"input"`
	Is    swap.Figures `json:"is"`
	Holds bool         `json:"holds"` // as it is
	Ways  []wayJSON    `json:"ways"`
	Note  string       `json:"note"`
}

type wayJSON struct {
	What   string              `json:"what"`
	How    string              `json:"how,omitempty"`
	Met    bool                `json:"met"`
	Proof  string              `json:"proof,omitempty"`
	Reason string              `json:"reason,omitempty"` // why it is no way
	Layers []string            `json:"layers,omitempty"`
	After  *swap.Figures       `json:"after,omitempty"`
	Checks *budget.OutcomeJSON `json:"held,omitempty"`
}

// mostNamed is how many layers people are named; JSON has all.
const mostNamed = 12

// Fit is the answer of what would meet a budget, best first; on may be nil.
func Fit(r *network.Result, ways []swap.Way, holds bool, on *device.Device) report.Document {
	is := swap.FiguresOf(r, on)
	j := fitJSON{Net: r.Graph.Name, Input: r.Input, Is: is, Holds: holds, Ways: []wayJSON{}, Note: swap.Untrained()}
	head := netHead(r)
	if holds {
		return report.Document{JSON: j, Blocks: []report.Block{append(head, lang.Text("it meets the budget as it is"))}}
	}
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	t := report.Table{Columns: []report.Column{
		{Name: "way", Key: "what"}, {Name: "how much", Key: "how"}, {Name: "verdict"}, right("MACs", "macs"), right("×", "macs_ratio"), right("params", "params"), {Name: "×", Key: "params_ratio", Machine: true},
		{Name: "peak", Key: "peak_memory", Right: true, Machine: on != nil}, right("field", "receptive_field"),
	}}
	if on != nil {
		t.Columns = append(t.Columns, right("least time", "least_seconds"))
	}
	t.Columns = append(t.Columns, report.Column{Name: "proof", Machine: true})
	row := func(what, how, verdict string, f swap.Figures) []report.Cell {
		cells := []report.Cell{
			report.Str(what), report.Str(how), {Text: lang.Text(verdict), Raw: verdict, Failed: verdict == "over"}, report.Count(f.MACs), ratioCell(f.MACs, is.MACs), report.Count(f.Params), ratioCell(f.Params, is.Params),
			{Text: report.Bytes(f.PeakMemory), Raw: f.PeakMemory}, report.Str(fieldSizes(f)),
		}
		if on != nil {
			cells = append(cells, report.Time(time.Duration(*f.Seconds*1e9)))
		}
		return cells
	}
	t.Rows = append(t.Rows, append(row(lang.Text("as it is"), "", lang.Key("over"), is), report.Str("")))
	var proofs, none report.Text
	for _, w := range ways {
		v := wayJSON{What: w.What, How: w.How, Met: w.Met, Proof: w.Proof, Reason: w.Reason, Layers: w.Layers}
		if w.Result == nil {
			none = append(none, lang.Sprintf("no way: %s: %s", w.What, w.Reason))
			j.Ways = append(j.Ways, v)
			continue
		}
		after, held := swap.FiguresOf(w.Result, on), w.Outcome.JSON()
		v.After, v.Checks = &after, &held
		j.Ways = append(j.Ways, v)
		proofs = append(proofs, w.What+lang.Text(", ")+w.How+lang.Text(": ")+w.Proof)
		verdict := lang.Key("over")
		if w.Met {
			verdict = lang.Key("meets")
		}
		t.Rows = append(t.Rows, append(row(w.What, w.How, verdict, after), report.Str(w.Proof)))
	}
	foot := report.Text{lang.Text("those that meet the budget come first, those first that keep most MACs; ") + swap.Untrained()}
	if len(ways) > 0 && ways[0].Met && len(ways[0].Layers) > 0 {
		names := ways[0].Layers
		if len(names) > mostNamed {
			names = append(slices.Clone(names[:mostNamed]), lang.Sprintf("and %d more", len(names)-mostNamed))
		}
		foot = append(foot, lang.Sprintf("the first exchanges %s", lang.List(names)))
	}
	return report.Document{JSON: j, Blocks: []report.Block{head, t, slices.Concat(foot, proofs, none)}}
}

func ratioCell(after, before int64) report.Cell {
	if before == 0 {
		return report.Str("")
	}
	v := float64(after) / float64(before)
	return report.Cell{Text: report.Digits(v), Raw: v}
}

// fieldSizes is a receptive field: one number where all axes have it.
func fieldSizes(f swap.Figures) string {
	texts := make([]string, len(f.Field))
	same := true
	for i, n := range f.Field {
		texts[i] = fmt.Sprint(n)
		same = same && n == f.Field[0]
	}
	if same && len(texts) > 0 {
		return texts[0]
	}
	return strings.Join(texts, "x")
}
