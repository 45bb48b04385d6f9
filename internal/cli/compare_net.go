package cli

import (
	"fmt"

	"convx/internal/compare"
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
	PeakMemory int       `json:"peak_memory"`
	Layers     int       `json:"layers"`
	Ratio      ratioJSON `json:"ratio"`
	Intensity  float64   `json:"arithmetic_intensity"`
}

// runCompareNets counts networks side by side.
func runCompareNets(o compareOptions) error {
	var results []*network.Result
	for _, name := range o.net.names {
		r, err := o.net.load(name)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	base, err := compare.Baseline(o.net.names, o.baseline)
	if err != nil {
		return err
	}
	b := results[base].Total
	j := compareNetJSON{Baseline: o.net.names[base]}
	right := func(name, key string) report.Column { return report.Column{Name: name, Key: key, Right: true} }
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "input"}, right("layers", "layers"), right("params", "params"), right("×", "params_ratio"),
		right("MACs", "macs"), right("×", "macs_ratio"), right("activations", "activations"), right("×", "activations_ratio"),
		right("peak memory", "peak_memory"), right("FLOPs/B", "arithmetic_intensity"),
	}}
	for i, r := range results {
		n := compareNetRowJSON{
			Net: o.net.names[i], Input: r.Input, Output: r.Output, Total: r.Total, PeakMemory: r.PeakMemory,
			Layers: len(r.Counted()), Intensity: r.Total.ArithmeticIntensity(),
			Ratio: ratioJSON{
				over(r.Total.Params, b.Params), over(r.Total.MACs, b.MACs), over(r.Total.FLOPs, b.FLOPs),
				over(r.Total.Activations, b.Activations), over(r.Total.ActivationBytes, b.ActivationBytes),
			},
		}
		j.Rows = append(j.Rows, n)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(n.Net), report.Str(layer.FormatShape(n.Input)), report.Int(n.Layers), quantity(n.Params), times(n.Ratio.Params),
			quantity(n.MACs), times(n.Ratio.MACs), quantity(n.Activations), times(n.Ratio.Activations),
			{Text: report.Bytes(n.PeakMemory), Raw: n.PeakMemory}, floatCell(n.Intensity),
		})
		if u := uncountedText(r); len(u) > 0 {
			o.warnf("%s: not counted, and missing from the totals: %v", n.Net, u)
		}
	}
	head := report.Text{fmt.Sprintf("baseline %s; networks are counted, not timed: convx bench --net NAME times their layers", j.Baseline)}
	return o.print(o.format, report.Document{JSON: j, Blocks: []report.Block{head, t}})
}
