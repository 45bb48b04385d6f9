package answer

import (
	"strings"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/swap"
)

type flopsNetJSON struct {
	Net                 string       `json:"net"`
	Input               []int        `json:"input"`
	Output              []int        `json:"output"`
	Outputs             []outputJSON `json:"outputs,omitempty"` // all of them, where there are several
	Total               netTotalJSON `json:"total"`
	PeakMemory          int64        `json:"peak_memory"` // bytes of live activations
	ArithmeticIntensity float64      `json:"arithmetic_intensity"`
	Convention          string       `json:"convention"`
	Unit                string       `json:"unit"`
	typesJSON
	InPlace   bool           `json:"in_place,omitempty"`
	Layers    []netLayerJSON `json:"layers"`
	Unfolded  []netLayerJSON `json:"unfolded,omitempty"` // all layers in order, where Layers shows them otherwise
	Uncounted []operatorJSON `json:"uncounted"`
	Notes     []string       `json:"notes"`
	Device    *deviceJSON    `json:"device,omitempty"`
	Swapped   *swap.JSON     `json:"swapped,omitempty"`
	budget.OutcomeJSON
}

type netTotalJSON struct {
	flops.Total
	Constants int64 `json:"constants"` // elements that nobody trains
}

type operatorJSON struct {
	Operator string `json:"operator"`
	Nodes    int    `json:"nodes"`
}

type netLayerJSON struct {
	Name    string `json:"name"`
	Variant string `json:"variant"`
	Output  []int  `json:"output"`
	flops.Total
	Share  float64 `json:"share"` // of the network's macs
	Layers int     `json:"layers"`
	Shares string  `json:"shares_weights_of,omitempty"`
}

// NetworkCost is a network's count under a convention, in the rows that are to be shown.
type NetworkCost struct {
	*network.Result
	Convention flops.Convention
	Figures    []int64 // the convention's, one for each node
	Figure     int64   // of the whole
	Rows       []network.Row
	// Unfolded are all layers in order, where Rows are something else.
	Unfolded []network.Row
	device   *placed
	swapped  *exchanged
}

// exchanged is what a document holds of exchanges.
type exchanged struct {
	swap.JSON
	blocks []report.Block
}

// Exchanged says that the network is another with some convolutions exchanged. on may be nil; top is how many layers are listed, 0
// for all.
func (c *NetworkCost) Exchanged(s *swap.Swapped, rules []swap.Rule, on *device.Device, top int) {
	j, blocks := s.Document(rules, on, top)
	c.swapped = &exchanged{j, blocks}
}

// NetworkCostOf counts an evaluated network under a convention.
func NetworkCostOf(r *network.Result, convention flops.Convention, view network.RowView) (NetworkCost, error) {
	c := NetworkCost{Result: r, Convention: convention}
	var err error
	if c.Figures, c.Figure, err = r.Under(convention); err != nil {
		return c, err
	}
	if c.Rows, err = network.Rows(r, c.Figures, view); err != nil || !view.Folds() {
		return c, err
	}
	c.Unfolded, err = network.Rows(r, c.Figures, network.RowView{By: "layer", Sort: "order"})
	return c, err
}

// FlopsNetwork is the answer of what a network costs, and what became of the limits that it was held to.
func FlopsNetwork(c NetworkCost, held budget.Outcome) report.Document {
	r, total := c.Result, c.Figure
	j := flopsNetJSON{
		Net: r.Graph.Name, Input: r.Input, Output: r.Output, Outputs: outputsOf(r), Total: netTotalJSON{r.Total.Under(total), r.Constants}, PeakMemory: r.PeakMemory,
		ArithmeticIntensity: r.Total.ArithmeticIntensity(), Convention: c.Convention.Name, Unit: c.Convention.Unit,
		typesJSON: typesJSON{r.Options.Types.Weights, r.Options.Types.Activations}, InPlace: r.Options.InPlace,
		Layers: []netLayerJSON{}, Uncounted: []operatorJSON{}, Notes: append(append([]string{}, r.Notes...), held.Notes...), OutcomeJSON: held.JSON(),
	}
	for _, u := range r.Uncounted {
		j.Uncounted = append(j.Uncounted, operatorJSON{u.Operator, u.Count})
	}
	t := report.Table{Columns: append([]report.Column{{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "output"}}, costColumns(c.Convention)...)}
	t.Columns = append(t.Columns, report.Column{Name: "share"})
	for _, row := range c.Rows {
		l := netLayer(row, total)
		j.Layers = append(j.Layers, l)
		variant := l.Variant
		if row.Uncounted {
			variant += lang.Text(" (not counted)")
		}
		cells := []report.Cell{report.Str(l.Name), {Text: variant, Raw: l.Variant}, report.Str(layer.FormatShape(l.Output))}
		cells = append(cells, costCells(l.Total)...)
		t.Rows = append(t.Rows, append(cells, shareOf(l.Share)))
	}
	for _, row := range c.Unfolded {
		j.Unfolded = append(j.Unfolded, netLayer(row, total))
	}
	t.Footer = append([]report.Cell{report.Str(lang.Text("total")), report.Str(""), report.Str(layer.FormatShape(r.Output))}, costCells(j.Total.Total)...)
	t.Footer = append(t.Footer, report.Cell{Raw: 1})
	head := netHead(r)
	foot := costFootnotes(r.Total, c.Convention, r.Options.Types, r.Stored())
	if r.Constants > 0 {
		foot = append(foot, lang.Sprintf("constants: %s elements that nobody trains, beside the params: masks, tables, boxes", report.Group(r.Constants)))
	}
	if r.PeakMemory > 0 {
		peak := lang.Sprintf("peak memory: %s of activations are live at once, in %s", report.Bytes(r.PeakMemory), r.Nodes[r.PeakNode].Node.Name)
		if r.Options.InPlace {
			peak += lang.Text("; activations, batch norms and sums are computed in place")
		}
		foot = append(foot, peak)
	}
	for _, n := range r.Notes {
		foot = append(foot, lang.Sprintf("note: %s", n))
	}
	blocks := []report.Block{head, t, foot}
	if c.swapped != nil {
		j.Swapped = &c.swapped.JSON
		blocks = append(blocks, c.swapped.blocks...)
	}
	if c.device != nil {
		j.Device = &c.device.deviceJSON
		blocks = append(blocks, c.device.blocks...)
	}
	return report.Document{JSON: j, Blocks: blocks}
}

func netLayer(row network.Row, total int64) netLayerJSON {
	l := netLayerJSON{Name: row.Name, Variant: row.KindText(), Output: row.Output, Total: row.Total, Layers: row.Layers, Shares: row.Shares}
	if total > 0 {
		l.Share = float64(row.MACs) / float64(total)
	}
	return l
}

// shareOf is a share as a bar, where there is room for one.
func shareOf(share float64) report.Cell {
	c := report.Cell{Text: bar(share), Raw: share}
	if share > 0 {
		c.Brief = report.Percent(share)
	}
	return c
}

// barWidth is the length of a bar that stands for everything.
const barWidth = 16

// bar draws a share in eighths of a character, with the figure behind: "███▌ 22.1%".
func bar(share float64) string {
	if share <= 0 {
		return ""
	}
	eighths := int(share*barWidth*8 + 0.5)
	text := strings.Repeat("█", eighths/8)
	if part := eighths % 8; part > 0 {
		text += string([]rune("▏▎▍▌▋▊▉")[part-1])
	}
	if text == "" {
		text = "▏"
	}
	return text + " " + report.Percent(share)
}

// FlopsNetworks sums several networks up, a row each; costs are those of parts that are not broken.
func FlopsNetworks(parts []budget.Held, costs []NetworkCost) report.Document {
	j := struct {
		Nets []any `json:"nets"`
	}{}
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "params", Right: true}, {Name: "MACs", Key: "macs", Right: true}, {Name: "FLOPs", Key: "flops", Right: true},
		{Name: "weights", Key: "weight_bytes", Right: true}, {Name: "peak memory", Key: "peak_memory", Right: true}, {Name: "limits"},
	}}
	for i, p := range parts {
		row := []report.Cell{report.Str(p.Subject.Name)}
		if p.Err != nil {
			j.Nets = append(j.Nets, brokenJSON{p.Subject.Name, p.Err.Error()})
			for range 5 {
				row = append(row, report.Str(""))
			}
			t.Rows = append(t.Rows, append(row, report.Cell{Text: lang.Text("broken"), Failed: true}))
			continue
		}
		n := costs[i]
		j.Nets = append(j.Nets, p.Document.JSON)
		row = append(row, report.Count(n.Total.Params), report.Count(n.Figure), report.Count(n.Total.FLOPs),
			report.Cell{Text: report.Bytes(n.Total.WeightBytes), Raw: n.Total.WeightBytes}, report.Cell{Text: report.Bytes(n.PeakMemory), Raw: n.PeakMemory})
		t.Rows = append(t.Rows, append(row, p.Verdicts()))
	}
	return report.Document{JSON: j, Blocks: []report.Block{t}}
}

type brokenJSON struct {
	Net   string `json:"net"`
	Error string `json:"error"`
}
