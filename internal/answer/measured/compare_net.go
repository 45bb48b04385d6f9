package measured

import (
	"fmt"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

type compareNetJSON struct {
	Baseline string              `json:"baseline"`
	Rows     []compareNetRowJSON `json:"rows"`
}

type compareNetRowJSON struct {
	Net    string `json:"net"`
	Input  []int  `json:"input"`
	Output []int  `json:"output"`
	flops.Total
	PeakMemory int64     `json:"peak_memory"`
	Layers     int       `json:"layers"`
	Ratio      ratioJSON `json:"ratio"`
	Intensity  float64   `json:"arithmetic_intensity"`
}

// CompareNetworks is the answer of networks side by side: names are what they are called, base the one that the others are
// compared with.
func CompareNetworks(names []string, results []*network.Result, base int) report.Document {
	b := results[base].Total
	j := compareNetJSON{Baseline: names[base]}
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "input"}, right("layers", "layers"), right("params", "params"), right("×", "params_ratio"),
		right("MACs", "macs"), right("×", "macs_ratio"), right("activations", "activations"), right("×", "activations_ratio"),
		right("peak memory", "peak_memory"), right("FLOPs/B", "arithmetic_intensity"),
	}}
	for i, r := range results {
		n := compareNetRowJSON{
			Net: names[i], Input: r.Input, Output: r.Output, Total: r.Total, PeakMemory: r.PeakMemory,
			Layers: len(r.Counted()), Intensity: r.Total.ArithmeticIntensity(),
			Ratio: ratioOf(r.Total, b),
		}
		j.Rows = append(j.Rows, n)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(n.Net), report.Str(layer.FormatShape(n.Input)), report.Int(n.Layers), report.Quantity(n.Params), times(n.Ratio.Params),
			report.Quantity(n.MACs), times(n.Ratio.MACs), report.Quantity(n.Activations), times(n.Ratio.Activations),
			{Text: report.Bytes(n.PeakMemory), Raw: n.PeakMemory}, report.Float(n.Intensity),
		})
	}
	head := report.Text{fmt.Sprintf("baseline %s; networks are counted, not timed: convx bench --net NAME times their layers", j.Baseline)}
	return report.Document{JSON: j, Blocks: []report.Block{head, t}}
}
