package cli

import (
	"fmt"
	"strings"

	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

type flopsNetJSON struct {
	Net                 string       `json:"net"`
	Input               []int        `json:"input"`
	Output              []int        `json:"output"`
	Outputs             []outputJSON `json:"outputs,omitempty"` // all of them, where there are several
	Total               netTotalJSON `json:"total"`
	PeakMemory          int          `json:"peak_memory"` // bytes of live activations
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
	budget.OutcomeJSON
}

type netTotalJSON struct {
	flops.Total
	Constants int `json:"constants"` // elements that nobody trains
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

// netRows are a network's layers as they are asked for, and all of them where that is not all of them in order.
type netRows struct{ shown, unfolded []network.Row }

func flopsNetDocument(r *network.Result, all netRows, c flops.Convention, total int, held budget.Outcome, on placed) report.Document {
	rows := all.shown
	j := flopsNetJSON{
		Net: r.Graph.Name, Input: r.Input, Output: r.Output, Outputs: outputsOf(r), Total: netTotalJSON{r.Total.Under(total), r.Constants}, PeakMemory: r.PeakMemory,
		ArithmeticIntensity: r.Total.ArithmeticIntensity(), Convention: c.Name, Unit: c.Unit,
		typesJSON: typesJSON{r.Options.Types.Weights, r.Options.Types.Activations}, InPlace: r.Options.InPlace,
		Layers: []netLayerJSON{}, Uncounted: []operatorJSON{}, Notes: append(append([]string{}, r.Notes...), held.Notes...), OutcomeJSON: held.JSON(), Device: on.json,
	}
	for _, u := range r.Uncounted {
		j.Uncounted = append(j.Uncounted, operatorJSON{u.Operator, u.Count})
	}
	t := report.Table{Columns: append([]report.Column{{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "output"}}, costColumns(c)...)}
	t.Columns = append(t.Columns, report.Column{Name: "share"})
	for _, row := range rows {
		l := netLayer(row, total)
		j.Layers = append(j.Layers, l)
		variant := l.Variant
		if row.Uncounted {
			variant += " (not counted)"
		}
		cells := []report.Cell{report.Str(l.Name), {Text: variant, Raw: l.Variant}, report.Str(layer.FormatShape(l.Output))}
		cells = append(cells, costCells(l.Total)...)
		t.Rows = append(t.Rows, append(cells, report.Cell{Text: bar(l.Share), Raw: l.Share}))
	}
	for _, row := range all.unfolded {
		j.Unfolded = append(j.Unfolded, netLayer(row, total))
	}
	t.Footer = append([]report.Cell{report.Str("total"), report.Str(""), report.Str(layer.FormatShape(r.Output))}, costCells(j.Total.Total)...)
	t.Footer = append(t.Footer, report.Cell{Raw: 1})
	head := netHead(r)
	foot := costFootnotes(r.Total, c, r.Options.Types, r.Stored())
	if r.Constants > 0 {
		foot = append(foot, fmt.Sprintf("constants: %s elements that nobody trains, beside the params: masks, tables, boxes", report.Group(r.Constants)))
	}
	if r.PeakMemory > 0 {
		peak := fmt.Sprintf("peak memory: %s of activations are live at once, in %s", report.Bytes(r.PeakMemory), r.Nodes[r.PeakNode].Node.Name)
		if r.Options.InPlace {
			peak += "; activations, batch norms and sums are computed in place"
		}
		foot = append(foot, peak)
	}
	for _, n := range r.Notes {
		foot = append(foot, "note: "+n)
	}
	return report.Document{JSON: j, Blocks: append([]report.Block{head, t, foot}, on.blocks...)}
}

func netLayer(row network.Row, total int) netLayerJSON {
	l := netLayerJSON{Name: row.Name, Variant: row.KindText(), Output: row.Output, Total: row.Total, Layers: row.Layers, Shares: row.Shares}
	if total > 0 {
		l.Share = float64(row.MACs) / float64(total)
	}
	return l
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
	return text + " " + percent(share)
}

// runNetConventions prints every tool's figure for a network.
func runNetConventions(o flopsOptions) error {
	name, err := o.net.only()
	if err != nil {
		return err
	}
	r, err := o.net.load(name)
	if err != nil {
		return err
	}
	d, err := netConventions(r)
	if err != nil {
		return err
	}
	return o.print(o.format, d)
}

// netConventions prints every tool's figure for a network side by side.
func netConventions(r *network.Result) (report.Document, error) {
	j := struct {
		Net         string           `json:"net"`
		Input       []int            `json:"input"`
		Output      []int            `json:"output"`
		Conventions []conventionJSON `json:"conventions"`
	}{Net: r.Graph.Name, Input: r.Input, Output: r.Output}
	for _, c := range flops.Conventions() {
		_, total, err := r.Under(c)
		if err != nil {
			return report.Document{}, err
		}
		j.Conventions = append(j.Conventions, conventionJSON{c.Name, total, c.Unit, c.Differs})
	}
	head := netHead(r)
	return report.Document{JSON: j, Blocks: []report.Block{head, conventionsTable(j.Conventions)}}, nil
}
